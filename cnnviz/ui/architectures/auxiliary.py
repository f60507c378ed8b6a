"""What the small GoogLeNet's three classifiers answer to a picture, and what the other small networks do."""

import numpy as np
import streamlit as st

from cnnviz import images
from cnnviz.engine.requests import AnswerSheet, ModelChoice
from cnnviz.figures.class_panels import class_panels
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form
from cnnviz.ui.names import card
from cnnviz.ui.numbers import percent
from cnnviz.ui.picture_choice import choose_from_sheet, sheet_number
from cnnviz.ui.words import Words

WORDS = Words("architecture_comparisons")
say, text = WORDS.say, WORDS.text

MODEL = "googlenet-fashion"
# From the oldest on: all that learned on the same clothes.
SMALL_NETWORKS = ("lenet5-fashion", "nin-fashion", "vgg-fashion", MODEL, "resnet-fashion")
_KIND, _SHEET = "Clothes", "clothes"
_FIRST = 66  # a shirt, for the early classifier a pullover
_CLASSIFIERS = ("early", "middle", "last")


def choose_picture(form: Form) -> None:
    """Draw the choice of a picture."""
    choose_from_sheet(form, _KIND, _FIRST)


def draw_answers(form: Form) -> None:
    """Draw what each classifier answers to the picture."""
    if (shares := _answers(MODEL)) is not None:
        titles = [text(f"classifier_{name}") for name in _CLASSIFIERS]
        figure = class_panels(titles, list(shares[:, _number(form)]), card(MODEL).classes)
        chart(figure, key=form.key("answers"), alt=text("alt_answers"))


def tell_answers(form: Form) -> None:
    """Say how sure each classifier is of the right class, and how many pictures of the sheet it gets right."""
    if (shares := _answers(MODEL)) is not None:
        number, labels = _number(form), images.sheet_labels()
        right = (shares.argmax(axis=2) == labels).sum(axis=1)
        sure = shares[:, number, labels[number]]
        told = {f"right_{name}": str(count) for name, count in zip(_CLASSIFIERS, right, strict=True)}
        told |= {name: percent(float(share)) for name, share in zip(_CLASSIFIERS, sure, strict=True)}
        say("answers", truth=_truth(form), count=len(labels), **told)


def tell_all(form: Form) -> None:
    """Say what every small network answers to the picture, a row each."""
    found = {name: _answers(name) for name in SMALL_NETWORKS}
    lines = [_line(name, shares[-1, _number(form)]) for name, shares in found.items() if shares is not None]
    say("all_answers", truth=_truth(form))
    st.markdown("\n".join([text("all_head"), *lines]))


def _line(name: str, shares: np.ndarray) -> str:
    facts, best = card(name), int(shares.argmax())
    return text(
        "all_row",
        title=facts.title,
        answer=facts.classes[best],
        share=percent(float(shares[best])),
        accuracy="–" if facts.accuracy is None else percent(facts.accuracy, 1),
    )


def _answers(name: str) -> np.ndarray | None:
    found = ask(AnswerSheet(ModelChoice(name), _SHEET))
    return None if found is None else found.found


def _number(form: Form) -> int:
    return form.get(sheet_number(_KIND, _FIRST))


def _truth(form: Form) -> str:
    return card(MODEL).classes[int(images.sheet_labels()[_number(form)])]

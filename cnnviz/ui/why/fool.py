"""Fool it: one step along the sign of the gradient, its difference magnified, and the new answer."""

from dataclasses import dataclass, replace
from random import Random

import numpy as np
import streamlit as st

from cnnviz.components.tiles import tiles
from cnnviz.engine.requests import Fool
from cnnviz.engine.results import Floats, Fooled
from cnnviz.figures.class_panels import class_panels
from cnnviz.figures.photo import gradient_picture
from cnnviz.figures.sweep_curves import sweep
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.model_choice import in_python
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import fixed, percent, ratio
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.subject import SubjectForm
from cnnviz.ui.why.state import State, other_class, read_state
from cnnviz.ui.words import Words

WORDS = Words("why_fool")
FORM = Form(WORDS, screen="why", part="Fool")
SUBJECT = SubjectForm(FORM)
say, text, label = WORDS.say, WORDS.text, WORDS.label
MOST = 16  # levels of 255
LEVELS = Number("levels", 2, low=0, high=MOST)
WAY = Choice("way", "away", options=("away", "toward"), style="buttons")
_SHOWN = 6  # classes
_TALLEST = 300  # pixels


@dataclass(frozen=True, eq=False)
class Found:
    """The answers at every level; `aim` is the class whose loss changes, and `levels` what is looked at."""

    answer: Fooled
    aim: int
    levels: int

    @property
    def shares(self) -> Floats:
        """The probabilities at this level, (K,)."""
        found: Floats = self.answer.probabilities[self.levels]
        return found

    @property
    def best(self) -> int:
        """The predicted class."""
        return int(self.shares.argmax())


def _read() -> State | None:
    """Return the subject; here the class that is asked about is the present answer."""
    state = read_state(FORM, SUBJECT)
    return None if state is None else replace(state, target=int(state.prediction.probabilities.argmax()))


def _find(state: State) -> Found | None:
    toward = FORM.get(WAY) == "toward"
    aim = FORM.get(other_class(state)) if toward else state.target
    answer = ask(Fool(target=aim, toward=toward, levels=MOST, **state.subject.given))
    return None if answer is None else Found(answer, aim, FORM.get(LEVELS))


def _classes(state: State, found: Found) -> list[int]:
    """Return the classes that are shown: the answer, the new one, the one that is led to, and the likeliest before."""
    order = map(int, np.argsort(-state.prediction.probabilities)[:_SHOWN])
    shown = list(dict.fromkeys([state.target, found.aim, found.best, *order]))[:_SHOWN]
    return sorted(shown, key=lambda each: -float(state.prediction.probabilities[each]))


def _draw(state: State, found: Found) -> None:
    """Draw the photo, what is added and their sum, and the answers before and after."""
    pictures, answers = st.columns([3, 2], gap="large")
    view, changed = found.answer.view, found.answer.pixels(found.levels)
    difference = gradient_picture((changed.astype(np.float32) - view).transpose(2, 0, 1))
    with pictures:
        times = ratio(127.5, found.levels) if found.levels else "1"
        say("pictures", levels=found.levels, times=times)
        tiles(
            np.stack([view, difference, changed]),
            key=FORM.key("pictures"),
            mode="rgb",
            columns=3,
            tallest=_TALLEST,
            labels=[text("photo"), text("difference", times=times), text("changed")],
            label=text("pictures_label", levels=found.levels),
            words={"channel": label("tile")},
            picks=False,
        )
    with answers:
        best = state.prediction.classes[found.best]
        say("answer", name=best, share=percent(found.shares[found.best], 1))
    shown = _classes(state, found)
    figure = class_panels(
        (text("before"), text("after")),
        [each[shown] for each in (state.prediction.probabilities, found.shares)],
        [state.prediction.classes[each] for each in shown],
        height=_TALLEST,
    )
    chart(figure, key=FORM.key("answers"), at=answers, alt=text("answers_alt"))
    FORM.draw(LEVELS, WAY, *((other_class(state),) if FORM.get(WAY) == "toward" else ()), columns=3)


def _show_notes(state: State, found: Found) -> None:
    """Say from which level on the answer is another one, and how the logits move."""
    answers = found.answer.probabilities.argmax(axis=1)
    turned = np.flatnonzero(answers != answers[0])
    names = state.prediction.classes
    if len(turned):
        first = int(turned[0])
        say("turned", level=first, before=names[int(answers[0])], after=names[int(answers[first])])
    else:
        say("unturned", most=MOST, before=names[int(answers[0])])
    say("linear")


def _show_curves(state: State, found: Found) -> None:
    """Draw the logits along the way."""
    shown = _classes(state, found)
    say("curves")
    lines = {state.prediction.classes[each]: found.answer.logits[:, each] for each in shown}
    figure = sweep(
        range(MOST + 1), lines, x=text("x_axis"), y=text("y_axis"), scale="signed", at=found.levels, height=320
    )
    chart(figure, key=FORM.key("logits"), alt=text("curves_alt"))


def _show_formulas(state: State, found: Found) -> None:
    """Typeset the step, and what it does to a linear unit."""
    st.latex(text(f"formula_{FORM.get(WAY)}"))
    st.latex(text("formula_linear"))
    say("formula_why")


def question(state: State, found: Found, number: int) -> Question:
    """Ask how far the step moves a linear unit: of a few inputs, and of very many."""
    chance, (turn, kind) = Random(number), divmod(number, 2)
    if kind == 0:
        weights = [chance.choice((-1, 1)) * chance.randint(1, 6) for _ in range(3)]
        length = (0.1, 0.2, 0.5)[turn % 3]
        total = sum(map(abs, weights))
        right = fixed(length * total, 1)
        slips = [fixed(each, 1) for each in (length * sum(weights), length * max(map(abs, weights)), total, 3 * length)]
        numbers = {"weights": ", ".join(fixed(each, 0) for each in weights), "length": fixed(length, 1)}
        why = text("predict_few_why", right=right, total=total, length=fixed(length, 1))
        return Question(text("predict_few", **numbers), right, [each for each in slips if each != right], why)
    count, length = (1000, 10_000, 150_000)[turn % 3], (0.01, 0.02)[turn % 2]
    right = fixed(count * length * 0.01, 1)
    slips = [fixed(each, 1) for each in (length, count * length, count * length / 1000, count * 0.01, 0.1 * length)]
    numbers = {"count": f"{count:,}", "length": fixed(length, 2)}
    why = text("predict_many_why", right=right, **numbers)
    return Question(text("predict_many", **numbers), right, [each for each in slips if each != right], why)


def code(state: State, found: Found) -> str:
    """Return the few lines of Python that do the same."""
    toward = FORM.get(WAY) == "toward"
    return text("code", target=found.aim, toward=toward, levels=found.levels, **in_python(state.subject.model))


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    SUBJECT.draw()
    Part(
        form=FORM,
        read=_read,
        find=_find,
        stage=_draw,
        settings=SUBJECT.link_elsewhere,
        notes=_show_notes,
        formulas=_show_formulas,
        more=_show_curves,
        question=question,
        code=code,
        height=480,
    ).show()

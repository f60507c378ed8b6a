"""CAM: the class's map over the photo, and every place's share of the logit as a sum over channels."""

from random import Random

import numpy as np
import streamlit as st

from cnnviz.components.class_shares import class_shares
from cnnviz.engine.requests import Input, LocateClass
from cnnviz.engine.results import Floats, LocatedClass
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form
from cnnviz.ui.model_choice import in_python
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import fixed, of_size, percent
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.refusals import translated
from cnnviz.ui.screen import say_idea
from cnnviz.ui.subject import SubjectForm
from cnnviz.ui.why.state import State, classes, read_state
from cnnviz.ui.words import Words

WORDS = Words("why")
FORM = Form(WORDS)
SUBJECT = SubjectForm(FORM)
say, text, label = WORDS.say, WORDS.text, WORDS.label


def _request(state: State) -> LocateClass:
    return LocateClass(target=state.target, **state.subject.given)


def _places(shares: Floats) -> tuple[Number, Number]:
    """Return the choice of a row and of a column, by default of the place with the largest share."""
    best = np.unravel_index(int(shares.argmax()), shares.shape)
    row, column = (
        Number(name, int(at), low=0, high=side - 1, slider=False)
        for name, at, side in zip(("row", "column"), best, shares.shape, strict=True)
    )
    return row, column


def _draw(state: State, answer: LocatedClass) -> None:
    """Draw the choice of a class, its map over the photo, and the sum at a place."""
    FORM.draw(classes(state.prediction), columns=1)
    got = ask(Input(**state.subject.given))
    if got is None:
        return
    if answer.shares is None:
        st.info(f"{translated(answer.refusal)} {text('refused')}", icon=":material/info:")
        return
    row, column = _places(answer.shares.map)

    def pick(place: tuple[int, int]) -> None:
        FORM.put({each.name: None if at == each.default else at for each, at in zip((row, column), place, strict=True)})

    class_shares(
        answer.shares,
        got.view,
        key=FORM.key("shares"),
        selected=(FORM.get(row), FORM.get(column)),
        words={"map": text("map", name=state.name), "logit": text("logit", name=state.name)},
        on_pick=pick,
    )


def _show_notes(state: State, answer: LocatedClass) -> None:
    """Say how the places add up, and who speaks against the class."""
    if answer.shares is None:
        return
    shares, found = answer.shares.map, answer.shares
    total = float(shares.sum(dtype=np.float64))
    say(
        "sum",
        name=state.name,
        share=percent(state.share, 1),
        places=of_size(shares.shape),
        total=fixed(total, 4),
        bias=fixed(found.bias, 4),
        logit=fixed(found.logit, 4),
    )
    against = int((shares < 0).sum())
    most = np.sort(shares.ravel())[::-1]
    half = int(np.searchsorted(np.cumsum(most.clip(min=0)), most.clip(min=0).sum() / 2)) + 1
    say("where", half=half, places=shares.size, against=against)
    FORM.draw(*_places(shares), columns=2)


def _show_formulas(state: State, answer: LocatedClass) -> None:
    """Typeset the sum, swapped."""
    if answer.shares is None:
        return
    st.latex(text("formula"))
    say("formula_why")


def question(state: State, answer: LocatedClass, number: int) -> Question:
    """Ask for the share of a place, and for a logit from the sum of a map."""
    chance, (turn, kind) = Random(number), divmod(number, 2)
    side = (7, 4, 8, 5)[turn % 4]
    if kind == 0:
        weights, values = ((chance.randint(-4, 5), chance.randint(1, 9)) for _ in range(2))
        (w, v), (a, b) = (weights[0], values[0]), (weights[1], values[1])
        product = w * a + v * b
        if product == 0:
            product, a = product + w, a + 1
        right = fixed(product / side**2, 3)
        slips = [fixed(each, 3) for each in (product, product / side, (w * a - v * b) / side**2, w * a / side**2)]
        numbers = {"side": side, "w": fixed(w, 0), "v": fixed(v, 0), "a": a, "b": fixed(b, 0)}
        why = text("predict_share_why", places=side**2, product=fixed(product, 0), right=right, **numbers)
        return Question(text("predict_share", **numbers), right, [each for each in slips if each != right], why)
    mean, bias = chance.randint(1, 12) / 2, chance.choice((-1, -0.5, 0.5, 1))
    right = fixed(mean + bias, 1)
    slips = [fixed(each, 1) for each in (mean, mean - bias, mean * side**2 + bias, mean * bias)]
    numbers = {"side": side, "mean": fixed(mean, 1), "bias": fixed(bias, 1)}
    why = text("predict_logit_why", right=right, **numbers)
    return Question(text("predict_logit", **numbers), right, [each for each in slips if each != right], why)


def code(state: State, answer: LocatedClass) -> str:
    """Return the few lines of Python that do the same."""
    return text("code", target=state.target, **in_python(state.subject.model))


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    SUBJECT.draw()
    Part(
        form=FORM,
        read=lambda: read_state(FORM, SUBJECT),
        request=_request,
        stage=_draw,
        settings=SUBJECT.link_elsewhere,
        notes=_show_notes,
        formulas=_show_formulas,
        question=question,
        code=code,
        height=520,
    ).show()

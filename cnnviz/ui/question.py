"""Questions about what is on the screen, without end, and scored: the answer is given before it is shown.

A screen hands in a function that makes question 0, 1, 2, … of its present state; each is marked once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import streamlit as st

from cnnviz.components.room_send import room_send
from cnnviz.errors import ShapeError
from cnnviz.ui.form import Form
from cnnviz.ui.hidden import shows
from cnnviz.ui.numbers import of_size, whole
from cnnviz.ui.plain_math import plain
from cnnviz.ui.words import COMMON

_MOST = 4
Make = Callable[[int], "Question | None"]


@dataclass(frozen=True)
class Question:
    """What is asked, the right answer, wrong ones worth considering (the best first), and why it is right.

    Answers are text, or numbers, which stand in order; the text of an answer is what is shown.
    """

    asked: str
    right: object
    distractors: Sequence[object]
    why: str

    @property
    def options(self) -> list[str]:
        """Return at most four different answers: numbers in order, others mixed, the same for the same question."""
        answers = list(dict.fromkeys([self.right, *self.distractors]))[:_MOST]
        if all(isinstance(each, int | float | tuple) for each in answers):
            return [_shown(each) for each in sorted(answers)]  # type: ignore[type-var]
        Random(self.asked).shuffle(answers)
        return [_shown(each) for each in answers]


def next_possible(names: Sequence[str], number: int, make: Callable[[str, int], Question]) -> Question | None:
    """Return make(name, more) of the name whose turn question `number` is: `more` is 1 in the first round, then 2, ….

    A change that torch would refuse, for which `make` raises ShapeError, leaves its turn to the next name; None where
    all are refused.
    """
    for later in range(len(names)):
        turn, name = divmod(number + later, len(names))
        try:
            return make(names[name], turn + 1)
        except ShapeError:
            continue
    return None


def ask_questions(form: Form, make: Make) -> None:
    """Draw the questions of a screen, folded; those of the present state are made only while they are open."""
    if not shows("questions"):
        return
    with st.expander(
        COMMON.label("predict"), icon=":material/psychology_alt:", key=form.key("predict"), on_change="rerun"
    ) as opened:
        if opened.open:
            _ask(form, make)


def _ask(form: Form, make: Make) -> None:
    number_key, score_key = form.key("predict-number"), form.key("predict-score")
    number = int(st.session_state.setdefault(number_key, 0))
    marks: dict[str, bool] = st.session_state.setdefault(score_key, {})
    question = make(number)
    if question is None:
        st.caption(COMMON.text("predict_none"))
        return
    options, right = question.options, _shown(question.right)
    # Another question, or the same of another state, begins unanswered.
    name = f"{number}-{hash((question.asked, *options)):x}"
    room_send(
        plain(question.asked),
        [plain(each) for each in options],
        options.index(right),
        plain(question.why),
        key=form.key("predict-room"),
    )
    answer = st.radio(question.asked, options, index=None, key=form.key(f"predict-{name}"))
    if answer is None:
        st.caption(COMMON.text("predict_first"))
    else:
        marks.setdefault(name, answer == right)
        if answer == right:
            st.success(f"{COMMON.text('right')} {question.why}", icon=":material/check:")
        else:
            st.warning(f"{COMMON.text('wrong', answer=right)} {question.why}", icon=":material/close:")

    def another() -> None:
        st.session_state[number_key] = number + 1

    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            COMMON.label("predict_next"),
            icon=":material/casino:",
            key=form.key("predict-next"),
            on_click=another,
        )
        if marks:
            st.caption(COMMON.text("predict_score", right=sum(marks.values()), asked=len(marks)))


def _shown(answer: object) -> str:
    if isinstance(answer, tuple):
        return of_size(answer)
    return whole(answer) if isinstance(answer, int) else str(answer)

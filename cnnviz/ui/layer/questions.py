"""Questions about one layer, answered number by number and marked at once; which one it is stands in the link."""

import streamlit as st

from cnnviz.arithmetic.questions import LEVELS, Question, mistake, question
from cnnviz.design.torch_line import torch_line
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.layer.state import FORM, WORDS
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import of_size, whole
from cnnviz.ui.steps import equation, step_of
from cnnviz.ui.words import COMMON

_MOST = 10**12
_LEVELS = dict(
    zip(("as in the lecture", "with a stride", "rectangular, dilated, grouped", "other layers"), LEVELS, strict=True)
)
LEVEL = Choice("question_kind", next(iter(_LEVELS)), options=tuple(_LEVELS), style="buttons")
NUMBER = Number("question", 1, low=1, slider=False)
text = WORDS.text


def ask() -> None:
    """Ask a question like the lecture's and mark each part of the answer."""
    st.fragment(_fold)()


def _fold() -> None:
    # Drawn only when it is open, for every widget on the page makes every answer of a slider later.
    linked = st.session_state.setdefault(FORM.key("predict-linked"), FORM.text(NUMBER.name) is not None)
    label, key = COMMON.label("predict"), FORM.key("predict")
    with st.expander(label, linked, icon=":material/psychology_alt:", key=key, on_change="rerun") as opened:
        if opened.open:
            _ask()


def _ask() -> None:
    level_box, number_box, next_box = st.columns([4, 1, 2], vertical_alignment="bottom")
    with level_box:
        FORM.draw(LEVEL, columns=1)
    with number_box:
        FORM.draw(NUMBER, columns=1)
    level, number = _LEVELS[FORM.get(LEVEL)], FORM.get(NUMBER)
    next_box.button(
        COMMON.label("predict_next"),
        icon=":material/casino:",
        key=FORM.key("question-next"),
        on_click=FORM.set,
        args=(NUMBER, number + 1),
        width="stretch",
    )
    asked = question(number, level)
    line = torch_line(asked.kind, asked.input_size, asked.settings)
    WORDS.say("predict", number=number, input=of_size(asked.input_size[1:]), line=line)
    st.caption(text("predict_shape"))
    marks = [_part(asked, part, FORM.key(f"answer-{level}-{number}-{part}")) for part in asked.answers]
    if all(marks):
        st.success(text("predict_all_right"), icon=":material/check:")


def _part(asked: Question, part: str, key: str) -> bool:
    """Ask for one number; show whether it is right and, where it is not, the formula. Return whether it is right."""
    right = asked.answers[part]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        answer = st.number_input(WORDS.label(f"part.{part}"), 0, _MOST, value=None, step=1, key=key, width=180)
        if answer is None:
            return False
        if answer == right:
            st.success(COMMON.text("right"), icon=":material/check:", width="stretch")
            return True
        slip = mistake(asked, part, int(answer))
        told = text(f"mistake_{slip}") if slip else ""
        wrong = COMMON.text("wrong", answer=whole(right))
        st.warning(f"{wrong} {told}", icon=":material/close:", width="stretch")
    found = step_of(asked.layer, part)
    if found is not None:
        st.latex(equation([found]))
    elif part == "parameters":
        WORDS.say("answer_no_parameters")
    elif part == "channels":
        kept = "out_channels" not in asked.settings
        WORDS.say("answer_kept" if kept else "answer_channels", answer=right)
    return False

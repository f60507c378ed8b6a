"""Questions about one layer, answered number by number and marked at once."""

import streamlit as st

from cnnviz.figures.layer import sized
from cnnviz.ui.design.questions import LEVELS, Question, mistake, question
from cnnviz.ui.design.torch_line import torch_line
from cnnviz.ui.lesson import text
from cnnviz.ui.steps import equation, step_of

SCREEN = "layer"
_MOST = 10**12
_LEVELS = dict(zip(("predict_level_1", "predict_level_2", "predict_level_3", "predict_level_4"), LEVELS, strict=True))
_PARTS = {
    "channels": "part_channels",
    "features": "part_features",
    "depth": "part_depth",
    "height": "part_height",
    "width": "part_width",
    "length": "part_length",
    "parameters": "part_parameters",
    "macs": "part_macs",
}


@st.fragment
def predict_layer() -> None:
    """Ask a question like the lecture's and mark each part of the answer; the question's number is in the link."""
    # Drawn only when it is open, for every widget on the page makes every answer of a slider later.
    linked = st.session_state.setdefault("predict-linked", "question" in st.query_params)
    with st.expander("Predict", linked, icon=":material/psychology_alt:", key="predict", on_change="rerun") as opened:
        if opened.open:
            _ask()


def _ask() -> None:
    levels = {text(SCREEN, key): level for key, level in _LEVELS.items()}
    level_box, number_box, next_box = st.columns([4, 1, 2], vertical_alignment="bottom")
    named = level_box.segmented_control(
        "Kind of question",
        list(levels),
        default=next(iter(levels)),
        key="question_kind",
        bind="query-params",
        required=True,
    )
    number = int(number_box.number_input("Question", 1, key="question", bind="query-params"))
    next_box.button("Another question", icon=":material/casino:", on_click=_another, width="stretch")
    asked = question(number, levels[named])
    line = torch_line(asked.kind, asked.input_size, asked.settings)
    st.markdown(text(SCREEN, "predict", number=number, input=sized(asked.input_size[1:]), line=line))
    st.caption(text(SCREEN, "predict_shape"))
    marks = [_part(asked, part, f"answer-{levels[named]}-{number}-{part}") for part in asked.answers]
    if all(marks):
        st.success(text(SCREEN, "predict_all_right"), icon=":material/check:")


def _another() -> None:
    st.session_state["question"] = st.session_state.get("question", 1) + 1


def _part(asked: Question, part: str, key: str) -> bool:
    """Ask for one number; show whether it is right and, where it is not, the formula. Return whether it is right."""
    right = asked.answers[part]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        answer = st.number_input(text(SCREEN, _PARTS[part]), 0, _MOST, value=None, step=1, key=key, width=180)
        if answer is None:
            return False
        if answer == right:
            st.success(text("common", "right"), icon=":material/check:", width="stretch")
            return True
        slip = mistake(asked, part, int(answer))
        wrong = text("common", "wrong", answer=f"{right:,}")
        st.warning(f"{wrong} {text(SCREEN, slip) if slip else ''}", icon=":material/close:", width="stretch")
    found = step_of(asked.layer, part)
    if found is not None:
        st.latex(equation([found]))
    elif part == "parameters":
        st.markdown(text(SCREEN, "answer_no_parameters"))
    elif part == "channels":
        kept = "out_channels" not in asked.settings
        st.markdown(text(SCREEN, "answer_kept" if kept else "answer_channels", answer=right))
    return False

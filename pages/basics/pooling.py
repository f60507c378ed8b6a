"""Pooling: windows that keep one number each, and what that keeps of a picture that moves."""

from typing import Any

import streamlit as st

from cnnviz.components.sliding import sliding
from cnnviz.errors import ShapeError
from cnnviz.ui import lesson
from cnnviz.ui.basics import edits
from cnnviz.ui.basics.convolution_report import middle_of
from cnnviz.ui.basics.pooling_form import (
    CHANNELS,
    INPUT,
    OPERATION,
    OPERATIONS,
    PRESETS,
    SHIFT,
    SIZE,
    Experiment,
    controls,
    experiment,
)
from cnnviz.ui.basics.pooling_report import code_lines, predict, show_formula, show_notes, show_shift
from cnnviz.ui.controls import Control, Switch, value_of
from cnnviz.ui.engine import ask
from cnnviz.ui.picture import choose_picture

SCREEN = "pooling"
COLUMNS = 4


def begin_preset() -> None:
    """Give every control the preset's value, or its first one."""
    chosen = st.session_state["preset"]
    if chosen is None:
        return
    every = {each.key: each for operation in OPERATIONS for each in controls(operation)}
    first = {each.key: each.default for each in (OPERATION, INPUT, SIZE, CHANNELS, SHIFT, *every.values())}
    st.session_state.update({**first, **PRESETS[chosen], "preset": None})
    st.session_state.pop("pooling-at", None)
    edits.clear()


def show_controls(shown: list[Control]) -> None:
    """Draw controls in a grid."""
    for start in range(0, len(shown), COLUMNS):
        boxes = st.columns(COLUMNS, gap="medium", vertical_alignment="bottom")
        for control, box in zip(shown[start : start + COLUMNS], boxes, strict=False):
            with box:
                control.draw()


def show_grids(made: Experiment, found: Any) -> None:
    """Draw input and output; remember what is pinned."""
    sizes = made.inputs.shape, found.output.shape
    at, of = st.session_state.get("pooling-at", (None, None))

    def pin(cell: tuple[str, int] | None) -> None:
        st.session_state["pooling-at"] = cell, sizes

    sliding(
        made.inputs,
        found.output,
        axes=made.axes(),
        key="pooled-grids",
        operation=made.drawn,
        divisors=found.divisors,
        norm=made.settings.get("norm_type", 2),
        winners=found.winners,
        selected=at if of == sizes else ("output", middle_of(found.output.shape[1:])),
        name=lesson.text(SCREEN, "torch_name", kind=made.kind),
        words={"filter": lesson.text(SCREEN, "word_channel")},
        on_pin=pin,
        on_edit=edits.add,
    )


@st.fragment
def explore(picture: Any) -> None:
    """The grids and all that follows from them; runs again alone at every move."""
    choices_box, grids_box, controls_box = (st.container() for _ in range(3))
    made = None
    with grids_box:
        try:
            made = experiment(picture)
        except ShapeError as error:
            st.error(str(error), icon=":material/error:")
        answer = ask(made.request()) if made is not None else None
        if made is not None and answer is not None:
            show_grids(made, answer.found)
    settings = controls(value_of(OPERATION))
    with choices_box:
        show_controls([OPERATION, INPUT, SIZE, CHANNELS])
    with controls_box:
        show_controls([each for each in settings if not isinstance(each, Switch)])
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            for each in settings:
                if isinstance(each, Switch):
                    each.draw()
            edits.offer_undo()
    if made is None or answer is None:
        return
    notes_box, formula_box = st.columns([3, 2], gap="large")
    with notes_box:
        show_notes(made, answer.found)
    with formula_box, st.container(key="formulas"):
        show_formula(made)
    show_shift(made, answer.found.output)
    predict(made)
    lesson.code(code_lines(made))


st.title("Pooling")
lesson.say(SCREEN, "idea")
st.pills("Start from", list(PRESETS), key="preset", on_change=begin_preset, label_visibility="collapsed")
grids = st.container()
with st.expander(lesson.text(SCREEN, "choose"), icon=":material/image:"):
    chosen = choose_picture()
with grids:
    explore(chosen)
lesson.try_this(SCREEN)

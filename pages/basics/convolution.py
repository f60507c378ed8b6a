"""Convolution: a window slides over numbers, and every sum can be pointed at."""

import time
from typing import Any

import streamlit as st

from cnnviz.components.sliding import sliding
from cnnviz.errors import ShapeError
from cnnviz.ui import lesson
from cnnviz.ui.basics import edits
from cnnviz.ui.basics.convolution_form import INPUT, KERNEL, KIND, Experiment, controls, experiment, switches
from cnnviz.ui.basics.convolution_presets import PRESETS
from cnnviz.ui.basics.convolution_report import (
    code_lines,
    middle_of,
    predict,
    show_formula,
    show_learning,
    show_notes,
    show_photo,
    words,
)
from cnnviz.ui.controls import Control, value_of
from cnnviz.ui.engine import ask
from cnnviz.ui.picture import choose_picture

SCREEN = "convolution"
COLUMNS = 4
PAINT = 0.1  # seconds


def begin_preset() -> None:
    """Give every control the preset's value, or its first one."""
    chosen = st.session_state["preset"]
    if chosen is None:
        return
    values = {"kind": KIND.default, **PRESETS[chosen]}
    kind = values["kind"]
    first = {each.key: each.default for each in (INPUT, KERNEL, *controls(kind), *switches(kind))}
    st.session_state.update({**first, **values, "preset": None})
    st.session_state.pop("at", None)
    edits.clear()


def show_controls(shown: list[Control], disabled: frozenset[str]) -> None:
    """Draw controls in a grid."""
    for start in range(0, len(shown), COLUMNS):
        boxes = st.columns(COLUMNS, gap="medium", vertical_alignment="bottom")
        for control, box in zip(shown[start : start + COLUMNS], boxes, strict=False):
            with box:
                control.draw(disabled=control.key in disabled)


def show_grids(made: Experiment, output: Any) -> None:
    """Draw input, kernel and output; remember what is pinned."""
    sizes = made.inputs.shape, output.shape
    at, of = st.session_state.get("at", (None, None))

    def pin(cell: tuple[str, int] | None) -> None:
        st.session_state["at"] = cell, sizes

    sliding(
        made.inputs,
        output,
        axes=made.axes(),
        key="grids",
        weights=made.weights,
        bias=made.bias,
        groups=made.groups,
        paint=made.transposed and made.painting,
        selected=at if of == sizes else ("output", middle_of(output.shape[1:])),
        name=lesson.text(SCREEN, "torch_name", function=made.function),
        words=words(made),
        on_pin=pin,
        on_edit=edits.add,
    )


@st.fragment
def explore(picture: Any) -> None:
    """The grids and all that follows from them; runs again alone at every move."""
    choices_box, grids_box, controls_box = (st.container() for _ in range(3))
    kind = value_of(KIND)
    made = None
    with grids_box:
        try:
            made = experiment(picture)
        except ShapeError as error:
            st.error(str(error), icon=":material/error:")
        answer = ask(made.request()) if made is not None else None
        if made is not None and answer is not None:
            show_grids(made, answer.found.output)
            # The browser paints the grids before the rest of the page keeps it, and this server, busy.
            time.sleep(PAINT)
    others = controls(kind)
    toggles = switches(kind)
    with choices_box:
        show_controls([KIND, INPUT, KERNEL, others[-1]], frozenset())
    with controls_box:
        padded = frozenset({"padding"} if value_of(toggles[0]) and toggles[0].key == "same" else ())
        show_controls([*others[:-1]], padded)
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            for toggle in toggles:
                toggle.draw()
            edits.offer_undo()
    if made is None or answer is None:
        return
    notes_box, formula_box = st.columns([3, 2], gap="large")
    with notes_box, st.container(key="notes"):
        show_notes(made, answer.found, st.session_state.get("at", (None, None))[0])
    with formula_box, st.container(key="formulas"):
        show_formula(made)
    predict(made)
    lesson.code(code_lines(made))
    if kind == "Conv2d":
        with st.expander(
            lesson.text(SCREEN, "learning"), icon=":material/school:", key="learning", on_change="rerun"
        ) as opened:
            if opened.open:
                show_learning(made)
    st.subheader(lesson.text(SCREEN, "photo"))
    show_photo(made, picture)


st.title("Convolution")
lesson.say(SCREEN, "idea")
st.pills("Start from", list(PRESETS), key="preset", on_change=begin_preset, label_visibility="collapsed")
grids = st.container()
with st.expander(lesson.text(SCREEN, "choose"), icon=":material/image:"):
    chosen = choose_picture()
with grids:
    explore(chosen)
lesson.try_this(SCREEN)

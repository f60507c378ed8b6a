"""One layer: what it does to sizes, what it learns, what it costs, and why."""

import time
from typing import Any

import streamlit as st

from cnnviz.arithmetic import KINDS
from cnnviz.arithmetic import layer as computed
from cnnviz.errors import ShapeError
from cnnviz.ui import lesson
from cnnviz.ui.controls import Choice, Control, Switch, value_of
from cnnviz.ui.design.layer_form import asked, defaults, input_controls, rank_of, setting_controls, tied
from cnnviz.ui.design.layer_presets import PRESETS
from cnnviz.ui.design.layer_report import (
    show_alternatives,
    show_blocks,
    show_formulas,
    show_growth,
    show_misfit,
    show_numbers,
    show_reading,
)
from cnnviz.ui.design.predict_layer import predict_layer
from cnnviz.ui.design.torch_line import torch_line

SCREEN = "layer"
KIND = Choice("kind", "Kind", tuple(KINDS), "Conv2d")
COLUMNS = 4
PAINT = 0.05  # seconds
RECTANGULAR = Switch("rectangular", "Per axis", False)


def begin(kind: str, rectangular: bool, **values: object) -> None:
    """Give the controls of a kind their first values, or those of a preset."""
    controls = (*input_controls(kind, rectangular), *setting_controls(kind, rectangular))
    st.session_state.update({"kind": kind, "rectangular": rectangular, **defaults(controls), **values})


def begin_kind() -> None:
    begin(st.session_state["kind"], st.session_state.get("rectangular", False))


def begin_preset() -> None:
    chosen = st.session_state["preset"]
    if chosen is not None:
        kind, values = PRESETS[chosen]
        begin(kind, False, **values)
    st.session_state["preset"] = None


def untie() -> None:
    """Hand the values over: from one for all axes to one an axis, or back from the first axis."""
    apart = st.session_state["rectangular"]
    for key, keys in tied(st.session_state["kind"]).items():
        if apart and key in st.session_state:
            st.session_state.update(dict.fromkeys(keys, st.session_state[key]))
        elif not apart and keys[0] in st.session_state:
            st.session_state[key] = st.session_state[keys[0]]


def show_controls(kind: str, controls: tuple[Control, ...], values: dict[str, Any]) -> None:
    """Draw the kind and its controls in a grid, the switches together in its last cell."""
    switches = [control for control in controls if isinstance(control, Switch)]
    others = [control for control in controls if not isinstance(control, Switch)]
    cells = ["kind", *others, "switches"]
    for start in range(0, len(cells), COLUMNS):
        boxes = st.columns(COLUMNS, gap="medium", vertical_alignment="bottom")
        for cell, box in zip(cells[start : start + COLUMNS], boxes, strict=False):
            with box:
                if cell == "kind":
                    st.selectbox(
                        KIND.label,
                        KIND.options,
                        KIND.options.index(KIND.default),
                        key="kind",
                        bind="query-params",
                        on_change=begin_kind,
                    )
                elif cell == "switches":
                    show_switches(kind, switches)
                else:
                    cell.draw(disabled=cell.key.startswith("padding") and bool(values.get("same")))


def show_switches(kind: str, switches: list[Switch]) -> None:
    with st.container(horizontal=True, gap="small"):
        if rank_of(kind) > 1:
            st.toggle(RECTANGULAR.label, key="rectangular", bind="query-params", on_change=untie, width="content")
        for switch in switches:
            switch.draw()


@st.fragment
def explore() -> None:
    """The controls and all that follows from them; runs again alone at every move."""
    kind = value_of(KIND)
    apart = value_of(RECTANGULAR) and rank_of(kind) > 1
    controls = (*input_controls(kind, apart), *setting_controls(kind, apart))
    values = {control.key: value_of(control) for control in controls}
    size, settings = asked(kind, apart, values)
    # The numbers are what a moved slider asks for: they come before the controls themselves.
    with st.container(key="numbers"):
        try:
            layer = computed(kind, size, **settings)
        except ShapeError as error:
            layer = None
            show_misfit(str(error))
        else:
            show_numbers(layer)
    # The browser paints what it has before the rest of the page keeps it, and this server, busy.
    time.sleep(PAINT)
    show_controls(kind, controls, values)
    if layer is None:
        return
    line = torch_line(kind, size, settings)
    blocks_box, formula_box = st.columns([3, 2], gap="large")
    with blocks_box:
        show_blocks(layer, settings)
        st.code(line, language="python", wrap_lines=True)
    with formula_box.container(key="formulas"):
        show_formulas(layer)
    reading_box, growth_box = st.columns(2, gap="large")
    with reading_box:
        st.subheader(lesson.text(SCREEN, "reading"))
        show_reading(layer)
    with growth_box:
        st.subheader(lesson.text(SCREEN, "growth"))
        show_growth(layer)
    st.subheader(lesson.text(SCREEN, "otherwise"))
    show_alternatives(layer, settings)
    section = "code_integers" if kind == "Embedding" else "code"
    lesson.code(lesson.text(SCREEN, section, line=line, input=size))


st.title("One layer")
lesson.say(SCREEN, "idea")
st.pills("Start from", list(PRESETS), key="preset", on_change=begin_preset, label_visibility="collapsed")
explore()
predict_layer()
lesson.try_this(SCREEN)

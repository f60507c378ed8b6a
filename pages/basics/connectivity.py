"""Connectivity: from all connections to local ones to local and shared ones, which are a convolution."""

import streamlit as st

from cnnviz.components.connections import connections
from cnnviz.errors import ShapeError
from cnnviz.ui import lesson
from cnnviz.ui.basics.connectivity_form import AXES, INPUT, PRESETS, STEP, controls, experiment
from cnnviz.ui.basics.connectivity_report import (
    code_lines,
    predict,
    show_collapse,
    show_counts,
    show_real,
    show_same,
    show_shuffle,
)
from cnnviz.ui.controls import value_of
from cnnviz.ui.engine import ask

SCREEN = "connectivity"


def begin_preset() -> None:
    """Give every control the preset's value, or its first one."""
    chosen = st.session_state["preset"]
    if chosen is None:
        return
    values = {AXES.key: AXES.default, **PRESETS[chosen]}
    first = {each.key: each.default for each in (STEP, AXES, INPUT, *controls(values[AXES.key]))}
    st.session_state.update({**first, **values, "preset": None})


@st.fragment
def explore() -> None:
    """The connections and all that follows from them; runs again alone at every move."""
    picture_box, controls_box = st.container(), st.container()
    made = answer = None
    with picture_box:
        try:
            made = experiment()
            answer = ask(made.request())
        except ShapeError as error:
            st.error(str(error), icon=":material/error:")
        if made is not None and answer is not None:
            found = answer.found
            connections(
                made.inputs.flatten(),
                found.product,
                found.matrix,
                found.owners,
                sizes=(made.inputs.shape, made.outputs),
                key="connections",
            )
    with controls_box:
        # A kernel's name says something only where there is a kernel.
        others = [each for each in controls(value_of(AXES)) if each.key != "weights" or value_of(STEP) == "shared"]
        for row in ((STEP, AXES, INPUT), others):
            for control, box in zip(row, st.columns(4, gap="medium", vertical_alignment="bottom"), strict=False):
                with box:
                    control.draw()
    if made is None or answer is None:
        return
    show_counts(made)
    show_same(made, answer.found)
    predict(made)
    lesson.code(code_lines(made))


@st.fragment
def real() -> None:
    """The counts at the size of images; runs again alone."""
    show_real()


@st.fragment
def digits() -> None:
    """What is shown on a digit; runs again alone."""
    collapse_box, shuffle_box = st.container(), st.container()
    with shuffle_box:
        show_shuffle()
    with collapse_box:
        show_collapse()


st.title("Connectivity")
lesson.say(SCREEN, "idea")
st.pills("Start from", list(PRESETS), key="preset", on_change=begin_preset, label_visibility="collapsed")
explore()
real()
digits()
lesson.try_this(SCREEN)

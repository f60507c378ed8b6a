"""The part "Inside a network": a transformer between two layers moves feature maps instead of the photo."""

import streamlit as st

from cnnviz.engine.requests import Layers, ModelChoice
from cnnviz.ui import lesson
from cnnviz.ui.controls import value_of
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say
from cnnviz.ui.transform.choosing import Digit, choose_digit, chosen_number, tell_missing
from cnnviz.ui.transform.inside_form import DIALS, NETWORK, PRESETS, choose_layer, experiment, layers
from cnnviz.ui.transform.inside_report import (
    SCREEN,
    code_lines,
    predict,
    show_answers,
    show_localisation,
    show_maps,
    show_numbers,
    show_theta,
)


def _begin_preset() -> None:
    chosen = st.session_state["inside_preset"]
    if chosen is not None:
        st.session_state.update({**PRESETS[chosen], "inside_preset": None})


@st.fragment
def _explore(digit: Digit) -> None:
    """The maps and all that follows from them; runs again alone at every move."""
    maps_box, controls_box = st.container(), st.container()
    table = ask(Layers(ModelChoice(value_of(NETWORK))))
    rows = {} if table is None else layers(table)
    with controls_box:
        first, *others = (*st.columns(3, gap="medium", vertical_alignment="bottom"), *st.columns(3, gap="medium"))
        with first:
            NETWORK.draw()
        if rows:
            with others[0]:
                choose_layer(rows)
        for dial, box in zip(DIALS, others[1:], strict=False):
            with box:
                dial.draw()
    if table is None:
        return
    if digit.picture is None:
        with maps_box:
            tell_missing()
        return
    made = experiment(rows, table, digit.picture, invert=digit.invert)
    answer = ask(made.maps())
    if answer is None:
        return
    with maps_box:
        show_maps(made, answer.found)
    show_numbers(made, answer.found)
    show_answers(made, answer.found)
    show_theta(made, answer.found)
    show_localisation(made)
    predict(made)
    lesson.code(code_lines(made, answer.found, chosen_number()))


def show() -> None:
    """Draw the part."""
    say(SCREEN, "intro")
    st.pills("Start from", list(PRESETS), key="inside_preset", on_change=_begin_preset, label_visibility="collapsed")
    _explore(choose_digit(SCREEN, value_of(NETWORK), entered=NETWORK.key))

"""The part "Learned": a localisation network chooses the box, and a classifier reads what is in it."""

import streamlit as st

from cnnviz.ui import lesson
from cnnviz.ui.controls import Control, Switch, value_of
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say
from cnnviz.ui.transform.choosing import Digit, choose_digit, chosen_number, one_of_each, tell_missing
from cnnviz.ui.transform.learned_boxes import show_following, show_thetas
from cnnviz.ui.transform.learned_curves import show_curves
from cnnviz.ui.transform.learned_form import PRESETS, SCREEN, TASK, TASKS, controls, experiment
from cnnviz.ui.transform.learned_report import code_lines, predict, say_answers, show_figure, show_row

_COLUMNS = 3


def _begin_preset() -> None:
    chosen = st.session_state["learned_preset"]
    if chosen is not None:
        st.session_state.update({**PRESETS[chosen], "learned_preset": None})


def _show_controls(shown: tuple[Control, ...]) -> None:
    """Draw the dials in a grid, and the switches after them."""
    dials = [each for each in shown if not isinstance(each, Switch)]
    for start in range(0, len(dials), _COLUMNS):
        boxes = st.columns(_COLUMNS, gap="medium", vertical_alignment="bottom")
        for control, box in zip(dials[start : start + _COLUMNS], boxes, strict=False):
            with box:
                control.draw()
    for each in shown:
        if isinstance(each, Switch):
            each.draw()


@st.fragment
def _explore(digit: Digit) -> None:
    """The figure and all that follows from it; runs again alone at every move."""
    figure_box, controls_box = st.container(), st.container()
    with controls_box:
        _show_controls(controls(TASKS[value_of(TASK)]))
    if digit.picture is None:
        with figure_box:
            tell_missing()
        return
    made = experiment(digit.picture, digit.label, one_of_each(), invert=digit.invert)
    networks = [name for name in (made.task.transformer, made.task.plain) if name is not None]
    with figure_box:
        asked = [[ask(each) for each in made.asked(name)] for name in networks]
        if any(each is None for pair in asked for each in pair):
            return
        (one, others), *rest = [[each.found for each in pair if each is not None] for pair in asked]
        plain_one, plain_others = rest[0] if rest else (None, None)
        show_figure(made, one, plain_one)
    say_answers(made, one, plain_one)
    show_thetas(made, one)
    show_row(made, others, plain_others)
    show_following(made)
    show_curves(made)
    predict(made)
    lesson.code(code_lines(made, chosen_number()))


def show() -> None:
    """Draw the part."""
    say(SCREEN, "intro")
    st.pills("Start from", list(PRESETS), key="learned_preset", on_change=_begin_preset, label_visibility="collapsed")
    _explore(choose_digit(SCREEN, TASKS[value_of(TASK)].transformer, entered=TASK.key))

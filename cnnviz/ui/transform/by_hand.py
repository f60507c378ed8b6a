"""The part "By hand": theta as six numbers, as sliders, or as a box that is dragged, and what the warp makes of it."""

from typing import Any

import streamlit as st

from cnnviz.components.warp import warp
from cnnviz.ui import lesson
from cnnviz.ui.controls import value_of
from cnnviz.ui.engine import ask
from cnnviz.ui.picture import choose_picture
from cnnviz.ui.transform import theta as theta_state
from cnnviz.ui.transform.by_hand_form import (
    ALIGN_GRID,
    ALIGN_SAMPLE,
    DIGIT,
    IMAGE,
    MODE,
    PADDING,
    PLANE,
    PLANES,
    PRESETS,
    Experiment,
    begin,
    experiment,
    sizes,
)
from cnnviz.ui.transform.by_hand_report import code_lines, predict, show_identity, show_pixel, show_theta, show_twice

SCREEN = "spatial_transformer"
_PIN = "hand-pin"


def _begin_preset() -> None:
    chosen = st.session_state["hand_preset"]
    if chosen is not None:
        begin(PRESETS[chosen])
        st.session_state["hand_preset"] = None


def _show_box(made: Experiment, output: Any) -> None:
    """Draw the component; remember the theta that was dragged and the pixel that was pinned."""

    def turned(numbers: tuple[float, ...]) -> None:
        a, b, c, d, e, f = numbers
        theta_state.keep((a, b, c, d, e, f))

    def pinned(at: tuple[int, int]) -> None:
        st.session_state[_PIN] = at

    warp(
        made.image,
        output,
        key="hand-warp",
        plane=made.plane,
        selected=made.pinned,
        words={"value": lesson.text(SCREEN, "word_value", plane=PLANES[made.plane])} if len(made.image) == 3 else None,
        on_theta=turned,
        on_pin=pinned,
        **made.settings,
    )


def _show_settings(made: Experiment) -> None:
    """Draw all controls but the choice of a photo."""
    sliders_box, numbers_box = st.columns([3, 2], gap="large")
    with sliders_box:
        theta_state.show_sliders(made.theta)
    with numbers_box:
        theta_state.show_numbers(made.theta)
        with st.container(horizontal=True, gap="medium"):
            ALIGN_GRID.draw()
            ALIGN_SAMPLE.draw()
    shown = [IMAGE, MODE, PADDING]
    if len(made.image) == 3:
        shown.append(PLANE)
    for control, box in zip(shown, st.columns(4, gap="medium", vertical_alignment="bottom"), strict=False):
        with box:
            control.draw()
    dials = [*sizes(made.image.shape[1])]
    if value_of(IMAGE) == "digit":
        dials.append(DIGIT)
    for dial, box in zip(dials, st.columns(3, gap="medium", vertical_alignment="bottom"), strict=False):
        with box:
            dial.draw()


@st.fragment
def _explore() -> None:
    """The box and all that follows from it; runs again alone at every move."""
    box, settings_box, photo_box = (st.container() for _ in range(3))
    picture = None
    if value_of(IMAGE) == "photo":
        with photo_box.expander(lesson.text(SCREEN, "choose"), icon=":material/image:"):
            picture = choose_picture()
    made = experiment(picture, st.session_state.get(_PIN))
    answer = ask(made.request())
    if answer is not None:
        with box:
            _show_box(made, answer.found.output)
    with settings_box:
        _show_settings(made)
    if answer is None:
        return
    pixel = ask(made.pixel())
    theta_box, pixel_box = st.columns([2, 3], gap="large")
    with theta_box:
        show_theta(made)
    if pixel is not None:
        with pixel_box:
            show_pixel(made, pixel.found)
    show_identity(made)
    show_twice(made)
    predict(made)
    lesson.code(code_lines(made))


def show() -> None:
    """Draw the part."""
    lesson.say(SCREEN, "by_hand")
    st.pills("Start from", list(PRESETS), key="hand_preset", on_change=_begin_preset, label_visibility="collapsed")
    _explore()

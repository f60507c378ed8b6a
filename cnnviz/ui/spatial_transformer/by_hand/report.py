"""The part "By hand": theta as six numbers, as sliders, or as a box that is dragged, and what the warp makes of it."""

import streamlit as st

from cnnviz.arithmetic.affine import SINGULAR, determinant
from cnnviz.components.warp import warp
from cnnviz.engine.results import Probed
from cnnviz.probes.warp import Warped
from cnnviz.ui.engine import ask
from cnnviz.ui.numbers import matrix, short
from cnnviz.ui.part import Part
from cnnviz.ui.picture_choice import offer_pictures
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.spatial_transformer.by_hand.comparison import show_identity, show_twice
from cnnviz.ui.spatial_transformer.by_hand.pixel import show_pixel
from cnnviz.ui.spatial_transformer.by_hand.question import question
from cnnviz.ui.spatial_transformer.by_hand.state import (
    ALIGN_GRID,
    ALIGN_SAMPLE,
    FORM,
    IMAGE,
    KNOWN,
    MODE,
    NUMBER,
    PADDING,
    PLANE,
    PLANES,
    PRESETS,
    THETA,
    WORDS,
    State,
    drag,
    pin,
    read,
    sizes,
)
from cnnviz.ui.spatial_transformer.theta import draw_sliders

say, text = WORDS.say, WORDS.text
Answer = Probed[Warped]


def _draw_box(state: State, answer: Answer) -> None:
    """Draw the component."""
    plane = WORDS.label(f"plane.{PLANES[state.plane]}")
    warp(
        state.image,
        answer.found.output,
        key=FORM.key("box"),
        plane=state.plane,
        selected=state.pinned,
        words={"value": text("word_value", plane=plane)} if len(state.image) == 3 else None,
        on_theta=drag,
        on_pin=pin,
        **state.settings,
    )


def _draw_settings() -> None:
    draw_sliders(FORM, THETA, KNOWN)
    FORM.draw(THETA, columns=1)
    kind = FORM.get(IMAGE)
    FORM.draw(IMAGE, *((NUMBER,) if kind == "digit" else (PLANE,) if kind == "photo" else ()), columns=2)
    if kind == "photo":
        offer_pictures(FORM, resets=("height", "width", "at"))
    FORM.draw(MODE, PADDING, columns=2)
    FORM.draw(*sizes(), ALIGN_GRID, ALIGN_SAMPLE, columns=1)


def _show_theta(state: State, answer: Answer) -> None:
    """Typeset theta, and say what its determinant says."""
    say("about")
    st.subheader(text("heading_theta"))
    rows = matrix((state.theta[:3], state.theta[3:]))
    with st.container(key=FORM.key("formula-theta")):
        st.latex(r"\begin{bmatrix}x'\\y'\end{bmatrix} = " + rows + r"\begin{bmatrix}x\\y\\1\end{bmatrix}")
    size = determinant(state.theta)
    if abs(size) <= SINGULAR:
        say("area_none")
        return
    area = abs(size)
    key = "area" if size > 0 else "area_mirrored"
    say(key, area=short(area, 3), side=short(area**-0.5, 3), determinant=short(size, 3))
    say("direction")


def _show_pixel(state: State, answer: Answer) -> None:
    pixel = ask(state.pixel())
    if pixel is not None:
        show_pixel(state, pixel.found)


def _compare(state: State, answer: Answer) -> None:
    show_identity(state)
    show_twice(state)


def _question(state: State, answer: Answer, number: int) -> Question:
    return question(state.theta, number)


def code(state: State, answer: Answer) -> str:
    """Return the few lines of Python that warp an image so."""
    theta = [f"{value:g}" if value != int(value) else f"{value:.1f}" for value in state.theta]
    return text(
        "code",
        channels=len(state.image),
        input_height=state.image.shape[1],
        input_width=state.image.shape[2],
        first=", ".join(theta[:3]),
        second=", ".join(theta[3:]),
        height=state.size[0],
        width=state.size[1],
        **state.settings,
    )


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    request=State.request,
    stage=_draw_box,
    settings=_draw_settings,
    notes=_show_theta,
    formulas=_show_pixel,
    more=_compare,
    question=_question,
    code=code,
    beside=True,
    height=600,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()

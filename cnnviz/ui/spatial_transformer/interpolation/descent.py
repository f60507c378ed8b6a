"""Gradient descent on theta alone: a digit that was moved is pulled back through weights, and not through rounding."""

import numpy as np
import streamlit as st

from cnnviz import images
from cnnviz.components.film import film
from cnnviz.components.tiles import tiles
from cnnviz.figures.interpolation import loss_along
from cnnviz.probes.descent import Descent
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.numbers import fixed, formula, short
from cnnviz.ui.part import show_code, stage
from cnnviz.ui.spatial_transformer.interpolation.state import (
    ALL_SIX,
    DOWN,
    FORM,
    LOSS_NUMBER,
    MOMENTUM,
    PULLED,
    RATE,
    RIGHT,
    STEPS,
    WORDS,
    PullState,
    read_pull,
    shown_step,
)
from cnnviz.ui.spatial_transformer.theta import NAMES
from cnnviz.ui.words import COMMON

say, text = WORDS.say, WORDS.text
_REACH = 0.6  # of the curve, to both sides of the identity
# torch places pixels so exactly that a warp by the identity has a loss below this.
_NOTHING = 1e-9
_TILE_WORDS = {"channel": "{channel}", "place": "", "weights": "", "value": ""}


@st.fragment
def show_descent() -> None:
    """Draw the descents; runs again alone at every change."""
    st.subheader(text("pull"))
    say("pull_text")
    state = read_pull()
    film_box, said_box = st.columns([3, 2], gap="large")
    with film_box, stage(FORM, 480):
        answer = ask(state.request())
        if answer is not None:
            _show_film(state, answer.found)
    with said_box:
        FORM.draw(PULLED, RIGHT, DOWN, RATE, STEPS, shown_step(), MOMENTUM, ALL_SIX, columns=1)
        _choose_digit()
        if answer is not None:
            _say_how_it_went(state, answer.found)
    if answer is None:
        return
    st.subheader(text("loss"))
    curve_box, step_box = st.columns([3, 2], gap="large")
    with curve_box:
        FORM.draw(LOSS_NUMBER, columns=1)
        _show_loss(state, answer.found)
    with step_box:
        say("loss_text", at=state.at, name=NAMES[state.number])
        with st.container(key=FORM.key("formulas-step")):
            _show_step(state, answer.found)
    show_code(code(state))


def _show_film(state: PullState, found: Descent) -> None:
    paths = found.bilinear, found.nearest
    film(
        images.sheet("digits")[state.digit],
        # Through the identity the given picture is read as it is.
        paths[0].pictures[0],
        [path.pictures for path in paths],
        [path.losses for path in paths],
        [path.thetas for path in paths],
        key=FORM.key("film"),
        answer=state.answer,
        numbers=NAMES,
        at=state.at,
        on_pick=lambda step: FORM.put({"at": step}),
    )


def _choose_digit() -> None:
    with st.expander(text("choose"), icon=":material/grid_view:", key=FORM.key("choose"), on_change="rerun") as box:
        if box.open:
            tiles(
                images.sheet("digits").astype(np.float32),
                key=FORM.key("tiles"),
                mode="positive",
                shared=True,
                columns=10,
                label=COMMON.text("digits"),
                words=_TILE_WORDS,
                on_pick=lambda index: FORM.set(PULLED, index),
            )


def _say_how_it_went(state: PullState, found: Descent) -> None:
    losses = found.bilinear.losses
    first, last = float(losses[0]), float(losses[-1])
    if first < _NOTHING:
        key = "went_nowhere"
    elif last < first / 20:
        key = "went_well"
    else:
        key = "went_partly" if last < first else "went_badly"
    say(key, first=short(first, 3), last=short(last, 2), steps=state.steps)
    moved = float(np.abs(found.nearest.thetas - found.nearest.thetas[0]).max())
    say("went_rounding", loss=short(found.nearest.losses[-1], 3), steps=state.steps, moved=short(moved))


def _show_loss(state: PullState, found: Descent) -> None:
    a, b, c, d, e, f = map(float, found.bilinear.thetas[state.at])
    now = (a, b, c, d, e, f)[state.number]
    reply = ask(state.along((a, b, c, d, e, f), _REACH))
    if reply is None:
        return
    curve, name = reply.found, NAMES[state.number]
    stepped = float(np.interp(now, curve.at, curve.nearest))
    figure = loss_along(
        curve.at,
        (curve.bilinear, curve.nearest),
        (now, float(found.bilinear.losses[state.at]), stepped),
        state.answer[state.number],
        names=(text("bilinear"), text("rounding")),
        answer_name=text("answer"),
        x=name,
        y=text("loss_axis"),
    )
    chart(figure, key=FORM.key("loss-curve"), alt=text("loss_alt", name=name))
    stairs = len(np.unique(curve.nearest.round(9)))
    say(
        "stairs" if stairs < len(curve.at) / 4 else "stairs_fine",
        name=name,
        stairs=stairs,
        samples=len(curve.at),
        smooth=fixed(curve.at[curve.bilinear.argmin()], 2),
        stepped=_lowest(curve.at, curve.nearest),
    )


def _show_step(state: PullState, found: Descent) -> None:
    """Typeset the step that follows the one shown, for the number of the curve."""
    at, number, path = min(state.at, state.steps - 1), state.number, found.bilinear
    before = path.velocities[at - 1, number] if at else 0.0
    numbers = {
        "number": f"{number // 3 + 1}{number % 3 + 1}",
        "gradient": formula(path.gradients[at, number], places=4),
        "before": formula(before, places=4, brackets=True),
        "velocity": formula(path.velocities[at, number], places=4, brackets=True),
        # A result stands alone and needs no brackets.
        "velocity_is": formula(path.velocities[at, number], places=4),
        "momentum": f"{state.momentum:g}",
        "rate": f"{state.rate:g}",
        "theta": formula(path.thetas[at, number], places=4),
        "then": formula(path.thetas[at + 1, number], places=4),
    }
    st.latex(text("formula_step" if state.momentum else "formula_step_plain", **numbers))
    theta = formula(found.nearest.thetas[at, number])
    st.latex(text("formula_step_rounding", number=numbers["number"], theta=theta))
    if not state.all_six and number % 3 != 2:
        say("held", name=NAMES[number])


def code(state: PullState) -> str:
    """Return the few lines of Python that descend."""
    numbers = {"digit": state.digit, "right": state.right, "down": state.down, "rate": state.rate}
    return text("code_pull", **numbers, momentum=state.momentum, steps=state.steps)


def _lowest(at: np.ndarray, losses: np.ndarray) -> str:
    """Return, in words, where the first of the lowest stairs begins and ends."""
    lowest = np.isclose(losses, losses.min(), rtol=0, atol=1e-9)
    first = int(lowest.argmax())
    last = first + int((~np.append(lowest[first:], False)).argmax()) - 1
    ends = {"first": fixed(at[first], 2), "last": fixed(at[last], 2)}
    return text("lowest_at" if first == last else "lowest_stair", **ends)

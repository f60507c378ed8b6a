"""Gradient descent on theta alone: a digit that was moved is pulled back through weights, and not through rounding."""

from typing import Any

import numpy as np
import streamlit as st

from cnnviz import images
from cnnviz.components.film import film
from cnnviz.components.tiles import tiles
from cnnviz.engine.requests import LossAlong, Numbers
from cnnviz.figures.interpolation import loss_along
from cnnviz.ui import lesson
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say, text
from cnnviz.ui.transform.interpolation_form import (
    ALL_SIX,
    DOWN,
    LOSS_NUMBER,
    MOMENTUM,
    NAMES,
    PULLED,
    RATE,
    RIGHT,
    SIDE,
    STEPS,
    PullState,
    digit_image,
    pull_state,
    step_control,
)
from cnnviz.ui.transform.writing import short

SCREEN = "interpolation"
_REACH = 0.6  # of the curve, to both sides of the identity
# torch places pixels so exactly that a warp by the identity has a loss below this.
_NOTHING = 1e-9
_WORDS = {"channel": "{channel}", "place": "", "weights": "", "value": ""}


@st.fragment
def show_pull() -> None:
    """Draw the descents; runs again alone at every change."""
    st.subheader(text(SCREEN, "pull"))
    say(SCREEN, "pull_text")
    state = pull_state()
    answer = ask(state.request())
    if answer is None:
        return
    found = answer.found
    film_box, said_box = st.columns([3, 2], gap="large")
    with film_box:
        _show_film(state, found)
    with said_box:
        _show_controls()
        _say_how_it_went(state, found)
    st.subheader(text(SCREEN, "loss"))
    curve_box, step_box = st.columns([3, 2], gap="large")
    with curve_box:
        LOSS_NUMBER.draw()
        _show_loss(state, found)
    with step_box:
        say(SCREEN, "loss_text", at=state.at, name=NAMES[state.number])
        with st.container(key="formulas-pull"):
            _show_step(state, found)
    lesson.code(code_lines(state))


def _show_film(state: PullState, found: Any) -> None:
    def pick(step: int) -> None:
        st.session_state["why_at"] = step

    target = images.sheet("digits")[state.digit]
    paths = found.bilinear, found.nearest
    names = ("target", "given", "first", "second", "difference", "step", "steps", "play", "pause", "answer", "table")
    film(
        target,
        # Through the identity the given picture is read as it is.
        paths[0].pictures[0],
        [path.pictures for path in paths],
        [path.losses for path in paths],
        [path.thetas for path in paths],
        key="why-film",
        answer=_answer(state),
        numbers=NAMES,
        at=state.at,
        words={name: text(SCREEN, f"film_{name}") for name in names},
        on_pick=pick,
    )


def _answer(state: PullState) -> tuple[float, ...]:
    return (1.0, 0.0, 2 * state.right / SIDE, 0.0, 1.0, 2 * state.down / SIDE)


def _show_controls() -> None:
    for control in (PULLED, RIGHT, DOWN, RATE, STEPS):
        control.draw()
    with st.container(horizontal=True, gap="medium"):
        MOMENTUM.draw()
        ALL_SIX.draw()
    shown = step_control()
    given = shown.label, shown.low, shown.most, shown.default
    st.number_input(*given, key=shown.key, bind="query-params")
    with st.expander(text(SCREEN, "choose"), icon=":material/grid_view:", key="why-choose", on_change="rerun") as box:
        if box.open:
            _choose_digit()


def _choose_digit() -> None:
    def choose(index: int) -> None:
        st.session_state[PULLED.key] = index

    tiles(
        images.sheet("digits").astype(np.float32),
        key="why-tiles",
        mode="positive",
        shared=True,
        columns=10,
        label=text("common", "digits"),
        words=_WORDS,
        on_pick=choose,
    )


def _say_how_it_went(state: PullState, found: Any) -> None:
    losses = found.bilinear.losses
    first, last = float(losses[0]), float(losses[-1])
    numbers = {"first": short(first, 3), "last": short(last, 2), "steps": state.steps}
    if first < _NOTHING:
        say(SCREEN, "went_nowhere")
    elif last < first / 20:
        say(SCREEN, "went_well", **numbers)
    elif last < first:
        say(SCREEN, "went_partly", **numbers)
    else:
        say(SCREEN, "went_badly", **numbers)
    moved = float(np.abs(found.nearest.thetas - found.nearest.thetas[0]).max())
    say(SCREEN, "went_rounding", loss=short(found.nearest.losses[-1], 3), steps=state.steps, moved=f"{moved:g}")


def _show_loss(state: PullState, found: Any) -> None:
    theta = found.bilinear.thetas[state.at]
    now, answer = float(theta[state.number]), _answer(state)[state.number]
    centre = 1.0 if state.number in (0, 4) else 0.0
    low, high = (bound(centre + sign * _REACH, now + sign * 0.1) for bound, sign in ((min, -1), (max, 1)))
    given = Numbers.of(digit_image(state.digit)), state.right, state.down
    reply = ask(LossAlong(*given, tuple(map(float, theta)), state.number, low, high))  # type: ignore[arg-type]
    if reply is None:
        return
    curve, name = reply.found, NAMES[state.number]
    losses = tuple(float(np.interp(now, curve.at, each)) for each in (curve.bilinear, curve.nearest))
    figure = loss_along(
        curve.at,
        (curve.bilinear, curve.nearest),
        (now, float(found.bilinear.losses[state.at]), losses[1]),
        answer,
        names=(text(SCREEN, "bilinear"), text(SCREEN, "rounding")),
        answer_name=text(SCREEN, "answer"),
        x=name,
        y=text(SCREEN, "loss_axis"),
    )
    chart(figure, key="why-loss-curve", alt=text(SCREEN, "loss_alt", name=name))
    stairs = len(np.unique(curve.nearest.round(9)))
    say(
        SCREEN,
        "stairs" if stairs < len(curve.at) / 4 else "stairs_fine",
        name=name,
        stairs=stairs,
        samples=len(curve.at),
        smooth=curve.at[curve.bilinear.argmin()],
        stepped=_lowest(curve.at, curve.nearest),
    )


def _show_step(state: PullState, found: Any) -> None:
    """Typeset the step that follows the one shown, for the number of the curve."""
    at, number = min(state.at, state.steps - 1), state.number
    path = found.bilinear
    before = path.velocities[at - 1, number] if at else 0.0
    numbers = {
        "number": f"{number // 3 + 1}{number % 3 + 1}",
        "gradient": f"{path.gradients[at, number]:.4f}",
        "before": _brackets(before),
        "velocity": _brackets(path.velocities[at, number]),
        # A result stands alone and needs no brackets.
        "velocity_is": f"{path.velocities[at, number]:.4f}",
        "momentum": f"{state.momentum:g}",
        "rate": f"{state.rate:g}",
        "theta": f"{path.thetas[at, number]:.4f}",
        "then": f"{path.thetas[at + 1, number]:.4f}",
    }
    st.latex(text(SCREEN, "formula_step" if state.momentum else "formula_step_plain", **numbers))
    st.latex(
        text(SCREEN, "formula_step_rounding", number=numbers["number"], theta=f"{found.nearest.thetas[at, number]:g}")
    )
    if not state.all_six and number % 3 != 2:
        say(SCREEN, "held", name=NAMES[number])


def _brackets(value: float) -> str:
    written = f"{value:.4f}"
    return f"({written})" if value < 0 else written


def code_lines(state: PullState) -> str:
    """Return the few lines of Python that descend."""
    numbers = {"digit": state.digit, "right": state.right, "down": state.down, "rate": state.rate}
    return text(SCREEN, "code_pull", **numbers, momentum=state.momentum, steps=state.steps)


def _lowest(at: np.ndarray, losses: np.ndarray) -> str:
    """Return, in words, where the first of the lowest stairs begins and ends."""
    lowest = np.isclose(losses, losses.min(), rtol=0, atol=1e-9)
    first = int(lowest.argmax())
    last = first + int((~np.append(lowest[first:], False)).argmax()) - 1
    return text(SCREEN, "lowest_at" if first == last else "lowest_stair", first=at[first], last=at[last])

"""What "Move it" asks for: how a picture is moved, what is swept over, and what fills the border."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.arithmetic.pose import similarity
from cnnviz.engine.requests import View
from cnnviz.ui.controls import Choice, Dial, value_of
from cnnviz.ui.lesson import text

SCREEN = "invariance"
SWEEPS = ("rotation", "right", "down", "scale", "brightness")
EDGE = Choice("edge", "Uncovered border", ("flat", "edge", "mirror"), "flat")
STEPS = Dial("steps", "Steps of the sweep", 2, 61, 121, 25)


@dataclass(frozen=True)
class Axis:
    """One of five ways to move a picture, in whole degrees, pixels or percent.

    `neutral` leaves it as it is, `striking` is the amount to begin with, and a sweep goes from `start` to `stop`.
    """

    name: str
    label: str
    least: int
    most: int
    neutral: int
    striking: int
    start: int
    stop: int

    def dial(self, swept: str) -> Dial:
        """Return its control; only what is swept over begins with something to see."""
        first = self.striking if self.name == swept else self.neutral
        return Dial(self.name, self.label, self.least, self.most, self.most, first)


def axes(side: int) -> dict[str, Axis]:
    """Return all five for a network that reads pictures of so many pixels a side."""
    half = side // 2
    shift = max(1, side // 8)
    rows = (
        Axis("rotation", "Turned counter-clockwise, degrees", -180, 180, 0, 180, -180, 180),
        Axis("right", "To the right, pixels", -half, half, 0, shift, -half, half),
        Axis("down", "Down, pixels", -half, half, 0, shift, -half, half),
        Axis("scale", "Scale, %", 50, 200, 100, 60, 50, 200),
        Axis("brightness", "Brightness, %", 0, 300, 100, 30, 0, 300),
    )
    return {row.name: row for row in rows}


@dataclass(frozen=True)
class Plan:
    """What is asked for: the `state` of each axis by name, and the `amounts` that `swept` goes through."""

    swept: str
    state: tuple[tuple[str, int], ...]
    amounts: tuple[int, ...]
    edge: str
    off_grid: bool

    @property
    def amount(self) -> int:
        """Return the present amount of what is swept."""
        return dict(self.state)[self.swept]

    @property
    def index(self) -> int:
        """Return its place among the amounts."""
        return self.amounts.index(self.amount)

    def at(self, amount: int) -> View:
        """Return the state with another amount of what is swept."""
        return view({**dict(self.state), self.swept: amount})


def view(state: dict[str, int]) -> View:
    """Return the request's state of whole degrees, pixels and percent."""
    pose = similarity(degrees=state["rotation"], scale=state["scale"] / 100, right=state["right"], down=state["down"])
    return View(pose, state["brightness"] / 100)


def draw_controls(side: int) -> Plan:
    """Draw all controls for a network of that input size and return what they ask for."""
    rows = axes(side)

    def begin() -> None:
        """Start from the unmoved picture, and from something to see of what is swept now."""
        swept = st.session_state["sweep"]
        st.session_state.update({name: axis.dial(swept).default for name, axis in rows.items()})

    swept = st.segmented_control(
        "Sweep over", SWEEPS, default=SWEEPS[0], key="sweep", bind="query-params", required=True, on_change=begin
    )
    axis = rows[swept]
    range_box, steps_box, edge_box = st.columns(3, gap="medium", vertical_alignment="bottom")
    with range_box:
        start, stop = _range(axis)
    with steps_box:
        STEPS.draw()
    with edge_box:
        EDGE.draw()
    st.markdown(text(SCREEN, "state", swept=axis.label))
    boxes = [*st.columns(3, gap="medium"), *st.columns(3, gap="medium")]
    for row, box in zip(rows.values(), boxes, strict=False):
        with box:
            row.dial(swept).draw()
    with boxes[-1]:
        st.button("Back to the unmoved picture", icon=":material/undo:", on_click=_unmove, args=(rows,))
    state = tuple((name, int(value_of(row.dial(swept)))) for name, row in rows.items())
    grid = sorted({int(each) for each in np.rint(np.linspace(start, stop, value_of(STEPS)))})
    present = dict(state)[swept]
    return Plan(swept, state, tuple(sorted({*grid, present})), value_of(EDGE), present not in grid)


def _range(axis: Axis) -> tuple[int, int]:
    key = f"{axis.name}_range"
    kept: Any = st.session_state.get(key)
    # Another network may read smaller pictures.
    if kept is not None and not axis.least <= kept[0] <= kept[1] <= axis.most:
        del st.session_state[key]
    label = text(SCREEN, "range", what=axis.label)
    start, stop = st.slider(label, axis.least, axis.most, (axis.start, axis.stop), key=key, bind="query-params")
    return int(start), int(stop)


def _unmove(rows: dict[str, Axis]) -> None:
    st.session_state.update({name: row.neutral for name, row in rows.items()})

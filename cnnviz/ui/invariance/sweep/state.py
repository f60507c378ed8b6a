"""What "Move it" asks for: how a picture is moved, what is swept over, and what fills the border."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.arithmetic.pose import similarity
from cnnviz.engine.requests import View
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.invariance.subject import SubjectForm
from cnnviz.ui.number_controls import Number, Range
from cnnviz.ui.subject import Subject
from cnnviz.ui.words import Words

WORDS = Words("invariance")
FORM = Form(WORDS)
# A six that becomes a nine says more about rotation than any photo, and at once.
SUBJECT = SubjectForm(FORM, digit=60)
AXES = ("rotation", "right", "down", "scale", "brightness")
# Another sweep begins from the unmoved picture, and from something to see.
SWEEP = Choice("sweep", AXES[0], AXES, AXES, style="buttons")
EDGE = Choice("edge", "flat", options=("flat", "edge", "mirror"))
STEPS = Number("steps", 25, low=2, high=121, reach=61)
PRESETS: dict[str, Preset] = {
    "upside_down": {},
    "pixel": {"sweep": "right", "right": 1},
    "half": {"sweep": "scale", "scale": 50},
    "dark": {"sweep": "brightness"},
}


@dataclass(frozen=True)
class Axis:
    """One of AXES, in whole degrees, pixels or percent.

    `neutral` leaves the picture as it is, `striking` is the amount to begin with, and a sweep goes from `start` to
    `stop`, by default from `low` to `high`.
    """

    name: str
    low: int
    high: int
    neutral: int
    striking: int

    def amount(self, swept: str) -> Number:
        """Return its control; only what is swept over begins with something to see."""
        return Number(self.name, self.striking if self.name == swept else self.neutral, low=self.low, high=self.high)

    @property
    def range(self) -> Range:
        """The control of where a sweep goes from and to."""
        return Range(f"{self.name}_range", (self.low, self.high), low=self.low, high=self.high)


@dataclass(frozen=True)
class State:
    """How the picture of a subject is moved: the `amounts` by axis, and the `steps` that `swept` goes through.

    The present amount of what is swept is one of the steps, also where it is none of the sweep's own: `off_grid`.
    """

    subject: Subject
    swept: str
    amounts: Mapping[str, int]
    steps: tuple[int, ...]
    edge: str
    off_grid: bool

    @property
    def amount(self) -> int:
        """Return the present amount of what is swept."""
        return self.amounts[self.swept]

    @property
    def index(self) -> int:
        """Return its place among the steps."""
        return self.steps.index(self.amount)

    def at(self, amount: int) -> View:
        """Return the view with another amount of what is swept."""
        return view({**self.amounts, self.swept: amount})

    def batches(self, at_once: int) -> tuple[list[tuple[View, ...]], list[int]]:
        """Return the views in batches, and which of them, counted through, stands where in the order of the steps.

        An amount that the sweep does not have goes by itself, at the end: to move it leaves the others as they are.
        """
        grid = [amount for amount in self.steps if not (self.off_grid and amount == self.amount)]
        parts = [tuple(map(self.at, grid[start : start + at_once])) for start in range(0, len(grid), at_once)]
        if self.off_grid:
            parts.append((self.at(self.amount),))
            grid.append(self.amount)
        return parts, sorted(range(len(grid)), key=grid.__getitem__)


def view(amounts: Mapping[str, int]) -> View:
    """Return the request's view of whole degrees, pixels and percent; an axis that is missing is neutral."""
    size = amounts.get("scale", 100) / 100
    degrees, right, down = (amounts.get(name, 0) for name in ("rotation", "right", "down"))
    return View(similarity(degrees=degrees, scale=size, right=right, down=down), amounts.get("brightness", 100) / 100)


def axes(side: int) -> dict[str, Axis]:
    """Return all axes for a network that reads pictures of so many pixels a side."""
    half, shift = side // 2, max(1, side // 8)
    rows = (
        Axis("rotation", -180, 180, 0, 180),
        Axis("right", -half, half, 0, shift),
        Axis("down", -half, half, 0, shift),
        Axis("scale", 50, 200, 100, 60),
        Axis("brightness", 0, 300, 100, 30),
    )
    return {row.name: row for row in rows}


def present_axes(subject: Subject | None = None) -> dict[str, Axis]:
    """Return the axes for the network that is chosen."""
    card = SUBJECT.card if subject is None else subject.card
    return axes(min(card.input_size[1:]))


def read() -> State | None:
    """Return what the form says, None while there is no picture."""
    subject = SUBJECT.read()
    if subject is None:
        return None
    rows, swept = present_axes(subject), FORM.get(SWEEP)
    amounts = {name: FORM.get(axis.amount(swept)) for name, axis in rows.items()}
    grid = {int(each) for each in np.rint(np.linspace(*FORM.get(rows[swept].range), FORM.get(STEPS)))}
    steps = tuple(sorted(grid | {amounts[swept]}))
    return State(subject, swept, amounts, steps, FORM.get(EDGE), amounts[swept] not in grid)


def unmove() -> None:
    """Set the amounts that leave the picture as it is, in a callback."""
    swept = FORM.get(SWEEP)
    amounts = {axis.name: (axis.amount(swept), axis.neutral) for axis in present_axes().values()}
    FORM.put({name: None if control.default == neutral else neutral for name, (control, neutral) in amounts.items()})

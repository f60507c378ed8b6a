"""What the part on interpolation asks for: a picture, theta, an output pixel, a step; a move and how to undo it."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz import images
from cnnviz.arithmetic.affine import Theta
from cnnviz.engine.requests import DerivePixel, LossAlong, Numbers, PixelProfile, PullBack
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Binding, Choice, Switch
from cnnviz.ui.number_controls import Number
from cnnviz.ui.spatial_transformer.theta import NAMES, ThetaControl
from cnnviz.ui.words import Words

WORDS = Words("interpolation")
FORM = Form(WORDS, "spatial_transformer", "Why interpolation")
# A blob of whole numbers; the four in the middle left are the lecture's neighbours.
GRID = (
    (0, 1, 2, 1, 0),
    (1, 3, 5, 3, 1),
    (2, 4, 9, 5, 2),
    (1, 2, 6, 3, 1),
    (0, 1, 2, 1, 0),
)
SIDE, FARTHEST, MOST_STEPS = 28, 8, 200


@dataclass(frozen=True)
class Stops(Choice):
    """One of several numbers in order, which a slider goes through."""

    technical: bool = True

    def draw(self, bound: Binding, value: str) -> None:
        """Draw the slider."""
        bound.show(bound.key, value)
        st.select_slider(
            bound.label, self.options, value, key=bound.key, on_change=bound.changed, args=(bound.key,), help=bound.help
        )


PICTURE = Choice("picture", "numbers", ("row", "column"), ("numbers", "digit"))
DIGIT = Number("digit", 36, high=99)
THETA = ThetaControl("theta", (1.0, 0.0, 0.24, 0.0, 1.0, -0.24), step=0.02)
STEP = Stops("step", "0.01", options=("0.00001", "0.001", "0.01", "0.05", "0.1", "0.2", "0.5"))
NUMBER = Choice("number", "θ₁₃", options=NAMES, technical=True)
PULLED = Number("pulled", 36, ("at",), high=99)
RIGHT = Number("right", 3, ("at",), -FARTHEST, FARTHEST)
DOWN = Number("down", 2, ("at",), -FARTHEST, FARTHEST)
RATE = Stops("rate", "0.03", ("at",), ("0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1"))
STEPS = Number("steps", 100, ("at",), 10, MOST_STEPS)
MOMENTUM = Switch("momentum", True)
ALL_SIX = Switch("all_six", False)
LOSS_NUMBER = Choice("loss", "θ₁₃", options=NAMES, technical=True)

# Thetas to start from: one for each thing that there is to see.
PRESETS: dict[str, Preset] = {
    "lecture": {},
    "step_across": {"step": "0.5"},
    "between": {"theta": (1.0, 0.0, 0.2, 0.0, 1.0, -0.24), "step": "0.05"},
    "kink": {"theta": (1.0, 0.0, 0.0, 0.0, 1.0, -0.8), "step": "0.1", "number": "θ₂₃"},
    "digit": {"picture": "digit", "theta": (0.94, 0.34, 0.06, -0.34, 0.94, 0.05), "row": 8, "column": 20},
}


def places() -> tuple[Number, Number]:
    """Return the controls of the output pixel's row and column."""
    if FORM.get(PICTURE) == "digit":
        return Number("row", 23, high=SIDE - 1), Number("column", 7, high=SIDE - 1)
    return Number("row", 3, high=len(GRID) - 1), Number("column", 1, high=len(GRID) - 1)


@dataclass(frozen=True, eq=False)
class PixelState:
    """One state of the upper half: `image` (H, W), whose warped pixel (row, column) is asked about."""

    image: NDArray[np.float32]
    theta: Theta
    row: int
    column: int
    step: float
    number: int
    digit: int | None

    def request(self) -> DerivePixel:
        """Return the question about its derivatives."""
        return DerivePixel(Numbers.of(self.image), self.theta, self.row, self.column, self.step)

    def profile(self, moves: float) -> PixelProfile:
        """Return the question about its value along one number, which moves the source by `moves` pixels a unit."""
        reach = min(2.0, 2.2 / abs(moves)) if moves else 1.0
        reach = max(reach, 1.4 * self.step)
        return PixelProfile(Numbers.of(self.image), self.theta, self.row, self.column, self.number, reach)


def read_pixel() -> PixelState:
    """Return what the controls of the upper half say."""
    digit = FORM.get(DIGIT) if FORM.get(PICTURE) == "digit" else None
    image = np.array(GRID, np.float32) if digit is None else digit_image(digit)
    row, column = (FORM.get(each) for each in places())
    return PixelState(image, FORM.get(THETA), row, column, float(FORM.get(STEP)), NAMES.index(FORM.get(NUMBER)), digit)


@dataclass(frozen=True)
class PullState:
    """One state of the lower half; `at` is the step that is looked at, `number` that of the loss's curve."""

    digit: int
    right: int
    down: int
    rate: float
    steps: int
    momentum: float
    all_six: bool
    number: int
    at: int

    @property
    def answer(self) -> Theta:
        """The theta that undoes the move."""
        return (1.0, 0.0, 2 * self.right / SIDE, 0.0, 1.0, 2 * self.down / SIDE)

    def request(self) -> PullBack:
        """Return the question about all steps."""
        settings = self.rate, self.steps, self.momentum, not self.all_six
        return PullBack(Numbers.of(digit_image(self.digit)), self.right, self.down, *settings)

    def along(self, theta: Theta, reach: float) -> LossAlong:
        """Return the question about the loss along one number, from `theta` and the answer on by `reach`."""
        now, centre = theta[self.number], 1.0 if self.number in (0, 4) else 0.0
        low, high = min(centre - reach, now - 0.1), max(centre + reach, now + 0.1)
        picture = Numbers.of(digit_image(self.digit))
        return LossAlong(picture, self.right, self.down, theta, self.number, low, high)


def shown_step() -> Number:
    """Return the control of the step that is looked at."""
    steps = FORM.get(STEPS)
    return Number("at", min(6, steps), high=steps, slider=False)


def read_pull() -> PullState:
    """Return what the controls of the lower half say."""
    return PullState(
        digit=FORM.get(PULLED),
        right=FORM.get(RIGHT),
        down=FORM.get(DOWN),
        rate=float(FORM.get(RATE)),
        steps=FORM.get(STEPS),
        momentum=0.9 if FORM.get(MOMENTUM) else 0.0,
        all_six=FORM.get(ALL_SIX),
        number=NAMES.index(FORM.get(LOSS_NUMBER)),
        at=FORM.get(shown_step()),
    )


def digit_image(index: int) -> NDArray[np.float32]:
    """Return a test digit, (28, 28), from 0 to 1."""
    image: NDArray[np.float32] = images.sheet("digits")[index].astype(np.float32) / 255
    return image

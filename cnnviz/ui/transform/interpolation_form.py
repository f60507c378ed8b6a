"""What the part on interpolation asks for: a picture, theta, an output pixel, a step; a move and how to undo it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from cnnviz import images
from cnnviz.arithmetic.affine import Theta
from cnnviz.engine.requests import DerivePixel, Numbers, PixelProfile, PullBack
from cnnviz.ui.controls import Choice, Control, Dial, Switch, value_of

# A blob of whole numbers; the four in the middle left are the lecture's neighbours.
GRID = (
    (0, 1, 2, 1, 0),
    (1, 3, 5, 3, 1),
    (2, 4, 9, 5, 2),
    (1, 2, 6, 3, 1),
    (0, 1, 2, 1, 0),
)
NAMES = ("θ₁₁", "θ₁₂", "θ₁₃", "θ₂₁", "θ₂₂", "θ₂₃")
SIDE, FARTHEST, MOST_STEPS = 28, 8, 200


@dataclass(frozen=True)
class Decimal:
    """A number that need not be whole."""

    key: str
    label: str
    low: float
    high: float
    default: float
    step: float

    def parse(self, written: str) -> float | None:
        """Return the number that a link holds, None if it holds none in range."""
        try:
            number = float(written)
        except ValueError:
            return None
        return number if self.low <= number <= self.high else None

    def accepts(self, value: object) -> bool:
        """Return whether the session holds a value for it."""
        return isinstance(value, float) and self.low <= value <= self.high

    def draw(self) -> None:
        """Draw the number input; its value is in the link."""
        bounds = self.low, self.high, self.default, self.step
        st.number_input(self.label, *bounds, format="%.3g", key=self.key, bind="query-params", width=100)


@dataclass(frozen=True)
class Stops(Choice):
    """One of several numbers in order, which a slider goes through."""

    def draw(self, *, disabled: bool = False) -> None:
        """Draw the slider; the value is in the link."""
        st.select_slider(self.label, self.options, self.default, key=self.key, bind="query-params", disabled=disabled)


PICTURE = Choice("why_picture", "Picture", ("5×5 numbers", "digit"), "5×5 numbers")
DIGIT = Dial("why_digit", "Test digit", 0, 99, 99, 36)
STEP = Stops(
    "why_step", "Step of the numeric derivative", ("0.00001", "0.001", "0.01", "0.05", "0.1", "0.2", "0.5"), "0.01"
)
NUMBER = Choice("why_number", "Along", NAMES, "θ₁₃")
THETA = tuple(
    Decimal(f"why_{row}{column}", NAMES[3 * row + column - 4], -3.0, 3.0, default, 0.02)
    for row, column, default in (
        (1, 1, 1.0),
        (1, 2, 0.0),
        (1, 3, 0.24),
        (2, 1, 0.0),
        (2, 2, 1.0),
        (2, 3, -0.24),
    )
)
_ROWS = {
    "5×5 numbers": (Dial("why_row", "Output row", 0, 4, 4, 3), Dial("why_column", "Output column", 0, 4, 4, 1)),
    "digit": (
        Dial("why_digit_row", "Output row", 0, 27, 27, 23),
        Dial("why_digit_column", "Output column", 0, 27, 27, 7),
    ),
}

PULLED = Dial("why_pulled", "Test digit", 0, 99, 99, 36)
RIGHT = Dial("why_right", "Moved right", -FARTHEST, FARTHEST, FARTHEST, 3)
DOWN = Dial("why_down", "Moved down", -FARTHEST, FARTHEST, FARTHEST, 2)
RATE = Stops("why_rate", "Learning rate", ("0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1"), "0.03")
STEPS = Dial("why_steps", "Steps", 10, MOST_STEPS, MOST_STEPS, 100)
MOMENTUM = Switch("why_momentum", "Momentum 0.9", True)
ALL_SIX = Switch("why_all_six", "All six numbers may change", False)
LOSS_NUMBER = Choice("why_loss", "Loss along", NAMES, "θ₁₃")

# Thetas to start from: one for each thing that there is to see.
PRESETS: dict[str, dict[str, Any]] = {
    "The lecture's [1.6, 2.4]": {},
    "A step across a pixel": {"why_step": "0.5"},
    "Between two pixels": {"why_13": 0.2, "why_step": "0.05"},
    "On a pixel: a kink": {"why_13": 0.0, "why_23": -0.8, "why_step": "0.1", "why_number": "θ₂₃"},
    "A digit, turned": {
        "why_picture": "digit",
        "why_11": 0.94,
        "why_12": 0.34,
        "why_13": 0.06,
        "why_21": -0.34,
        "why_22": 0.94,
        "why_23": 0.05,
        "why_digit_row": 8,
        "why_digit_column": 20,
    },
}


def controls() -> tuple[Control, ...]:
    """Return all that a preset sets."""
    given: tuple[Any, ...] = (PICTURE, STEP, NUMBER, *THETA, *_ROWS["5×5 numbers"], *_ROWS["digit"])
    return given


def places() -> tuple[Dial, Dial]:
    """Return the controls of the output pixel's row and column."""
    return _ROWS[value_of(PICTURE)]


@dataclass(frozen=True, eq=False)
class PixelState:
    """One state of the upper half: `image` (H, W), whose warped pixel (row, column) is asked about."""

    image: np.ndarray
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


def pixel_state() -> PixelState:
    """Return what the controls say."""
    digit = value_of(DIGIT) if value_of(PICTURE) == "digit" else None
    image = np.array(GRID, np.float32) if digit is None else digit_image(digit)
    theta: Any = tuple(float(value_of(each)) for each in _any(THETA))
    row, column = (value_of(each) for each in places())
    return PixelState(image, theta, row, column, float(value_of(STEP)), NAMES.index(value_of(NUMBER)), digit)


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

    def request(self) -> PullBack:
        """Return the question about all steps."""
        settings = self.rate, self.steps, self.momentum, not self.all_six
        return PullBack(Numbers.of(digit_image(self.digit)), self.right, self.down, *settings)


def step_control() -> Dial:
    """Return the control of the step that is looked at."""
    steps = value_of(STEPS)
    return Dial("why_at", "Step shown", 0, steps, steps, min(6, steps))


def pull_state() -> PullState:
    """Return what the controls say."""
    return PullState(
        digit=value_of(PULLED),
        right=value_of(RIGHT),
        down=value_of(DOWN),
        rate=float(value_of(RATE)),
        steps=value_of(STEPS),
        momentum=0.9 if value_of(MOMENTUM) else 0.0,
        all_six=value_of(ALL_SIX),
        number=NAMES.index(value_of(LOSS_NUMBER)),
        at=value_of(step_control()),
    )


def digit_image(index: int) -> np.ndarray:
    """Return a test digit, (28, 28), from 0 to 1."""
    image: np.ndarray = images.sheet("digits")[index].astype(np.float32) / 255
    return image


def _any(given: Sequence[Any]) -> Sequence[Any]:
    # controls.value_of asks for a key, a default and two methods, which Decimal has.
    return given

"""The controls that hold numbers: one, one that may be missing, a real one, a range, and several."""

import math
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import streamlit as st

from cnnviz.ui.form_controls import Binding, Control, wired

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


@dataclass(frozen=True)
class Number(Control[int]):
    """A whole number from `low` to `high`: a slider up to `reach` (`high` without it) beside a number input.

    Without `slider`, only the input.
    """

    low: int = 0
    high: int = 10**6
    reach: int | None = None
    slider: bool = True

    def parse(self, text: str) -> int | None:
        """Return the number if it is in range."""
        try:
            number = int(text)
        except ValueError:
            return None
        return number if self.low <= number <= self.high else None

    def allowed(self) -> str:
        """Return the range."""
        return f"{self.low}–{self.high}"

    def draw(self, bound: Binding, value: int) -> None:
        """Draw slider and input in step."""
        # A number that cannot be changed needs no slider, which Streamlit refuses to draw.
        if not self.slider or self.low == self.high:
            self._input(bound, value, "visible", "stretch")
            return
        key, end = f"{bound.key}-slider", self.high if self.reach is None else self.reach
        with nullcontext() if bound.in_grid else _row(f"{key}-row"):
            st.slider(bound.label, self.low, end, min(value, end), **wired(bound, min(value, end), key))
            self._input(bound, value, "collapsed", 96)

    def _input(
        self, bound: Binding, value: int, label: Literal["visible", "collapsed"], width: int | Literal["stretch"]
    ) -> None:
        st.number_input(
            bound.label,
            self.low,
            self.high,
            value,
            label_visibility=label,
            width=width,
            **wired(bound, value, fixed=self.low == self.high),
        )


def _row(key: str) -> "DeltaGenerator":
    return st.container(horizontal=True, gap="small", vertical_alignment="bottom", key=key)


@dataclass(frozen=True)
class NumberOrNone(Control[int | None]):
    """A whole number from `low` to `high`, or none: a number input that may be empty, and then says `empty`."""

    low: int = 0
    high: int = 10**6
    empty: str = ""

    def parse(self, text: str) -> int | None:
        """Return the number if it is in range."""
        return Number(self.name, 0, low=self.low, high=self.high).parse(text)

    def allowed(self) -> str:
        """Return the range."""
        return f"{self.low}–{self.high}"

    def draw(self, bound: Binding, value: int | None) -> None:
        """Draw the input."""
        st.number_input(
            bound.label,
            self.low,
            self.high,
            value,
            placeholder=self.empty,
            **wired(bound, value, fixed=self.low == self.high),
        )


@dataclass(frozen=True)
class Real(Control[float]):
    """A number from `low` to `high` in steps: a slider, or a number input where `slider` is not set."""

    low: float = 0.0
    high: float = 1.0
    step: float = 0.05
    slider: bool = True
    shown: str = "%.2f"

    def parse(self, text: str) -> float | None:
        """Return the number if it is finite and in range."""
        try:
            number = float(text)
        except ValueError:
            return None
        return number if math.isfinite(number) and self.low <= number <= self.high else None

    def allowed(self) -> str:
        """Return the range."""
        return f"{self.low:g}–{self.high:g}"

    def draw(self, bound: Binding, value: float) -> None:
        """Draw the slider or the input."""
        draw = st.slider if self.slider else st.number_input
        draw(
            bound.label,
            self.low,
            self.high,
            value,
            step=self.step,
            format=self.shown,
            **wired(bound, value),
        )


@dataclass(frozen=True)
class Range(Control[tuple[int, int]]):
    """Two whole numbers from `low` to `high`, the smaller one first: a slider with two ends."""

    low: int = 0
    high: int = 100

    def parse(self, text: str) -> tuple[int, int] | None:
        """Return both ends if they are in range and in order."""
        try:
            start, stop = (int(each) for each in text.split(","))
        except ValueError:
            return None
        return (start, stop) if self.low <= start <= stop <= self.high else None

    def allowed(self) -> str:
        """Return the widest range."""
        return f"{self.low},{self.high}"

    def draw(self, bound: Binding, value: tuple[int, int]) -> None:
        """Draw the slider."""
        st.slider(
            bound.label,
            self.low,
            self.high,
            value,
            **wired(bound, value),
        )


@dataclass(frozen=True)
class Numbers(Control[tuple[int, ...]]):
    """Several whole numbers from 0 to `count` - 1, at most `most` of them: a list to choose from."""

    count: int = 0
    most: int = 3

    def parse(self, text: str) -> tuple[int, ...] | None:
        """Return the numbers in order."""
        try:
            numbers = sorted({int(each) for each in text.split(",")})
        except ValueError:
            return None
        return tuple(numbers) if len(numbers) <= self.most and numbers[0] >= 0 and numbers[-1] < self.count else None

    def allowed(self) -> str:
        """Return the range."""
        return f"0–{self.count - 1}"

    def draw(self, bound: Binding, value: tuple[int, ...]) -> None:
        """Draw the list."""
        st.multiselect(
            bound.label,
            range(self.count),
            list(value),
            max_selections=self.most,
            placeholder=bound.name_of("choose_several"),
            **wired(bound, list(value)),
        )

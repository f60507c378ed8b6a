"""The controls of a form: what a link may hold for each, what it is without one, and how it is drawn.

A control is a plain value, made anew at every run where its range or its default follows from something else: the
channels of a layer, the strongest of them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

import streamlit as st

T = TypeVar("T")
V = TypeVar("V")


class Binding(Protocol):
    """What a form tells a control that it draws: its key, its label, and how an option of it is called."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def help(self) -> str | None: ...
    @property
    def disabled(self) -> bool: ...

    def name_of(self, option: str) -> str:
        """Return how an option, as name.option, is called."""

    def changed(self, key: str) -> None:
        """Take what the widget `key` holds, in a callback."""

    def show(self, key: str, value: object) -> None:
        """Give the widget `key`, which is about to be drawn, this value."""


@dataclass(frozen=True)
class Control(Generic[T]):
    """Something that can be set: `name` in the link, and the value without a word there.

    `resets` are names of the same form that begin anew when this one changes; `label` is the lesson's label where it
    is not that of the name.
    """

    name: str
    default: T

    resets: tuple[str, ...] = ()
    label: str = field(default="", kw_only=True)

    def parse(self, text: str) -> T | None:
        """Return what a link's text stands for, None where it stands for nothing that can be set."""
        raise NotImplementedError

    def allowed(self) -> str:
        """Return what can be set, for a sentence about a link that holds something else."""
        raise NotImplementedError

    def resets_at(self, value: T) -> tuple[str, ...]:
        """Return the names that begin anew when this one becomes `value`."""
        return self.resets

    def draw(self, bound: Binding, value: T) -> None:
        """Draw the widget."""
        raise NotImplementedError


# A control whose kind does not matter where it is handed on.
AnyControl = Control[Any]


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
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            bound.show(key, min(value, end))
            st.slider(
                bound.label,
                self.low,
                end,
                min(value, end),
                key=key,
                on_change=bound.changed,
                args=(key,),
                disabled=bound.disabled,
                help=bound.help,
            )
            self._input(bound, value, "collapsed", 96)

    def _input(
        self, bound: Binding, value: int, label: Literal["visible", "collapsed"], width: int | Literal["stretch"]
    ) -> None:
        bound.show(bound.key, value)
        st.number_input(
            bound.label,
            self.low,
            self.high,
            value,
            key=bound.key,
            on_change=bound.changed,
            args=(bound.key,),
            disabled=bound.disabled or self.low == self.high,
            label_visibility=label,
            width=width,
            help=bound.help if label == "visible" else None,
        )


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
        bound.show(bound.key, value)
        st.number_input(
            bound.label,
            self.low,
            self.high,
            value,
            key=bound.key,
            on_change=bound.changed,
            args=(bound.key,),
            placeholder=self.empty,
            disabled=bound.disabled or self.low == self.high,
            help=bound.help,
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
        bound.show(bound.key, value)
        draw = st.slider if self.slider else st.number_input
        draw(
            bound.label,
            self.low,
            self.high,
            value,
            step=self.step,
            format=self.shown,
            key=bound.key,
            on_change=bound.changed,
            args=(bound.key,),
            disabled=bound.disabled,
            help=bound.help,
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
        bound.show(bound.key, value)
        st.slider(
            bound.label,
            self.low,
            self.high,
            value,
            key=bound.key,
            on_change=bound.changed,
            args=(bound.key,),
            disabled=bound.disabled,
            help=bound.help,
        )


@dataclass(frozen=True)
class Switch(Control[bool]):
    """Yes or no."""

    def parse(self, text: str) -> bool | None:
        """Return what true or false stand for."""
        return {"true": True, "false": False}.get(text.lower())

    def allowed(self) -> str:
        """Return both."""
        return "true, false"

    def draw(self, bound: Binding, value: bool) -> None:
        """Draw the switch."""
        bound.show(bound.key, value)
        st.toggle(
            bound.label,
            value,
            key=bound.key,
            on_change=bound.changed,
            args=(bound.key,),
            disabled=bound.disabled,
            help=bound.help,
            width="content",
        )


@dataclass(frozen=True)
class Choice(Control[str]):
    """One of several words: a list, or buttons side by side (`style` "buttons" or "pills").

    Options are called what the lesson calls them; those of a `technical` choice (layers, networks, torch's own words)
    are their own names. Controls with the same options may share their labels: `labels` is whose they are.
    """

    options: tuple[str, ...] = ()
    style: str = "list"
    technical: bool = False
    labels: str = ""

    def parse(self, text: str) -> str | None:
        """Return the option."""
        return text if text in self.options else None

    def allowed(self) -> str:
        """Return the first options."""
        return ", ".join(self.options[:8]) + (", …" if len(self.options) > 8 else "")

    def draw(self, bound: Binding, value: str) -> None:
        """Draw the list or the buttons."""
        bound.show(bound.key, value)
        name_of = str if self.technical else self._name_of(bound)
        if self.style == "list":
            st.selectbox(
                bound.label,
                self.options,
                self.options.index(value),
                format_func=name_of,
                key=bound.key,
                on_change=bound.changed,
                args=(bound.key,),
                disabled=bound.disabled,
                help=bound.help,
            )
            return
        draw = st.pills if self.style == "pills" else st.segmented_control
        draw(
            bound.label,
            self.options,
            default=value,
            format_func=name_of,
            key=bound.key,
            on_change=bound.changed,
            args=(bound.key,),
            disabled=bound.disabled,
            help=bound.help,
            required=True,
        )

    def _name_of(self, bound: Binding) -> Callable[[str], str]:
        return lambda option: bound.name_of(f"{self.labels or self.name}.{option}")


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
        bound.show(bound.key, list(value))
        st.multiselect(
            bound.label,
            range(self.count),
            list(value),
            key=bound.key,
            max_selections=self.most,
            on_change=bound.changed,
            args=(bound.key,),
            disabled=bound.disabled,
            help=bound.help,
        )


@dataclass(frozen=True)
class Text(Control[str]):
    """Any text for which `valid` holds, without it any at all; drawn as one line."""

    valid: Callable[[str], bool] | None = None

    def parse(self, text: str) -> str | None:
        """Return the text."""
        return text if self.valid is None or self.valid(text) else None

    def allowed(self) -> str:
        """Return an example."""
        return self.default

    def draw(self, bound: Binding, value: str) -> None:
        """Draw the line."""
        bound.show(bound.key, value)
        st.text_input(
            bound.label,
            value,
            key=bound.key,
            on_change=bound.changed,
            args=(bound.key,),
            disabled=bound.disabled,
            help=bound.help,
        )


def written(value: object) -> str:
    """Return a value as a link holds it; Control.parse reads it back."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(map(written, value))
    return str(value)

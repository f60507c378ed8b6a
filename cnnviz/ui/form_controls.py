"""The controls of a form: what a link may hold for each, what it is without one, and how it is drawn.

A control is a plain value, made anew at every run where its range or its default follows from something else: the
channels of a layer, the strongest of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypedDict, TypeVar

import streamlit as st

T = TypeVar("T")


class Binding(Protocol):
    """What a form tells a control that it draws: its key, its label, and how an option of it is called.

    `in_grid` tells that what it draws are cells of a grid, in which a slider and its number stand beside each other.
    """

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def help(self) -> str | None: ...
    @property
    def disabled(self) -> bool: ...
    @property
    def in_grid(self) -> bool: ...

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


class Wiring(TypedDict):
    """What every widget of a form is given alike."""

    key: str
    on_change: Callable[[str], None]
    args: tuple[str]
    disabled: bool
    help: str | None


def wired(bound: Binding, value: object, key: str | None = None, *, fixed: bool = False) -> Wiring:
    """Give the widget `key`, which is about to be drawn, its value, and return what it is drawn with besides.

    It is greyed where it is `fixed`.
    """
    key = key or bound.key
    bound.show(key, value)
    greyed = bound.disabled or fixed
    return {"key": key, "on_change": bound.changed, "args": (key,), "disabled": greyed, "help": bound.help}


# A control whose kind does not matter where it is handed on.
AnyControl = Control[Any]


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
        st.toggle(
            bound.label,
            value,
            **wired(bound, value),
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
        name_of = str if self.technical else self._name_of(bound)
        if self.style == "list":
            st.selectbox(
                bound.label,
                self.options,
                self.options.index(value),
                format_func=name_of,
                placeholder=bound.name_of("choose_one"),
                **wired(bound, value),
            )
            return
        draw = st.pills if self.style == "pills" else st.segmented_control
        draw(
            bound.label,
            self.options,
            default=value,
            format_func=name_of,
            **wired(bound, value),
            required=True,
        )

    def _name_of(self, bound: Binding) -> Callable[[str], str]:
        return lambda option: bound.name_of(f"{self.labels or self.name}.{option}")


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
        st.text_input(
            bound.label,
            value,
            **wired(bound, value),
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

"""Values that a screen asks for, known before their widgets are drawn, so that what they lead to can be drawn first.

A widget gets its default besides the value that the session may hold, for a link leaves out what equals the default.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st


@dataclass(frozen=True)
class Dial:
    """A whole number from `low` to `most`, a slider up to `high` beside a number input that takes them all."""

    key: str
    label: str
    low: int
    high: int
    most: int
    default: int

    def parse(self, written: str) -> int | None:
        """Return the number that a link holds, None if it holds none in range."""
        try:
            number = int(written)
        except ValueError:
            return None
        return number if self.low <= number <= self.most else None

    def accepts(self, value: object) -> bool:
        """Return whether the session holds a value for it."""
        return isinstance(value, int) and self.low <= value <= self.most

    def draw(self, *, disabled: bool = False) -> None:
        """Draw slider and number input, in step; the number's value is in the link."""
        slider = f"{self.key}-slider"
        shown = min(value_of(self), self.high)
        if st.session_state.get(slider) != shown:
            st.session_state[slider] = shown

        def slid() -> None:
            st.session_state[self.key] = st.session_state[slider]

        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            # With other bounds it is another slider to Streamlit, which begins with the value given here.
            st.slider(self.label, self.low, self.high, shown, key=slider, on_change=slid, disabled=disabled)
            st.number_input(
                self.label,
                self.low,
                self.most,
                self.default,
                key=self.key,
                bind="query-params",
                label_visibility="collapsed",
                width=96,
                disabled=disabled,
            )


@dataclass(frozen=True)
class Switch:
    """Yes or no."""

    key: str
    label: str
    default: bool

    def parse(self, written: str) -> bool | None:
        """Return what a link holds, None if it is neither true nor false."""
        return {"true": True, "false": False}.get(written.lower())

    def accepts(self, value: object) -> bool:
        """Return whether the session holds a value for it."""
        return isinstance(value, bool)

    def draw(self, *, disabled: bool = False) -> None:
        """Draw the switch; its value is in the link."""
        st.toggle(self.label, self.default, key=self.key, bind="query-params", disabled=disabled, width="content")


@dataclass(frozen=True)
class Choice:
    """One of several words."""

    key: str
    label: str
    options: Sequence[str]
    default: str

    def parse(self, written: str) -> str | None:
        """Return what a link holds, None if it is no option."""
        return written if written in self.options else None

    def accepts(self, value: object) -> bool:
        """Return whether the session holds a value for it."""
        return value in self.options

    def draw(self, *, disabled: bool = False) -> None:
        """Draw the list of words; the value is in the link."""
        index = self.options.index(self.default)
        st.selectbox(self.label, self.options, index, key=self.key, bind="query-params", disabled=disabled)


Control = Dial | Switch | Choice


def value_of(control: Control) -> Any:
    """Return the value that a control has or, before it is drawn for the first time, will have.

    That is its own, else the link's, else its default, which also takes the place of what the control cannot hold.
    """
    if control.key in st.session_state:
        value = st.session_state[control.key]
        if not control.accepts(value):
            value = st.session_state[control.key] = control.default
        return value
    linked = control.parse(st.query_params[control.key]) if control.key in st.query_params else None
    return control.default if linked is None else linked

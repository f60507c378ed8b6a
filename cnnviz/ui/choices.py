"""A control for several words out of a list."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.ui.form_controls import Binding, Control, wired


@dataclass(frozen=True)
class Choices(Control[tuple[str, ...]]):
    """Several of `options`, at most `most`, in their order; none where the link says nothing.

    `labels` is the control whose labels the options share, its own by default.
    """

    options: tuple[str, ...] = ()
    most: int = 4
    labels: str = ""

    def parse(self, text: str) -> tuple[str, ...] | None:
        """Return the options in their order."""
        chosen = set(text.split(","))
        known = tuple(each for each in self.options if each in chosen)
        return known if len(known) == len(chosen) <= self.most else None

    def allowed(self) -> str:
        """Return the first options."""
        return ", ".join(self.options[:8]) + (", …" if len(self.options) > 8 else "")

    def draw(self, bound: Binding, value: tuple[str, ...]) -> None:
        """Draw the list."""
        st.multiselect(
            bound.label,
            self.options,
            list(value),
            format_func=lambda option: bound.name_of(f"{self.labels or self.name}.{option}"),
            max_selections=self.most,
            placeholder=bound.name_of("choose_several"),
            **wired(bound, list(value)),
        )

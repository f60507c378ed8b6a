"""The choice of a class: the likeliest as buttons, and all of them in a list."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.ui.form_controls import Binding, Control, wired
from cnnviz.ui.numbers import percent
from cnnviz.ui.words import COMMON

_TOP = 4
_LONGEST = 22  # letters of a name on a button


@dataclass(frozen=True)
class ClassChoice(Control[int]):
    """One of the classes `names`, of which `shares` are the probabilities; in a link it is its number.

    Without `buttons` there is the list alone, with its label.
    """

    names: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    buttons: bool = True

    def parse(self, text: str) -> int | None:
        """Return the number if there is such a class."""
        return int(text) if text.isdecimal() and int(text) < len(self.names) else None

    def allowed(self) -> str:
        """Return the range."""
        return f"0–{len(self.names) - 1}"

    def draw(self, bound: Binding, value: int) -> None:
        """Draw the buttons and the list, the likeliest class first."""
        order = sorted(range(len(self.names)), key=lambda each: -self.shares[each])
        if not self.buttons:
            st.selectbox(
                bound.label,
                order,
                order.index(value),
                format_func=self._name,
                placeholder=bound.name_of("choose_one"),
                width=320,
                **wired(bound, value),
            )
            return
        key = f"{bound.key}-top"
        top = order[:_TOP]
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"{bound.key}-row"):
            st.pills(
                bound.label,
                top,
                format_func=lambda each: self._name(each, _LONGEST),
                label_visibility="collapsed",
                width="content",
                **wired(bound, value if value in top else None, key),
            )
            if len(order) > _TOP:
                st.selectbox(
                    bound.label,
                    order,
                    order.index(value),
                    format_func=self._name,
                    placeholder=bound.name_of("choose_one"),
                    label_visibility="collapsed",
                    width=260,
                    **wired(bound, value),
                )

    def _name(self, number: int, longest: int = 200) -> str:
        name = self.names[number]
        cut = name if len(name) <= longest else f"{name[: longest - 1].rstrip(', ')}…"
        return COMMON.text("class_share", name=cut, share=percent(self.shares[number], 1))

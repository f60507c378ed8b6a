"""The choice of a digit for the parts that show networks for digits."""

from typing import Any

import streamlit as st

from cnnviz.engine.requests import Picture
from cnnviz.ui.picture import SOURCES, choose_invert, choose_picture, sheet_picture
from cnnviz.ui.state import keep_within

_OTHERS = ("Gallery", "Clothes")


def choose_digit(card: Any, *, entered: str) -> tuple[Any, int | None, bool]:
    """Show the choice of a picture and return it, its class where it is known, and whether it is to be inverted.

    `card` is that of the model which will read it. The choice begins with the test digits, also for a person who comes
    from a part with photos: that is when the widget `entered`, one that only this part has, is not there yet.
    """
    if entered not in st.session_state and st.session_state.get("source") in _OTHERS:
        st.session_state["source"] = "Digits"
    keep_within("source", SOURCES, "Digits")
    picture = choose_picture("Digits")
    return picture, chosen_number() // 10 if st.session_state["source"] == "Digits" else None, choose_invert(card)


def chosen_number() -> int:
    """Return the number of the test digit that is chosen, or was before another kind of picture."""
    return int(st.session_state.get("digit_number", 0))


def one_of_each() -> tuple[Picture, ...]:
    """Return a test digit of every class, 0 to 9, from the column of the sheet that the chosen one stands in."""
    return tuple(sheet_picture("digits", 10 * label + chosen_number() % 10) for label in range(10))

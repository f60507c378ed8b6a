"""Why a warp interpolates: derivatives of one output pixel, and descent on theta, through weights and rounding."""

import streamlit as st

from cnnviz.ui.lesson import say
from cnnviz.ui.transform.interpolation_form import PRESETS, controls
from cnnviz.ui.transform.interpolation_pixel import show_pixel
from cnnviz.ui.transform.interpolation_pull import show_pull

SCREEN = "interpolation"


def show() -> None:
    """Show the part."""
    say(SCREEN, "why")
    st.pills("Start from", list(PRESETS), key="why-preset", on_change=_begin, label_visibility="collapsed")
    show_pixel()
    show_pull()


def _begin() -> None:
    """Give every control of the upper half the preset's value, or its first one."""
    chosen = st.session_state["why-preset"]
    if chosen is None:
        return
    first = {each.key: each.default for each in controls()}
    st.session_state.update({**first, **PRESETS[chosen], "why-preset": None})

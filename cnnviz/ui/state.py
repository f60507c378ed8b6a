"""Values of widgets that are set from elsewhere, by a click in a component or by a change that voids the old value."""

from collections.abc import Sequence
from typing import Any

import streamlit as st


def keep_within(key: str, options: Sequence[Any] | range, default: Any) -> None:
    """Give the widget `key` its default unless it, or the link that opened the page, holds one of the options.

    Call it before the widget. Without it, a channel of the last layer would raise in a layer that has fewer.
    """
    if key in st.session_state:
        # Set even where it stays: Streamlit then writes the link anew, and leaves out what has become a default.
        value = st.session_state[key]
        st.session_state[key] = value if value in options else default
        return
    linked = st.query_params.get(key)
    if linked is None or linked not in {str(option) for option in options}:
        st.session_state[key] = default


def current(key: str, options: Sequence[Any] | range, default: Any) -> Any:
    """Return the value that the widget `key` will have, before it is drawn: its own, else the link's, else the default.

    With it a screen can draw what a choice leads to first, and the choice after.
    """
    value = st.session_state.get(key)
    if value in options:
        return value
    linked = st.query_params.get(key)
    return next((option for option in options if str(option) == linked), default)


def forget(*keys: str) -> None:
    """Let widgets find their defaults anew."""
    for key in keys:
        st.session_state.pop(key, None)

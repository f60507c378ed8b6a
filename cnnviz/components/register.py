"""A component from NAME.js and NAME.css beside this file and what they build on; see bundle.py and library.py."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnnviz.components.bundle import style
from cnnviz.components.library import asks_for


def register(name: str, html: str, *, variant: str = "") -> Callable[..., Any]:
    """Return the callable that mounts the component; call once a name, when its module is imported.

    A `variant` has other HTML for the same code and style.
    """
    return st.components.v2.component(f"cnnviz_{name}{variant}", html=html, css=style(name), js=asks_for(name))


def picked(mount: Callable[..., Any], data: bytes, key: str, on_pick: Callable[[Any], None] | None) -> Any:
    """Mount the component and return what was picked since the last run, or None.

    `on_pick` is told the same before the page's script runs, so that state can be set above the component.
    """

    def tell() -> None:
        value = st.session_state[key].pick
        if on_pick is not None and value is not None:
            on_pick(value)

    return mount(data=data, key=key, on_pick_change=tell).pick


def picked_number(
    mount: Callable[..., Any], data: bytes, key: str, on_pick: Callable[[int], None] | None
) -> int | None:
    """Do the same for a component that picks whole numbers."""
    pick = picked(mount, data, key, None if on_pick is None else lambda value: on_pick(int(value)))
    return None if pick is None else int(pick)

"""A component from NAME.js and NAME.css beside this file, with shared.js and shared.css before them.

Streamlit takes one script a component, so its files are put one after the other into one scope.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from cnnviz import colours

HERE = Path(__file__).parent


def shared_script() -> str:
    """Return the JavaScript that every component starts with: reading the buffer, colours, numbers as text."""
    tables = f'const TABLES = {{ signed: "{colours.table(colours.SIGNED).hex()}", '
    tables += f'positive: "{colours.table(colours.POSITIVE).hex()}" }};\n'
    return tables + _text("shared.js")


def register(name: str, html: str, *scripts: str) -> Callable[..., Any]:
    """Return the callable that mounts the component; call once a name, when its module is imported.

    `scripts` are the files that NAME.js builds on: "player" is player.js.
    """
    return st.components.v2.component(
        f"cnnviz_{name}",
        html=html,
        css=_text("shared.css") + _text(f"{name}.css"),
        js=shared_script() + "".join(_text(f"{script}.js") for script in (*scripts, name)),
    )


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def picked(mount: Callable[..., Any], data: bytes, key: str, on_pick: Callable[[Any], None] | None) -> Any:
    """Mount the component and return what was picked since the last run, or None.

    `on_pick` is told the same before the page's script runs, so that state can be set above the component.
    """

    def tell() -> None:
        value = st.session_state[key].pick
        if on_pick is not None and value is not None:
            on_pick(value)

    return mount(data=data, key=key, on_pick_change=tell).pick

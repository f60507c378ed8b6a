"""Whether the page is dark, for the figures: when that changes the page's script runs again, and draws them anew.

Streamlit itself tells the script only when it runs next.
"""

import streamlit as st

from cnnviz.components.pack import pack
from cnnviz.components.register import picked, register

_mount = register("theme", '<div class="root" aria-hidden="true"></div>')


def is_dark() -> bool:
    """Return whether the visitor's page is dark."""
    return st.context.theme.type == "dark"


def follow_theme() -> None:
    """Let the script run again when the page becomes dark or light; call once a run, at its end."""
    picked(_mount, pack({"dark": is_dark()}), "theme-followed", None)

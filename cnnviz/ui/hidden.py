"""What a link leaves out of a screen: `?hide=settings,questions` for a class that is to look at the picture alone."""

import streamlit as st

from cnnviz.ui.words import COMMON, listed

NAME = "hide"
# What there is to leave out; the stage stays.
PARTS = ("menu", "idea", "presets", "settings", "notes", "formulas", "more", "questions", "code", "try")


def shows(part: str) -> bool:
    """Return whether this visit's link shows a part, one of PARTS."""
    return part not in _hidden()


def say_unknown() -> None:
    """Tell who wrote the link of what it hides that is no part of a screen."""
    if unknown := [f"`{each}`" for each in _hidden() if each not in PARTS]:
        parts = listed(f"`{each}`" for each in PARTS)
        st.warning(COMMON.text("hide_unknown", unknown=listed(unknown), parts=parts), icon=":material/link_off:")


def _hidden() -> list[str]:
    return [word for each in st.query_params.get(NAME, "").split(",") if (word := each.strip())]

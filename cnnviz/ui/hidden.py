"""What a link leaves out of a screen: `?hide=settings,questions` for a class that is to look at the picture alone."""

import streamlit as st

NAME = "hide"
# What there is to leave out; the stage stays.
PARTS = ("menu", "idea", "presets", "settings", "notes", "formulas", "more", "questions", "code", "try")


def shows(part: str) -> bool:
    """Return whether this visit's link shows a part, one of PARTS."""
    return part not in st.query_params.get(NAME, "").split(",")

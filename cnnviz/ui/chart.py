"""A Plotly figure on the page, as every screen shows one."""

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.components.theme import is_dark
from cnnviz.figures.style import dress


def chart(figure: go.Figure, *, key: str, at: DeltaGenerator | None = None, alt: str | None = None) -> None:
    """Show a figure in its own colours, fit for a light or a dark page, and without Plotly's tool bar.

    `at` is the container, the page by default; `alt` tells a screen reader what is drawn.
    """
    shown = dress(figure, dark=is_dark())
    (at or st).plotly_chart(shown, theme=None, key=key, config={"displayModeBar": False}, alt=alt)

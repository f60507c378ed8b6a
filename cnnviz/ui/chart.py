"""A Plotly figure on the page, as every screen shows one."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st


def chart(figure: go.Figure, *, key: str, at: Any = st, alt: str | None = None) -> None:
    """Show a figure in its own colours and without Plotly's tool bar.

    `at` is the container, the page by default; `alt` tells a screen reader what is drawn.
    """
    at.plotly_chart(figure, theme=None, key=key, config={"displayModeBar": False}, alt=alt)

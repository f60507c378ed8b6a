"""A Plotly figure on the page, as every screen shows one."""

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.components.theme import is_dark
from cnnviz.figures.style import dress
from cnnviz.ui.hovers import told

_BARE = {"displayModeBar": False}


def chart(figure: go.Figure, *, key: str, at: DeltaGenerator | None = None, alt: str | None = None) -> None:
    """Show a figure fit for a light or a dark page, with hovers in the visitor's language and without a tool bar.

    `at` is the container, the page by default; `alt` tells a screen reader what is drawn.
    """
    shown = told(dress(figure, dark=is_dark()))
    (at or st).plotly_chart(shown, theme=None, key=key, config=_BARE, alt=alt)


def chart_to_pick(figure: go.Figure, *, key: str, on_pick: Callable[[int], None], alt: str | None = None) -> None:
    """Show a figure whose points have numbers as their customdata; `on_pick`, a callback, hears that of one clicked."""

    def picked() -> None:
        points = st.session_state[key]["selection"]["points"]
        if points:
            data = points[0]["customdata"]
            on_pick(int(data[0] if isinstance(data, list) else data))

    shown = told(dress(figure, dark=is_dark()))
    st.plotly_chart(shown, theme=None, key=key, config=_BARE, on_select=picked, selection_mode="points", alt=alt)

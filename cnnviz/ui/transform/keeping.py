"""Offering a table and its figures to keep."""

from collections.abc import Callable, Sequence

import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.figures.page import page


def offer(name: str, title: str, table: Callable[[], str], figures: Callable[[], Sequence[go.Figure]]) -> None:
    """Offer a table as NAME.csv and figures as one page NAME.html under a title; both are made when asked for."""
    with st.container(horizontal=True):
        for label, kind, made in (
            ("The table as CSV", "csv", table),
            ("The figures as HTML", "html", lambda: page(title, figures())),
        ):
            st.download_button(
                label,
                made,
                f"{name}.{kind}",
                f"text/{kind}",
                key=f"{name}-{kind}",
                icon=":material/download:",
                on_click="ignore",
            )


def csv_of(table: pd.DataFrame) -> Callable[[], str]:
    """Return what makes a table's CSV."""
    return lambda: str(table.to_csv(index=False))

"""Offering a table and its figures to keep."""

from collections.abc import Sequence

import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.figures.moving import page


def offer(name: str, title: str, table: pd.DataFrame, figures: Sequence[go.Figure]) -> None:
    """Offer a table as NAME.csv and figures as one page NAME.html under a title."""
    with st.container(horizontal=True):
        for label, kind, made in (
            ("The table as CSV", "csv", lambda: table.to_csv(index=False)),
            ("The figures as HTML", "html", lambda: page(title, figures)),
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

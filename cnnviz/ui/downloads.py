"""A table and its figures, to be kept as files."""

from collections.abc import Sequence

import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.figures.page import page
from cnnviz.ui.form import Form
from cnnviz.ui.words import COMMON


def offer_downloads(
    form: Form, name: str, title: str, table: pd.DataFrame | str, figures: Sequence[go.Figure] = ()
) -> None:
    """Offer a table, or its CSV, as NAME.csv and figures as one page NAME.html under a title, made when asked for."""
    makers = {"csv": lambda: table if isinstance(table, str) else str(table.to_csv(index=False))}
    if figures:
        makers["html"] = lambda: page(title, figures)
    with st.container(horizontal=True):
        for kind, made in makers.items():
            st.download_button(
                COMMON.label(f"download.{kind}"),
                made,
                f"{name}.{kind}",
                f"text/{kind}",
                key=form.key(f"{name}-{kind}"),
                icon=":material/download:",
                on_click="ignore",
            )

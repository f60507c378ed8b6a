"""A table and its figures, to be kept as files."""

import csv
import io
from collections.abc import Callable, Sequence

import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.components.language import language
from cnnviz.figures.page import page
from cnnviz.ui.form import Form
from cnnviz.ui.hovers import told
from cnnviz.ui.names import named
from cnnviz.ui.words import COMMON


def offer_downloads(
    form: Form, name: str, title: str, table: pd.DataFrame | str, figures: Sequence[go.Figure] = ()
) -> None:
    """Offer a table, or its CSV, as NAME.csv and figures as one page NAME.html under a title, made when asked for."""
    makers = {"csv": csv_maker(table if isinstance(table, str) else lambda: str(table.to_csv(index=False)))}
    if figures:
        shown, spoken = [told(each) for each in figures], language()
        makers["html"] = lambda: page(title, shown, language=spoken)
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


def csv_maker(table: str | Callable[[], str]) -> Callable[[], str]:
    """Return what makes the file of a CSV, or of what makes one: the heads of its columns in the visitor's language.

    The language is asked for now, for no visit is known when the file is made. Excel takes all letters for ASCII where
    no mark stands before them.
    """
    spoken = language()

    def made() -> str:
        head, *rows = (table if isinstance(table, str) else table()).splitlines(keepends=True)
        written = io.StringIO()
        names = [named("columns", each, spoken) for each in next(csv.reader([head]))]
        csv.writer(written, lineterminator=head[len(head.rstrip("\r\n")) :]).writerow(names)
        text = written.getvalue() + "".join(rows)
        return text if text.isascii() else f"\ufeff{text}"

    return made

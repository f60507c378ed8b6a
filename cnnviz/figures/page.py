"""Figures as a file of their own."""

import html
from collections.abc import Sequence

import plotly.graph_objects as go


def page(title: str, figures: Sequence[go.Figure], *, language: str = "en") -> str:
    """Return figures as one HTML file that needs no network; `language` is that of their words, as BCP 47 names it."""
    parts = [
        figure.to_html(full_html=False, include_plotlyjs=index == 0, default_height=f"{figure.layout.height}px")
        for index, figure in enumerate(figures)
    ]
    name = html.escape(title)
    head = f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{name}</title></head>'
    return f"{head}<body><h1>{name}</h1>{''.join(parts)}</body></html>"

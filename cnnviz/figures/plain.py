"""Figures that are drawn anew at every move of a slider: plain dicts, which Plotly takes as they are."""

from typing import Any

import plotly.graph_objects as go

from cnnviz.figures.style import INK, RULE

# Rows run down, pixels are square and there are no axes, as pictures are read.
PICTURE: dict[str, Any] = {
    "xaxis": {"visible": False, "constrain": "domain"},
    "yaxis": {"visible": False, "constrain": "domain", "scaleanchor": "x", "autorange": "reversed"},
}


def plain_figure(
    data: list[dict[str, Any]], layout: dict[str, Any], *, height: int, margin: tuple[int, int, int, int] = (8, 8, 8, 8)
) -> go.Figure:
    """Return the figure in the house's type and margins (top, right, bottom, left; pixels), unchecked by Plotly.

    Checking every property takes longer than all else, and the template that Plotly adds is six times the drawing;
    tests check the figures instead.
    """
    top, right, bottom, left = margin
    house = {
        "template": {},
        "height": height,
        "margin": {"l": left, "r": right, "t": top, "b": bottom},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "Source Sans, sans-serif", "size": 14, "color": INK},
        "hoverlabel": {"bgcolor": "white", "bordercolor": RULE, "font": {"color": INK, "size": 14}},
        "showlegend": False,
        "dragmode": False,
    }
    return go.Figure(data=data, layout={**house, **layout}, _validate=False)


def tint(colour: str, opacity: float) -> str:
    """Return a colour of the form #rrggbb as one that lets what lies behind it through."""
    red, green, blue = bytes.fromhex(colour[1:])
    return f"rgba({red},{green},{blue},{opacity:g})"

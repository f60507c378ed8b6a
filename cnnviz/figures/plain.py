"""Figures that are drawn anew at every move of a slider: plain dicts, which go to the browser as they are."""

from typing import Any

import plotly.graph_objects as go

from cnnviz.figures.plain_dicts import PlainFigure
from cnnviz.figures.style import FONT, INK, RULE

# Rows run down, pixels are square and there are no axes, as pictures are read.
PICTURE: dict[str, Any] = {
    "xaxis": {"visible": False, "constrain": "domain"},
    "yaxis": {"visible": False, "constrain": "domain", "scaleanchor": "x", "autorange": "reversed"},
}

# Lines in the grid's colour, and no zooming by touch: a slider or another picture is what changes a figure.
AXIS: dict[str, Any] = {"gridcolor": RULE, "zeroline": False, "fixedrange": True}
# Above the figure, on the left.
LEGEND: dict[str, Any] = {"showlegend": True, "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}}
_MARK = {"color": RULE, "width": 7}


def upright(x: float, line: dict[str, Any] = _MARK) -> dict[str, Any]:
    """Return a line at `x` from the bottom of a figure to its top, behind all else: broad and pale, it marks an x."""
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line, "layer": "below"}


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
        "font": {"family": FONT, "size": 14, "color": INK},
        "hoverlabel": {"bgcolor": "white", "bordercolor": RULE, "font": {"color": INK, "size": 14}},
        "showlegend": False,
        "dragmode": False,
    }
    return PlainFigure.of(data, {**house, **layout})


def tint(colour: str, opacity: float) -> str:
    """Return a colour of the form #rrggbb as one that lets what lies behind it through."""
    red, green, blue = bytes.fromhex(colour[1:])
    return f"rgba({red},{green},{blue},{opacity:g})"

"""How far one unit sees when the same layer is stacked."""

from collections.abc import Sequence
from math import log10

import plotly.graph_objects as go

from cnnviz.figures.plain import plain_figure
from cnnviz.figures.style import INK, KERNEL, RULE


def growth(fields: Sequence[int], whole: int, *, covers: str, height: int = 260) -> go.Figure:
    """Return the size of the receptive field after 1, 2, … layers as bars; `covers` names the line at `whole` pixels.

    The scale is logarithmic when the field outgrows the input many times.
    """
    counts = list(range(1, len(fields) + 1))
    steep = fields[-1] > 8 * whole
    bars = {
        "type": "bar",
        "x": counts,
        "y": list(fields),
        "marker": {"color": KERNEL},
        "text": [f"{field:,}" for field in fields],
        "textposition": "auto",
        "insidetextanchor": "end",
        "textangle": 0,
        "hovertemplate": "%{x}: %{y:,}<extra></extra>",
    }
    line = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": whole,
        "y1": whole,
        "line": {"color": INK, "width": 1.5, "dash": "dash"},
    }
    note = {
        "xref": "paper",
        "x": 0,
        # On a logarithmic axis Plotly takes shapes by value and annotations by exponent.
        "y": log10(whole) if steep else whole,
        "text": covers,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
    }
    scale = {"type": "log", "dtick": 1} if steep else {"rangemode": "tozero", "range": [0, 1.2 * max(*fields, whole)]}
    return plain_figure(
        [bars],
        {
            "shapes": [line],
            "annotations": [note],
            "xaxis": {"dtick": 1, "fixedrange": True, "showgrid": False},
            "yaxis": {"fixedrange": True, "gridcolor": RULE, "showticklabels": False, "zeroline": False, **scale},
        },
        height=height,
        margin=(20, 8, 28, 8),
    )

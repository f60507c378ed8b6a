"""How a picture's values are distributed, a channel: a curve each for red, green and blue, or one for grey."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.plain import plain_figure
from cnnviz.figures.style import INK, RULE

# Dashes for eyes that see no colours.
_STYLES = (("#b91c1c", "solid"), ("#0f766e", "dash"), ("#0b5cad", "dot"))


def channel_histograms(counts: np.ndarray, edges: np.ndarray, names: Sequence[str], *, height: int = 130) -> go.Figure:
    """Return the shares `counts` (C, B) of the values between `edges` (B + 1,), a line a channel; 0 is marked."""
    middles = (edges[:-1] + edges[1:]) / 2
    styles = _STYLES if len(counts) > 1 else ((INK, "solid"),)
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": middles,
            "y": each,
            "name": name,
            "line": {"color": colour, "width": 2, "dash": dash, "shape": "hvh"},
            "hovertemplate": "%{x:.2f}: %{y:.1%}<extra>%{fullData.name}</extra>",
        }
        for each, name, (colour, dash) in zip(counts, names, styles, strict=True)
    ]
    axis = {"fixedrange": True, "gridcolor": RULE, "zeroline": False}
    layout = {
        "xaxis": {**axis, "zeroline": True, "zerolinecolor": INK, "zerolinewidth": 1, "nticks": 5},
        "yaxis": {**axis, "visible": False, "rangemode": "tozero"},
    }
    return plain_figure(traces, layout, height=height, margin=(4, 6, 24, 6))

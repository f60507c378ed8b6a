"""What reaches an activation function, as a histogram, under the function's curve."""

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.plain import plain_figure, tint
from cnnviz.figures.style import INPUT, OUTPUT, RULE


def pre_activations(
    edges: np.ndarray,
    shares: np.ndarray,
    x: np.ndarray,
    values: np.ndarray,
    flat: np.ndarray,
    names: tuple[str, str, str],
    *,
    colour: str = INPUT,
    height: int = 320,
) -> go.Figure:
    """Return shares (B,) of values between `edges` (B + 1,) as bars, and f at `x` (N,) as a line on its own axis.

    Where the function is `flat` (N,) is tinted. `names` are those of the horizontal axis, of the bars and of the line;
    `colour` is the bars'.
    """
    middles = (edges[:-1] + edges[1:]) / 2
    bars = {
        "type": "bar",
        "x": middles,
        "y": shares,
        "width": np.diff(edges),
        "name": names[1],
        "marker": {"color": colour, "line": {"width": 0}},
        "hovertemplate": "%{x:.2f}: %{y:.2%}<extra></extra>",
    }
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": values,
        "yaxis": "y2",
        "name": names[2],
        "line": {"color": OUTPUT, "width": 3},
        "hovertemplate": "%{x:.2f}: %{y:.3~g}<extra></extra>",
    }
    bounds = np.flatnonzero(np.diff(np.concatenate([[0], flat.astype(int), [0]])))
    tinted = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "layer": "below", "line": {"width": 0}}
    axis = {"gridcolor": RULE, "zeroline": False, "fixedrange": True}
    low, high = max(-2.5, float(values.min())), min(4.0, float(values.max()))
    edge = 0.08 * (high - low) + 0.02
    layout = {
        "xaxis": {**axis, "title": {"text": names[0]}, "range": [edges[0], edges[-1]]},
        "yaxis": {**axis, "title": {"text": names[1]}, "tickformat": ".1~%", "rangemode": "tozero"},
        "yaxis2": {
            **axis,
            "title": {"text": names[2], "font": {"color": OUTPUT}},
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            "tickmode": "auto",
            "nticks": 6,
            "range": [low - edge, high + edge],
        },
        "shapes": [
            {**tinted, "x0": x[start], "x1": x[end - 1], "fillcolor": tint(OUTPUT, 0.15)}
            for start, end in zip(bounds[::2], bounds[1::2], strict=True)
        ],
        "bargap": 0,
    }
    return plain_figure([bars, line], layout, height=height, margin=(12, 64, 46, 64))

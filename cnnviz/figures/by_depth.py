"""What deep stacks measure layer by layer, on a logarithm, and losses step by step: a line for each of several."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.plain import plain_figure
from cnnviz.figures.style import RULE
from cnnviz.figures.sweep_curves import STYLES

_STYLES = (*STYLES, ("#5b7f2b", "solid"), ("#b0413e", "dash"))


def by_depth(
    lines: Mapping[str, Sequence[float] | np.ndarray],
    *,
    x: str,
    y: str,
    first: int = 0,
    logarithm: bool = True,
    at: int | None = None,
    height: int = 300,
) -> go.Figure:
    """Return at most eight lines over whole numbers from `first`, of which `at` is marked.

    What is no number, and on a logarithm what is not above 0, leaves a gap.
    """
    traces = []
    for (name, given), (colour, dash) in zip(lines.items(), _STYLES, strict=False):
        values = np.asarray(given, float)
        shown = np.isfinite(values) & ((values > 0) | (not logarithm))
        traces.append({
            "type": "scatter",
            "mode": "lines+markers" if len(values) <= 60 else "lines",
            "x": list(range(first, first + len(values))),
            "y": np.where(shown, values, np.nan),
            "name": name,
            "line": {"color": colour, "width": 2.5, "dash": dash},
            "marker": {"size": 5},
            "hovertemplate": "%{x}: %{y:.3~g}<extra>%{fullData.name}</extra>",
        })  # fmt: skip
    axis: dict[str, Any] = {"gridcolor": RULE, "zeroline": False, "fixedrange": True}
    scale = {"type": "log", "exponentformat": "power", "nticks": 7} if logarithm else {"rangemode": "tozero"}
    mark = {"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    layout = {
        "xaxis": {**axis, "title": {"text": x}},
        "yaxis": {**axis, "title": {"text": y}, **scale},
        "shapes": [] if at is None else [{**mark, "line": {"color": RULE, "width": 7}}],
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    }
    return plain_figure(traces, layout, height=height, margin=(60, 12, 46, 64))

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
    most: float = np.inf,
    height: int = 300,
) -> go.Figure:
    """Return at most eight lines over whole numbers from `first`.

    What is no number, and on a logarithm what is not above 0, leaves a gap. The axis of a logarithm ends at `most`.
    """
    traces = []
    for (name, given), (colour, dash) in zip(lines.items(), _STYLES, strict=False):
        values = np.asarray(given, float)
        shown = np.isfinite(values) & ((values > 0) | (not logarithm))
        traces.append({
            "type": "scatter",
            "mode": "lines+markers" if len(values) <= 30 else "lines",
            "x": list(range(first, first + len(values))),
            "y": np.where(shown, values, np.nan),
            "name": name,
            "line": {"color": colour, "width": 2.5, "dash": dash},
            "marker": {"size": 5},
            "hovertemplate": "%{x}: %{y:.3~g}<extra>%{fullData.name}</extra>",
        })  # fmt: skip
    axis: dict[str, Any] = {"gridcolor": RULE, "zeroline": False, "fixedrange": True}
    scale = _logarithm(traces, most) if logarithm else {"rangemode": "tozero"}
    layout = {
        "xaxis": {**axis, "title": {"text": x}},
        "yaxis": {**axis, "title": {"text": y}, **scale},
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    }
    return plain_figure(traces, layout, height=height, margin=(60, 12, 46, 64))


def _logarithm(traces: list[dict[str, Any]], most: float) -> dict[str, Any]:
    """Return the axis: numbers in full over a few powers of ten, else the powers."""
    every = np.concatenate([each["y"] for each in traces])
    every = np.minimum(every[np.isfinite(every)], most)
    low, high = (np.log10(every.min()), np.log10(every.max())) if every.size else (-1.0, 0.0)
    room = 0.05 * (high - low) + 0.02
    axis = {"type": "log", "range": [float(low - room), float(high + room)]}
    if high - low < 3.5:
        return {**axis, "dtick": "D2" if high - low < 2 else 1, "tickformat": "~g"}
    every_power = {"dtick": int(np.ceil((high - low) / 6)), "exponentformat": "power"}
    return {**axis, **every_power, "tickfont": {"size": 12}}

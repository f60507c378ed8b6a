"""Lines over an amount that is swept, with the present amount marked."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.light import light
from cnnviz.figures.style import INPUT, KERNEL, OUTPUT, RULE

_STYLES = ((OUTPUT, "solid"), ("#6b7280", "dash"), (KERNEL, "dot"), (INPUT, "dashdot"))


def sweep(
    over: Sequence[float],
    lines: Mapping[str, np.ndarray],
    *,
    x: str,
    y: str,
    at: float | None = None,
    faint: np.ndarray | None = None,
    share: bool = False,
    height: int = 300,
) -> go.Figure:
    """Return a line a name over the amounts `over`; `at` is marked, where it is among them.

    `faint` (len(over), N) are N thin lines behind. With `share` the values are shares, on a logarithmic axis of
    percent, where a 0 has no place and is left out.
    """
    tip = "%{y:.2%}" if share else "%{y:.3~g}"
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": list(over),
            "y": each,
            "line": {"color": "#c3cad4", "width": 1},
            "hoverinfo": "skip",
            "showlegend": False,
        }
        for each in ([] if faint is None else faint.T)
    ]
    traces += [
        {
            "type": "scatter",
            "mode": "lines+markers" if share else "lines",
            "x": list(over),
            "y": np.where(values > 0, values, np.nan) if share else values,
            "name": name,
            "line": {"color": colour, "width": 3, "dash": dash},
            "hovertemplate": f"{name}: {tip}<extra></extra>",
        }
        for (name, values), (colour, dash) in zip(lines.items(), _STYLES, strict=False)
    ]
    edge = 0.02 * (max(over) - min(over))
    axis: dict[str, Any] = {"gridcolor": RULE, "zeroline": False}
    mark = {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": RULE, "width": 6}}
    layout = {
        "xaxis": {**axis, "title": {"text": x}, "range": [min(over) - edge, max(over) + edge]},
        "yaxis": {
            **axis,
            "title": {"text": y},
            **({"tickformat": ".1~%", "type": "log", "dtick": "D2"} if share else {}),
        },
        "shapes": [{**mark, "layer": "below"}] if at is not None and min(over) <= at <= max(over) else [],
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    }
    return light(traces, layout, height=height, margin=(56, 12, 44, 60))

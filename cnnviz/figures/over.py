"""Shares as curves over an amount, with the amount chosen and a stretch of it marked."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.light import light, tint
from cnnviz.figures.style import INK, INPUT, KERNEL, OUTPUT, RULE

_STYLES = ((KERNEL, "solid"), (OUTPUT, "solid"), (INPUT, "dash"), ("#6b21a8", "dashdot"))


def over(
    amounts: Sequence[float],
    lines: Mapping[str, Sequence[float] | np.ndarray],
    *,
    x: str,
    y: str,
    at: float | None = None,
    band: tuple[float, float] | None = None,
    most: float | None = None,
    height: int = 280,
) -> go.Figure:
    """Return a line a name over `amounts`; the amount `at` is marked, and those within `band` lie on a tint.

    The scale of shares begins at 0 and ends at `most`, if given.
    """
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers" if len(amounts) <= 30 else "lines",
            "x": list(amounts),
            "y": np.asarray(values, float),
            "name": name,
            "line": {"color": colour, "width": 3, "dash": dash},
            "hovertemplate": f"{name}, %{{x}}: %{{y:.2%}}<extra></extra>",
        }
        for (name, values), (colour, dash) in zip(lines.items(), _STYLES, strict=False)
    ]
    shapes: list[dict[str, Any]] = []
    whole = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    if band is not None:
        shapes.append({
            "type": "rect", "x0": band[0], "x1": band[1], **whole, "fillcolor": tint(OUTPUT, 0.1), "line": {"width": 0},
        })  # fmt: skip
    if at is not None:
        shapes.append({"type": "line", "x0": at, "x1": at, **whole, "line": {"color": INK, "width": 2, "dash": "dot"}})
    axis: dict[str, Any] = {"gridcolor": RULE, "zeroline": False}
    scale = {"rangemode": "tozero"} if most is None else {"range": [0, most]}
    layout = {
        "xaxis": {**axis, "title": {"text": x}},
        "yaxis": {**axis, "title": {"text": y}, "tickformat": ".0%", **scale},
        "shapes": shapes,
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    }
    return light(traces, layout, height=height, margin=(40, 8, 44, 64))

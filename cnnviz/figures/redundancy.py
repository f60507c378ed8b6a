"""What a network loses without some of its units, and what averaging over masks comes to."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.plain import AXIS, LEGEND, plain_figure
from cnnviz.figures.style import INPUT, KERNEL, OUTPUT, RULE

_COLOURS = KERNEL, INPUT
_ZERO = {"zeroline": True, "zerolinecolor": RULE, "zerolinewidth": 2}


def alone(rises: Sequence[np.ndarray], names: Sequence[str], *, x: str, y: str, height: int = 340) -> go.Figure:
    """Return two rows of bars: by how much the loss rises without each unit, the most costly first."""
    bars = [
        {
            "type": "bar",
            "x": np.arange(1, len(each) + 1),
            "y": np.sort(each)[::-1],
            "name": name,
            "marker": {"color": colour},
            "hovertemplate": f"{name}: %{{y:.4f}}<extra></extra>",
        }
        for each, name, colour in zip(rises, names, _COLOURS, strict=True)
    ]
    layout = {
        "xaxis": {**AXIS, "title": {"text": x}, "showgrid": False},
        "yaxis": {**AXIS, **_ZERO, "title": {"text": y}},
        "barmode": "group",
        "bargap": 0.15,
        **LEGEND,
    }
    return plain_figure(bars, layout, height=height, margin=(32, 8, 44, 64))


def several(
    lines: Sequence[tuple[Sequence[int], np.ndarray, np.ndarray]],
    names: Sequence[str],
    *,
    x: str,
    y: str,
    height: int = 340,
) -> go.Figure:
    """Return the accuracy over the number of units that are missing: counts, losses and accuracies of each network."""
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": list(counts),
            "y": accuracies,
            "customdata": losses,
            "name": name,
            "line": {"color": colour, "width": 3},
            "hovertemplate": f"{name}: %{{y:.1%}}, %{{customdata:.3f}}<extra></extra>",
        }
        for (counts, losses, accuracies), name, colour in zip(lines, names, _COLOURS, strict=True)
    ]
    layout = {
        "xaxis": {**AXIS, "title": {"text": x}, "rangemode": "tozero"},
        "yaxis": {**AXIS, "title": {"text": y}, "range": [0, 1.02], "tickformat": ".0%"},
        **LEGEND,
    }
    return plain_figure(data, layout, height=height, margin=(32, 8, 44, 56))


def averaging(losses: np.ndarray, loss: float, *, names: Sequence[str], x: str, y: str, height: int = 300) -> go.Figure:
    """Return the loss over the number of averaged passes (T,), and that of the one pass at test as a level line."""
    count = len(losses)
    line: dict[str, Any] = {"type": "scatter", "mode": "lines", "hovertemplate": "%{x}: %{y:.4f}<extra></extra>"}
    data = [
        {**line, "x": np.arange(1, count + 1), "y": losses, "name": names[0], "line": {"color": INPUT, "width": 3}},
        {**line, "x": [1, count], "y": [loss, loss], "name": names[1],
         "line": {"color": OUTPUT, "width": 3, "dash": "dash"}},
    ]  # fmt: skip
    layout = {
        "xaxis": {**AXIS, "title": {"text": x}, "type": "log", "tickvals": [1, 2, 5, 10, 20, 50, 100]},
        "yaxis": {**AXIS, "title": {"text": y}},
        **LEGEND,
    }
    return plain_figure(data, layout, height=height, margin=(32, 8, 44, 56))

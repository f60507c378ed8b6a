"""The gap between what was learnt by heart and what was not, and how the weights of a network are spread."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.plain import AXIS, LEGEND, plain_figure, tint
from cnnviz.figures.style import INPUT, KERNEL, OUTPUT, RULE

_GREY = "#8793a1"
_MOST = 200  # points of a curve


def loss_gap(
    learnt: np.ndarray,
    tests: np.ndarray,
    names: tuple[str, str, str],
    *,
    x: str,
    y: str,
    before: np.ndarray | None = None,
    height: int = 280,
) -> go.Figure:
    """Return the loss on both sets, rows (T, ...) of step and loss, with the gap between them filled.

    `names` are those of both and of the tests of the run `before`, which lies behind in grey.
    """
    learnt, tests = _thinned(learnt), _thinned(tests)
    line: dict[str, Any] = {"type": "scatter", "mode": "lines" if len(tests) > 9 else "lines+markers"}
    data = [
        {**line, "x": learnt[:, 0], "y": learnt[:, 1], "name": names[0], "line": {"color": INPUT, "width": 3}},
        {
            **line,
            "x": tests[:, 0],
            "y": tests[:, 1],
            "name": names[1],
            "line": {"color": KERNEL, "width": 3},
            "fill": "tonexty",
            "fillcolor": tint(KERNEL, 0.13),
        },
    ]
    last = float(tests[-1, 0])
    if before is not None:
        rows = _thinned(before)
        grey = {"color": _GREY, "width": 2, "dash": "dot"}
        data.append({**line, "x": rows[:, 0], "y": rows[:, 1], "name": names[2], "line": grey})
        last = max(last, float(rows[-1, 0]))
    for each in data:
        each["hovertemplate"] = f"{each['name']}: %{{y:.4f}}<extra></extra>"
    layout = {
        "xaxis": {**AXIS, "title": {"text": x}, "range": [0, max(10.0, last)], "nticks": 5, "tickformat": ",d"},
        "yaxis": {**AXIS, "title": {"text": y}, "rangemode": "tozero"},
        **LEGEND,
    }
    return plain_figure(data, layout, height=height, margin=(32, 8, 44, 48))


def weight_histogram(
    counts: np.ndarray, reach: float, zeros: int, *, zero: str, x: str, y: str, height: int = 280
) -> go.Figure:
    """Return how many weights (B,) lie in even bins from -reach to reach, and how many `zeros` are exactly 0.

    Those have a bar of their own, called `zero`; the counts' axis is logarithmic.
    """
    edges = np.linspace(-reach, reach, len(counts) + 1)
    width = edges[1] - edges[0]
    bar: dict[str, Any] = {"type": "bar", "offset": 0}
    data = [
        {
            **bar,
            "x": edges[:-1],
            "y": np.where(counts > 0, counts, np.nan),
            "width": width * 0.92,
            "marker": {"color": INPUT},
            "hovertemplate": "%{x:.3f} …: %{y:,d}<extra></extra>",
        }
    ]
    if zeros:
        data.append(
            {
                **bar,
                "x": [-0.75 * width],
                "y": [zeros],
                "width": 1.5 * width,
                "marker": {"color": OUTPUT},
                "text": [zero],
                "textposition": "none",
                "hovertemplate": f"{zero}: %{{y:,d}}<extra></extra>",
            }
        )
    notes = [
        {"x": 0, "y": np.log10(zeros), "text": zero, "showarrow": False, "yanchor": "bottom", "font": {"color": OUTPUT}}
    ] if zeros else []  # fmt: skip
    top = np.log10(max(float(np.max(counts)), zeros, 10)) + 0.35
    layout = {
        "xaxis": {**AXIS, "title": {"text": x}, "range": [-1.05 * reach, 1.05 * reach], "nticks": 5, "tickangle": 0},
        "yaxis": {**AXIS, "title": {"text": y}, "type": "log", "range": [-0.2, top], "dtick": 1, "gridcolor": RULE,
                  "tickformat": ",d"},
        "barmode": "overlay",
        "annotations": notes,
    }  # fmt: skip
    return plain_figure(data, layout, height=height, margin=(32, 8, 44, 64))


def _thinned(rows: np.ndarray) -> np.ndarray:
    """Return every so many rows, the last one among them."""
    every = max(1, -(-len(rows) // _MOST))
    return rows[(len(rows) - 1) % every :: every]

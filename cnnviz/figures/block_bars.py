"""What becomes of an answer or of an error without one block, block by block."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnviz.figures.plain import AXIS, LEGEND, plain_figure, tint
from cnnviz.figures.sweep_curves import STYLES


def block_bars(
    values: Mapping[str, NDArray[np.floating]],
    *,
    x: str,
    y: str,
    whole: Mapping[str, float],
    at: int | None = None,
    height: int = 300,
) -> go.Figure:
    """Return a bar a block for each name: the mean of R runs (R, B), shares, with their extremes where R is over 1.

    A line is drawn at each name's value of the `whole` network; block `at`, from 0, is set off. A block without
    numbers has no bar.
    """
    traces: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    for (name, runs), (colour, dash) in zip(values.items(), STYLES, strict=False):
        kept = np.flatnonzero(np.isfinite(runs).all(axis=0))
        means = runs[:, kept].mean(axis=0)
        bars: dict[str, Any] = {
            "type": "bar",
            "name": name,
            "x": (kept + 1).tolist(),
            "y": means,
            "marker": {"color": [colour if at is None or each == at else tint(colour, 0.55) for each in kept]},
            "hovertemplate": f"{x} %{{x}}: %{{y:.1%}}<extra>%{{fullData.name}}</extra>",
        }
        if len(runs) > 1:
            bars["error_y"] = {
                "type": "data",
                "array": runs[:, kept].max(axis=0) - means,
                "arrayminus": means - runs[:, kept].min(axis=0),
                "thickness": 1.5,
                "width": 3,
            }
        traces.append(bars)
        level = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": whole[name], "y1": whole[name]}
        shapes.append({**level, "line": {"color": colour, "width": 2, "dash": "dash" if dash == "solid" else dash}})
    count = max(runs.shape[1] for runs in values.values())
    layout = {
        "xaxis": {**AXIS, "title": {"text": x}, "range": [0.4, count + 0.6], "dtick": 1, "showgrid": False},
        "yaxis": {**AXIS, "title": {"text": y}, "tickformat": ".0%", "range": [0, 1.03]},
        "shapes": shapes,
        "bargap": 0.25,
        **(LEGEND if len(values) > 1 else {}),
    }
    return plain_figure(traces, layout, height=height, margin=(36 if len(values) > 1 else 12, 12, 46, 64))

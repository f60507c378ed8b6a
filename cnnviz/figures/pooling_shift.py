"""What a pooling gives before and after its picture moved, and how much of it stays the farther it moves."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.cell_numbers import cell_numbers
from cnnviz.figures.maps import scale_of
from cnnviz.figures.plain import LEGEND, PICTURE, plain_figure, upright
from cnnviz.figures.style import INPUT, KERNEL, OUTPUT, RULE

_NUMBERS = 12  # columns of cells that still have room for numbers


def before_and_after(
    before: np.ndarray, after: np.ndarray, same: np.ndarray, names: Sequence[str], *, height: int = 300
) -> go.Figure:
    """Return two maps (H, W) side by side on one scale under their `names`; cells that are the `same` are outlined."""
    high, wide = before.shape
    gap = 1
    drawn = np.full((high, 2 * wide + gap), np.nan)
    drawn[:, :wide], drawn[:, wide + gap :] = before, after
    column = np.concatenate([np.arange(wide), [-1] * gap, np.arange(wide)])
    written = 2 * wide <= _NUMBERS
    heat = {
        "type": "heatmap",
        "z": drawn,
        **scale_of(np.stack([before, after])),
        "customdata": np.broadcast_to(column, drawn.shape),
        "showscale": False,
        "text": cell_numbers(drawn, ".3g") if written else None,
        "texttemplate": "%{text}" if written else None,
        "hovertemplate": "row %{y}, column %{customdata}: %{z:.5g}<extra></extra>",
        "hoverongaps": False,
        # Room for the outlines, which would not be seen on every colour.
        "xgap": 7,
        "ygap": 7,
    }
    frame = {"type": "rect", "line": {"color": OUTPUT, "width": 3}}
    frames = [
        {**frame, "x0": left + x - 0.47, "x1": left + x + 0.47, "y0": y - 0.47, "y1": y + 0.47}
        for y, x in np.argwhere(same).tolist()
        for left in (0, wide + gap)
    ]
    titles = [
        {"x": left + (wide - 1) / 2, "y": -0.55, "yanchor": "bottom", "text": name, "showarrow": False}
        for left, name in zip((0, wide + gap), names, strict=True)
    ]
    return plain_figure(
        [heat], {**PICTURE, "shapes": frames, "annotations": titles}, height=height, margin=(28, 8, 8, 8)
    )


def stays(lines: Mapping[str, np.ndarray], at: int, *, x: str, y: str, height: int = 260) -> go.Figure:
    """Return shares from 0 up, a line a name, over shifts of 1, 2, ... columns; the shift `at` is marked."""
    styles = zip((INPUT, OUTPUT, KERNEL, "#6b21a8"), ("solid", "dash", "dot", "dashdot"), strict=True)
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": np.arange(1, len(values) + 1),
            "y": values,
            "name": name,
            "line": {"color": colour, "width": 3, "dash": dash},
            "hovertemplate": f"{name}: %{{y:.1%}}<extra></extra>",
        }
        for (name, values), (colour, dash) in zip(lines.items(), styles, strict=False)
    ]
    axis: dict[str, Any] = {"gridcolor": RULE, "zeroline": False}
    layout = {
        "xaxis": {**axis, "title": {"text": x}, "dtick": 1},
        "yaxis": {**axis, "title": {"text": y}, "tickformat": ".0%", "rangemode": "tozero"},
        "shapes": [upright(at)] if at else [],
        **LEGEND,
    }
    return plain_figure(traces, layout, height=height, margin=(36, 8, 44, 64))

"""One feature map, large, and laid over the photo that caused it."""

import numpy as np
import plotly.graph_objects as go

from cnnviz import colours
from cnnviz.figures.cell_numbers import cell_numbers
from cnnviz.figures.plain import PICTURE, plain_figure
from cnnviz.figures.style import OUTPUT

BAR = {"orientation": "h", "thickness": 12, "outlinewidth": 0, "tickformat": ".3~g", "y": 0, "yanchor": "top"}


def feature_map(
    values: np.ndarray, *, signed: bool = False, unit: tuple[int, int] | None = None, height: int = 420
) -> go.Figure:
    """Return a heatmap of `values` (H, W) with its colour bar; `unit` (row, column) is outlined.

    Values of both signs get the diverging map centred on zero, others the sequential one, as everywhere; `signed` asks
    for the diverging one, so that one map of a layer looks as it does among the others.
    """
    heat = {
        "type": "heatmap",
        "z": values,
        **scale_of(values, signed=signed),
        "colorbar": BAR,
        "hovertemplate": "row %{y}, column %{x}: %{z:.5g}<extra></extra>",
    }
    return plain_figure([heat], {**PICTURE, "shapes": outlined(unit, width=3)}, height=height)


def outlined(unit: tuple[int, int] | None, *, width: int) -> list[dict[str, object]]:
    """Return the shapes that outline the cell at (row, column), none without one."""
    if unit is None:
        return []
    row, column = unit
    edges = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
    return [{"type": "rect", **edges, "line": {"color": OUTPUT, "width": width}}]


def scale_of(values: np.ndarray, *, signed: bool = False) -> dict[str, object]:
    """Return Plotly's colour settings: diverging about zero if `signed` or any value is negative, else sequential."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if signed or low < 0:
        most = max(-low, high) or 1.0
        return {"colorscale": colours.colorscale(colours.SIGNED), "zmin": -most, "zmax": most}
    return {"colorscale": colours.colorscale(colours.POSITIVE), "zmin": 0.0, "zmax": high or 1.0}


def window(values: np.ndarray, *, winner: tuple[int, int] | None = None) -> go.Figure:
    """Return a pooling window (kh, kw) with its numbers in the cells; NaN, outside of the input, stays empty."""
    numbers = max(values.shape) <= 9
    heat = {
        "type": "heatmap",
        "z": values,
        **scale_of(values),
        "showscale": False,
        "text": cell_numbers(values, ".4g") if numbers else None,
        "texttemplate": "%{text}" if numbers else None,
        "customdata": cell_numbers(values, ".6g"),
        "hovertemplate": "row %{y}, column %{x}: %{customdata}<extra></extra>",
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
    }
    height = min(420, 60 + 80 * values.shape[0])
    return plain_figure([heat], {**PICTURE, "shapes": outlined(winner, width=4)}, height=height)

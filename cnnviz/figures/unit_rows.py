"""The weights of a layer's units as pictures: a row a unit, a column a step of training."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.maps import scale_of
from cnnviz.figures.plain import plain_figure

_GAP = 2


def unit_rows(rows: np.ndarray, *, units: Sequence[str], steps: Sequence[str], height: int = 440) -> go.Figure:
    """Return the weights (K, U, side * side) of U named `units` before K named `steps` as one picture on one scale."""
    count, of, size = rows.shape
    side = round(size**0.5)
    whole = side + _GAP
    drawn = np.full((of * whole - _GAP, count * whole - _GAP), np.nan, np.float32)
    for column, tiles in enumerate(rows.reshape(count, of, side, side)):
        for row, tile in enumerate(tiles):
            drawn[row * whole : row * whole + side, column * whole : column * whole + side] = tile
    heat = {
        "type": "heatmap",
        "z": drawn,
        **scale_of(rows, signed=True),
        "hoverongaps": False,
        "colorbar": {"thickness": 12, "outlinewidth": 0, "tickformat": ".2~g"},
        "hovertemplate": "%{z:.3g}<extra></extra>",
    }
    middle = (side - 1) / 2
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True, "constrain": "domain", "ticks": ""}
    layout = {
        "xaxis": {
            **axis,
            "tickvals": [middle + whole * at for at in range(count)],
            "ticktext": list(steps),
            "side": "top",
        },
        "yaxis": {
            **axis,
            "tickvals": [middle + whole * at for at in range(of)],
            "ticktext": list(units),
            "autorange": "reversed",
            "scaleanchor": "x",
        },
    }
    return plain_figure([heat], layout, height=height, margin=(28, 8, 8, 60))

"""What a layer's units have learned, as pictures: a row a unit, a column a step of training."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.maps import BAR, scale_of
from cnnviz.figures.plain import plain_figure

_GAP = 2


def unit_rows(rows: np.ndarray, steps: Sequence[int], *, unit: str, step: str, height: int = 440) -> go.Figure:
    """Return values (K, U, side * side) for the weights of U units at K `steps` as one picture on one scale.

    `unit` and `step` are the titles of the axes.
    """
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
        "colorbar": {**BAR, "nticks": 5},
        "hovertemplate": "%{z:.3g}<extra></extra>",
    }
    middle = (side - 1) / 2
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True, "constrain": "domain", "ticks": ""}
    layout = {
        "xaxis": {
            **axis,
            "tickvals": [middle + whole * at for at in range(count)],
            "ticktext": list(map(str, steps)),
            "title": {"text": step, "font": {"size": 14}, "standoff": 4},
            "side": "top",
        },
        "yaxis": {
            **axis,
            "tickvals": [middle + whole * at for at in range(of)],
            "ticktext": [str(1 + at) for at in range(of)],
            "title": {"text": unit, "font": {"size": 14}, "standoff": 8},
            "autorange": "reversed",
            "scaleanchor": "x",
        },
    }
    return plain_figure([heat], layout, height=height, margin=(52, 8, 44, 52))

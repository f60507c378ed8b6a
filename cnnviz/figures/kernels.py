"""The weights of one filter, a square for each input channel."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.cell_numbers import cell_numbers
from cnnviz.figures.maps import BAR, scale_of
from cnnviz.figures.plain import PICTURE, plain_figure


def kernels(
    weights: np.ndarray, *, names: Sequence[str] | None = None, what: str = "input", height: int = 300
) -> go.Figure:
    """Return the kernels (I, kh, kw) of one filter side by side as one heatmap on one scale, centred on zero.

    `names` are written over the kernels when given; a hover tells input channel, row, column and weight. The first
    kernels of several filters are drawn alike, where `what` tells that they are.
    """
    inputs, high, wide = weights.shape
    columns = min(inputs, max(1, math.ceil(math.sqrt(inputs * high / wide) * 1.25)))
    rows = math.ceil(inputs / columns)
    drawn = np.full((rows * (high + 1) - 1, columns * (wide + 1) - 1), np.nan)
    where = np.zeros((*drawn.shape, 3), int)
    for index, kernel in enumerate(weights):
        top, left = (index // columns) * (high + 1), (index % columns) * (wide + 1)
        drawn[top : top + high, left : left + wide] = kernel
        where[top : top + high, left : left + wide] = np.stack(
            np.broadcast_arrays(index, np.arange(high)[:, None], np.arange(wide)), axis=-1
        )
    written = inputs * wide <= 16
    heat = {
        "type": "heatmap",
        "z": drawn,
        **scale_of(weights, signed=True),
        "customdata": where,
        "hovertemplate": f"{what} %{{customdata[0]}}, row %{{customdata[1]}}, column %{{customdata[2]}}: "
        "%{z:.5g}<extra></extra>",
        "hoverongaps": False,
        "colorbar": {**BAR, "tickformat": ".2~g"},
        "text": cell_numbers(drawn, ".2f") if written else None,
        "texttemplate": "%{text}" if written else None,
    }
    titles = [
        {
            "x": (index % columns) * (wide + 1) + (wide - 1) / 2,
            "y": (index // columns) * (high + 1) - 0.6,
            "yanchor": "bottom",
            "text": name,
            "showarrow": False,
        }
        for index, name in enumerate(names or ())
    ]
    margin = (28 if names else 8, 8, 8, 8)
    return plain_figure([heat], {**PICTURE, "annotations": titles}, height=height, margin=margin)

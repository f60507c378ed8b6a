"""The weights of one filter, a square for each input channel."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.maps import scale_of
from cnnviz.figures.style import finish, picture_axes


def kernels(weights: np.ndarray, *, names: Sequence[str] | None = None, height: int = 300) -> go.Figure:
    """Return the kernels (I, kh, kw) of one filter side by side as one heatmap on one scale, centred on zero.

    `names` are written over the kernels when given; a hover tells input channel, row, column and weight.
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
    heat = go.Heatmap(
        z=drawn,
        **scale_of(weights, signed=True),
        customdata=where,
        hovertemplate="input %{customdata[0]}, row %{customdata[1]}, column %{customdata[2]}: %{z:.5g}<extra></extra>",
        hoverongaps=False,
        colorbar={
            "orientation": "h",
            "thickness": 12,
            "outlinewidth": 0,
            "tickformat": ".2~g",
            "y": 0,
            "yanchor": "top",
        },
        texttemplate="%{z:.2f}" if inputs * wide <= 16 else None,
    )
    figure = go.Figure(heat)
    for index, name in enumerate(names or ()):
        figure.add_annotation(
            x=(index % columns) * (wide + 1) + (wide - 1) / 2,
            y=(index // columns) * (high + 1) - 0.6,
            yanchor="bottom",
            text=name,
            showarrow=False,
        )
    return finish(picture_axes(figure), height=height, top=28 if names else 8)

"""Feature maps that came about in two orders, and how far the two are apart by layer."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.maps import scale_of
from cnnviz.figures.plain import LEGEND, PICTURE, plain_figure
from cnnviz.figures.style import INPUT, OUTPUT, RULE


def map_row(maps: np.ndarray, channels: Sequence[int], scale: np.ndarray) -> go.Figure:
    """Return maps (N, H, W) side by side; `channels` are the N numbers that they have in their layer.

    Colours are those of `scale`, all values that are to be compared, centred on zero.
    """
    count, high, wide = maps.shape
    gap = max(1, round(wide / 14))
    drawn = np.full((high, count * (wide + gap) - gap), np.nan, np.float32)
    whose = np.zeros((*drawn.shape, 2), np.int32)
    for index, each in enumerate(maps):
        place = np.s_[:, index * (wide + gap) : index * (wide + gap) + wide]
        drawn[place] = each
        whose[place] = np.stack([np.full((high, wide), channels[index]), np.tile(np.arange(wide), (high, 1))], axis=-1)
    heat = {
        "type": "heatmap",
        "z": drawn,
        **scale_of(scale, signed=True),
        "customdata": whose,
        "showscale": False,
        "hoverongaps": False,
        "hovertemplate": "channel %{customdata[0]}, row %{y}, column %{customdata[1]}: %{z:.4g}<extra></extra>",
    }
    top = {**PICTURE, "yaxis": {**PICTURE["yaxis"], "constraintoward": "top"}}
    return plain_figure([heat], top, height=92, margin=(2, 8, 4, 8))


def gaps(
    layers: Sequence[str], whole: np.ndarray, interior: np.ndarray, names: tuple[str, str], *, y: str
) -> go.Figure:
    """Return two bars a layer, shares from 0 up; NaN is no bar."""
    bars = [
        {
            "type": "bar",
            "x": list(layers),
            "y": values,
            "name": name,
            "marker": {"color": colour},
            "hovertemplate": f"%{{x}}, {name}: %{{y:.2~%}}<extra></extra>",
        }
        for values, name, colour in zip((whole, interior), names, ("#9aa5b4", OUTPUT), strict=True)
    ]
    axis = {"gridcolor": RULE, "zeroline": True, "zerolinecolor": INPUT, "rangemode": "tozero", "tickformat": ".0%"}
    layout = {
        "barmode": "group",
        "xaxis": {"type": "category"},
        "yaxis": {**axis, "title": {"text": y}, "automargin": True},
        **LEGEND,
    }
    return plain_figure(bars, layout, height=360, margin=(56, 8, 40, 64))

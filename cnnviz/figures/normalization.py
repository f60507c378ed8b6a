"""Normalisation in pictures: an image before and after, statistics over batches, and histograms by channel."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnviz.colours import POSITIVE, colorscale
from cnnviz.figures.plain import plain_figure
from cnnviz.figures.style import INPUT, KERNEL, RULE

_SPREAD = 2.5  # deviations at which a normalised pixel is black or white
_GAP = 12  # pixels
_NOISES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]


def normalised_pair(before: NDArray[np.floating], after: NDArray[np.floating], *, scale: int = 4) -> NDArray[np.uint8]:
    """Return two normalised images (3, H, W) side by side as a picture (h, w, 4), each pixel `scale` pixels large.

    Mean 0 is grey, and 2.5 deviations from it are black and white.
    """
    shown = [(255 * np.clip(each / (2 * _SPREAD) + 0.5, 0, 1)).round().astype(np.uint8) for each in (before, after)]
    large = [each.transpose(1, 2, 0).repeat(scale, axis=0).repeat(scale, axis=1) for each in shown]
    opaque = [np.pad(each, ((0, 0), (0, 0), (0, 1)), constant_values=255) for each in large]
    gap = np.zeros((len(opaque[0]), _GAP, 4), np.uint8)
    return np.concatenate([opaque[0], gap, opaque[1]], axis=1)


def statistic_curves(
    own: NDArray[np.floating], running: NDArray[np.floating], names: tuple[str, str], *, x: str, height: int = 260
) -> go.Figure:
    """Return a statistic of K batches as dots, (K,), and its running average as a line, after 1 to K batches."""
    steps = np.arange(1, len(own) + 1)
    hover = "%{x}: %{y:.3g}<extra>%{fullData.name}</extra>"
    each = {"type": "scatter", "x": steps, "hovertemplate": hover}
    dots = {**each, "mode": "markers", "y": own, "name": names[0], "marker": {"color": INPUT, "size": 6}}
    line = {**each, "mode": "lines", "y": running, "name": names[1], "line": {"color": KERNEL, "width": 3}}
    axis = {"gridcolor": RULE, "zeroline": False, "fixedrange": True}
    layout = {
        "xaxis": {**axis, "title": {"text": x}, "range": [0, len(own) + 1]},
        "yaxis": {**axis, "rangemode": "tozero"},
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    }
    return plain_figure([dots, line], layout, height=height, margin=(36, 8, 44, 48))


def noise_curve(
    sizes: Sequence[int], noise: NDArray[np.floating], *, x: str, y: str, at: int | None = None, height: int = 260
) -> go.Figure:
    """Return the noise for each size of a batch, both on logarithms; the size `at` is marked."""
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(sizes),
        "y": noise,
        "line": {"color": INPUT, "width": 3},
        "marker": {"size": 7},
        "hovertemplate": "%{x}: %{y:.3f}<extra></extra>",
    }
    axis = {"gridcolor": RULE, "zeroline": False, "fixedrange": True, "type": "log"}
    ticks = {"tickmode": "array", "tickvals": list(sizes), "ticktext": list(map(str, sizes))}
    shapes: list[dict[str, Any]] = []
    if at is not None and min(sizes) <= at <= max(sizes):
        whole = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
        shapes.append({"type": "line", "x0": at, "x1": at, **whole, "line": {"color": RULE, "width": 7}})
    layout = {
        "xaxis": {**axis, **ticks, "title": {"text": x}},
        "yaxis": {**axis, "title": {"text": y}, "tickmode": "array", "tickvals": _NOISES, "ticktext": _NOISES},
        "shapes": shapes,
    }
    return plain_figure([line], layout, height=height, margin=(12, 12, 44, 60))


def channel_histograms(
    values: NDArray[np.floating], *, x: str, y: str, bins: int = 60, at: int | None = None, height: int = 320
) -> go.Figure:
    """Return the distribution of each channel of (C, P) as a column, its colour the share of the channel's numbers.

    The channel `at` is marked.
    """
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, bins + 1)
    counts = np.stack([np.histogram(each[np.isfinite(each)], edges)[0] for each in values], axis=1)
    shares = counts / values.shape[1]
    heat = {
        "type": "heatmap",
        # The root lets thin tails be seen beside a peak.
        "z": np.sqrt(shares),
        "x": np.arange(len(values)),
        "y": (edges[:-1] + edges[1:]) / 2,
        "customdata": shares,
        "colorscale": colorscale(POSITIVE),
        "showscale": False,
        "hovertemplate": f"{x} %{{x}}<br>%{{y:.3g}}: %{{customdata:.1%}}<extra></extra>",
    }
    shapes: list[dict[str, Any]] = [{"type": "line", "x0": -0.5, "x1": len(values) - 0.5, "y0": 0, "y1": 0,
                                     "line": {"color": "white", "width": 1, "dash": "dot"}}]  # fmt: skip
    if at is not None:
        ends = {"x0": at - 0.5, "x1": at + 0.5, "y0": low, "y1": high}
        shapes.append({"type": "rect", **ends, "line": {"color": "#ffd400", "width": 2}})
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True}
    layout = {
        "xaxis": {**axis, "title": {"text": x}},
        "yaxis": {**axis, "title": {"text": y}},
        "shapes": shapes,
    }
    return plain_figure([heat], layout, height=height, margin=(8, 8, 44, 56))

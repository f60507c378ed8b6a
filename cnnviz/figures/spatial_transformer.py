"""What a spatial transformer looks at: its box on the input, what it makes of it, and what the classifiers say."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from cnnviz.figures.photo import image
from cnnviz.figures.plain import LEGEND, PICTURE, plain_figure
from cnnviz.figures.style import INPUT, OUTPUT, RULE

_TILE, _GAP = 84, 8  # screen pixels, before the browser fits the row to its width
_ROW_HEIGHT = 116
_ROW = {**PICTURE, "yaxis": {**PICTURE["yaxis"], "constraintoward": "top"}}
_FARTHEST = 0.6  # of the input's side: a box that reaches farther out is cut there
_FINE = 24  # pieces of a straight edge, so that it can be cut
# A line on black and on white alike.
_HALO = {"color": "#ffffff", "width": 6}
_BOX = {"color": "#d97706", "width": 3}


def boxed(
    pixels: np.ndarray,
    edge: np.ndarray,
    points: np.ndarray | None = None,
    *,
    drawn: bool = True,
    height: int = 250,
) -> go.Figure:
    """Return a grey picture uint8 (S, S) with the outline (M, 2) of what is read, and its points (P, 2).

    Both are (x, y) from -1 to 1 over the picture. A dot marks where the output's upper left corner is read. Unless
    they are `drawn` they only have their room, so that two pictures come out at one size.
    """
    side = len(pixels)
    data: list[dict[str, Any]] = [{**image(pixels), "hovertemplate": "row %{y}, column %{x}<extra></extra>"}]
    line = _pixels(_fine(edge), side)
    line[np.abs(_fine(edge)).max(axis=1) > 1 + 2 * _FARTHEST] = np.nan
    reached = [line]
    if drawn:
        data += _outline(line)
    if points is not None:
        reached.append(_pixels(points, side))
        if drawn:
            dots = {"color": "#fbbf24", "size": 8, "line": {"color": "#000000", "width": 1}}
            data.append(_dots(reached[-1], dots))
    # A box all of which is too far out leaves nothing to draw.
    low = float(np.fmin.reduce(np.concatenate(reached) - 1, axis=None, initial=-0.5))
    high = float(np.fmax.reduce(np.concatenate(reached) + 1, axis=None, initial=side - 0.5))
    frame = {"type": "rect", "x0": -0.5, "x1": side - 0.5, "y0": -0.5, "y1": side - 0.5}
    layout = {
        "xaxis": {**PICTURE["xaxis"], "range": [low, high]},
        "yaxis": {**PICTURE["yaxis"], "range": [high, low], "autorange": False},
        "shapes": [{**frame, "line": {"color": INPUT, "width": 2}}],
    }
    return plain_figure(data, layout, height=height)


def output(values: np.ndarray, *, height: int = 250) -> go.Figure:
    """Return what was read, (side, side) in [0, 1], as a grey picture in the colour of outputs."""
    side = len(values)
    frame = {"type": "rect", "x0": -0.5, "x1": side - 0.5, "y0": -0.5, "y1": side - 0.5}
    shown = {**image(_bytes(values)), "hovertemplate": "row %{y}, column %{x}<extra></extra>"}
    return plain_figure(
        [shown], {**PICTURE, "shapes": [{**frame, "line": {"color": OUTPUT, "width": 3}}]}, height=height
    )


def verdicts(
    answers: Mapping[str, np.ndarray], classes: Sequence[str], colours: Sequence[str], *, height: int = 250
) -> go.Figure:
    """Return the probabilities of every class as bars side by side, each network in its colour."""
    bars = [
        {
            "type": "bar",
            "x": list(range(len(classes))),
            "y": values,
            "name": name,
            "customdata": list(classes),
            "marker": {"color": colour},
            "hovertemplate": f"{name}, %{{customdata}}: %{{y:.2%}}<extra></extra>",
        }
        for (name, values), colour in zip(answers.items(), colours, strict=False)
    ]
    layout = {
        "barmode": "group",
        "bargap": 0.25,
        "xaxis": {"tickmode": "array", "tickvals": list(range(len(classes))), "ticktext": list(classes)},
        "yaxis": {"range": [0, 1.02], "tickformat": ".0%", "gridcolor": RULE, "zeroline": False, "dtick": 0.25},
        **LEGEND,
    }
    return plain_figure(bars, layout, height=height, margin=(30, 8, 26, 44))


def digits_boxed(inputs: np.ndarray, edges: np.ndarray) -> go.Figure:
    """Return N inputs uint8 (N, S, S) side by side, with the outline (N, M, 2) of what is read of each."""
    side = inputs.shape[1]
    x: list[float] = []
    y: list[float] = []
    for index, edge in enumerate(edges):
        points = _fine(edge)
        points[np.abs(points).max(axis=1) > 1 + _GAP / _TILE] = np.nan
        drawn = _pixels(points, side) / side * _TILE + _TILE / side / 2 - 0.5
        x += [*(drawn[:, 0] + index * (_TILE + _GAP)).tolist(), float("nan")]
        y += [*drawn[:, 1].tolist(), float("nan")]
    line = {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": {**_BOX, "width": 2}, "hoverinfo": "skip"}
    return plain_figure([{**image(_in_a_row(inputs)), "hoverinfo": "skip"}, line], _ROW, height=_ROW_HEIGHT)


def digits_answered(warped: np.ndarray, answers: Sequence[Sequence[str]]) -> go.Figure:
    """Return N outputs (N, w, w) in [0, 1] side by side; under each a line for every list of `answers` (N each)."""
    line = 20  # screen pixels, however small the row is drawn
    notes = [
        {
            "x": index * (_TILE + _GAP) + _TILE / 2,
            # An annotation that is anchored outside of the axes is not drawn.
            "y": _TILE - 1,
            "yanchor": "top",
            "yshift": -line * number - 4,
            "text": said,
            "showarrow": False,
        }
        for number, each in enumerate(answers)
        for index, said in enumerate(each)
    ]
    below = line * len(answers) + 8
    picture = {**image(_in_a_row(_bytes(warped))), "hoverinfo": "skip"}
    # Left to itself the range would make room for the annotations, which have theirs in the margin.
    across, down = [-0.5, len(warped) * (_TILE + _GAP) - _GAP - 0.5], [_TILE - 0.5, -0.5]
    axes = {
        "xaxis": {**_ROW["xaxis"], "range": across},
        "yaxis": {**_ROW["yaxis"], "range": down, "autorange": False},
    }
    return plain_figure(
        [picture], {**axes, "annotations": notes}, height=_ROW_HEIGHT + below, margin=(8, 8, below + 8, 8)
    )


def _in_a_row(pictures: np.ndarray) -> np.ndarray:
    """Return pictures uint8 (N, S, S) side by side, (H, W, 4), with nothing between them."""
    canvas = np.full((_TILE, len(pictures) * (_TILE + _GAP) - _GAP, 4), 0, np.uint8)
    for index, each in enumerate(pictures):
        left = index * (_TILE + _GAP)
        tile = Image.fromarray(each).resize((_TILE, _TILE), Image.Resampling.NEAREST)
        canvas[:, left : left + _TILE, :3] = np.asarray(tile)[..., None]
        canvas[:, left : left + _TILE, 3] = 255
    return canvas


def _bytes(values: np.ndarray) -> np.ndarray:
    return np.clip(np.round(values * 255), 0, 255).astype(np.uint8)


def _pixels(places: np.ndarray, side: int) -> np.ndarray:
    """Return places from -1 to 1 as the indices of pixels, whose middles are whole numbers."""
    return (places + 1) * side / 2 - 0.5


def _fine(edge: np.ndarray) -> np.ndarray:
    """Return the outline with more points along it."""
    at = np.arange((len(edge) - 1) * _FINE + 1) / _FINE
    return np.stack([np.interp(at, np.arange(len(edge)), edge[:, axis]) for axis in (0, 1)], axis=1)


def _outline(line: np.ndarray) -> list[dict[str, Any]]:
    path = {"type": "scatter", "mode": "lines", "x": line[:, 0], "y": line[:, 1], "hoverinfo": "skip"}
    corner = {"color": _BOX["color"], "size": 12, "line": {"color": "#ffffff", "width": 2}}
    return [{**path, "line": _HALO}, {**path, "line": _BOX}, _dots(line[:1], corner)]


def _dots(at: np.ndarray, marker: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": at[:, 0],
        "y": at[:, 1],
        "marker": marker,
        "hovertemplate": "x %{x:.1f}, y %{y:.1f}<extra></extra>",
    }

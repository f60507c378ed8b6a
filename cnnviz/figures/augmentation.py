"""Draws of an augmentation: where crops lie, which blocks ran, regions of pooling, and answers draw by draw."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.photo import image
from cnnviz.figures.plain import LEGEND, PICTURE, plain_figure
from cnnviz.figures.style import INK, INPUT, KERNEL, OUTPUT, PALE_OUTPUT, RULE

Box = tuple[float, float, float, float]
_CELL, _LINE = 32, 3  # pixels of the drawing a pixel of the picture


def boxed(
    pixels: np.ndarray, size: tuple[int, int], boxes: Sequence[Box], picked: int, *, height: int = 200
) -> go.Figure:
    """Return a picture uint8 (h, w, 3) with boxes on it, that of draw `picked` marked.

    Boxes are (left, top, width, height) in pixels of the picture of `size` (H, W) that this one was made from.
    """
    scale = pixels.shape[1] / size[1], pixels.shape[0] / size[0]
    shapes = []
    for at in sorted(range(len(boxes)), key=lambda each: each == picked):
        left, top, wide, high = boxes[at]
        line = {"color": KERNEL, "width": 4} if at == picked else {"color": "rgba(255,255,255,0.75)", "width": 1.5}
        x, y = left * scale[0] - 0.5, top * scale[1] - 0.5
        corners = {"x0": x, "y0": y, "x1": x + wide * scale[0], "y1": y + high * scale[1]}
        shapes.append({"type": "rect", **corners, "line": line})
    return plain_figure([{**image(pixels), "hoverinfo": "skip"}], {**PICTURE, "shapes": shapes}, height=height)


def regions(
    pixels: np.ndarray, across: Sequence[int], down: Sequence[int], kernel: int, *, height: int = 200
) -> go.Figure:
    """Return a small picture uint8 (S, S, 3) with the regions of a pooling outlined, which begin at these places."""
    drawn = pixels.repeat(_CELL, axis=0).repeat(_CELL, axis=1)
    inks = [np.array(bytearray.fromhex(colour[1:])) for colour in (KERNEL, INPUT)]
    for row, top in enumerate(down):
        for column, left in enumerate(across):
            # Beside each other in two colours, and a little apart, so that an overlap can be seen.
            inset = 2 + 6 * ((row + column) % 2)
            y0, x0 = top * _CELL + inset, left * _CELL + inset
            y1, x1 = (top + kernel) * _CELL - inset, (left + kernel) * _CELL - inset
            inside = drawn[y0 + _LINE : y1 - _LINE, x0 + _LINE : x1 - _LINE].copy()
            drawn[y0:y1, x0:x1] = inks[(row + column) % 2]
            drawn[y0 + _LINE : y1 - _LINE, x0 + _LINE : x1 - _LINE] = inside
    return plain_figure([{**image(drawn), "hoverinfo": "skip"}], PICTURE, height=height)


def blocks_running(
    names: Sequence[str],
    survival: np.ndarray,
    running: np.ndarray,
    picked: int,
    words: Mapping[str, str],
    *,
    height: int = 400,
) -> go.Figure:
    """Return which of L blocks ran in N passes (N, L), and above it how likely each is to run, and how many did.

    The pass that is `picked` is outlined. `words` has "likely", "ran", "block", "pass" and "probability".
    """
    places = list(range(1, len(names) + 1))
    above = {
        "type": "scatter",
        "x": places,
        "yaxis": "y2",
        "customdata": list(names),
        "hovertemplate": "%{customdata}: %{y:.1%}<extra>%{fullData.name}</extra>",
    }
    likely = {**above, "mode": "lines+markers", "y": survival, "name": words["likely"],
              "line": {"color": INPUT, "width": 3}}  # fmt: skip
    ran = {**above, "mode": "markers", "y": running.mean(axis=0), "name": words["ran"],
           "marker": {"color": KERNEL, "size": 10, "symbol": "diamond"}}  # fmt: skip
    # With a horizontal axis of its own, for those beside a heatmap keep their colours on a dark page.
    cells = {
        "type": "heatmap",
        "x": places,
        "y": list(range(len(running))),
        "z": running.astype(int),
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, "#c3cad4"], [1, OUTPUT]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hoverinfo": "skip",
        "showlegend": False,
        "xaxis": "x2",
    }
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True}
    ends = {"range": [0.45, len(names) + 0.55], "dtick": 1 if len(names) <= 20 else 5, "tick0": 1}
    row = {"x0": 0, "x1": 1, "xref": "x2 domain", "y0": picked - 0.5, "y1": picked + 0.5}
    layout = {
        "xaxis": {**axis, **ends, "anchor": "y2", "showticklabels": False},
        "xaxis2": {**axis, **ends, "anchor": "y", "title": {"text": words["block"]}},
        "yaxis": {**axis, "title": {"text": words["pass"]}, "domain": [0, 0.62], "autorange": "reversed", "dtick": 1},
        "yaxis2": {
            "domain": [0.68, 1],
            "range": [-0.05, 1.1],
            "tickformat": ".0%",
            "gridcolor": RULE,
            "zeroline": False,
            "fixedrange": True,
            "title": {"text": words["probability"]},
        },
        "shapes": [{"type": "rect", **row, "line": {"color": KERNEL, "width": 3}}],
        **LEGEND,
    }
    return plain_figure([cells, likely, ran], layout, height=height, margin=(36, 8, 46, 60))


def spread(
    classes: Sequence[str],
    plain: np.ndarray,
    draws: np.ndarray,
    picked: int,
    words: Mapping[str, str],
    *,
    target: np.ndarray | None = None,
    count: int = 4,
    height: int = 240,
) -> go.Figure:
    """Return the probabilities of the likeliest classes: `plain` (K,), each of the `draws` (N, K), and their mean.

    A `target` (K,) has bars, and its classes come first. `words` has "plain", "mean", "draw", "picked" and "target".
    """
    shown = _shown(plain, draws, target, count)
    rows = list(range(len(shown)))
    bars: list[dict[str, Any]] = []
    series = [("plain", plain, PALE_OUTPUT), ("mean", draws.mean(axis=0), OUTPUT)]
    if target is not None:
        series.insert(0, ("target", target, KERNEL))
    for name, values, colour in series:
        bars.append({
            "type": "bar",
            "orientation": "h",
            "x": values[shown],
            "y": rows,
            "name": words[name],
            "marker": {"color": colour},
            "customdata": [classes[at] for at in shown],
            "hovertemplate": "%{customdata}: %{x:.2%}<extra>%{fullData.name}</extra>",
        })  # fmt: skip
    dots = {"type": "scatter", "mode": "markers", "hoverinfo": "skip"}
    apart = np.linspace(-0.12, 0.12, len(draws))
    lift = 0.8 / len(series) / 2 * (len(series) - 1)
    bars.append({
        **dots,
        "x": draws[:, shown].ravel(),
        "y": (np.add.outer(apart, np.array(rows)) + lift).ravel(),
        "name": words["draw"],
        "marker": {"color": INK, "size": 5, "opacity": 0.7},
    })  # fmt: skip
    one = {"color": INPUT, "size": 11, "symbol": "diamond", "line": {"color": "white", "width": 1}}
    bars.append({**dots, "x": draws[picked, shown], "y": np.array(rows) + lift, "name": words["picked"], "marker": one})
    names = ["<br>".join(textwrap.wrap(classes[at], 18, max_lines=2, placeholder=" …")) for at in shown]
    layout = {
        "barmode": "group",
        "bargap": 0.2,
        "xaxis": {"tickformat": ".0%", "range": [0, 1.02], "gridcolor": RULE, "zeroline": False, "fixedrange": True},
        "yaxis": {"tickvals": rows, "ticktext": names, "autorange": "reversed", "automargin": True, "showgrid": False,
                  "zeroline": False, "fixedrange": True},
        **LEGEND,
    }  # fmt: skip
    return plain_figure(bars, layout, height=height, margin=(40, 8, 24, 8))


def _shown(plain: np.ndarray, draws: np.ndarray, target: np.ndarray | None, count: int) -> list[int]:
    """Return the classes that are drawn: those of the target, then the likeliest of the draws and of the picture."""
    wanted = [] if target is None else [int(at) for at in np.argsort(-target)[:2] if target[at] > 0]
    likely = np.argsort(-np.maximum(draws.mean(axis=0), plain))
    return list(dict.fromkeys([*wanted, *map(int, likely)]))[: min(count, len(plain))]


def gained(tests: Mapping[str, np.ndarray], picked: int, *, x: str) -> go.Figure:
    """Return the test accuracy of each of V ways to train by name, its runs (R,) as dots; the first is the measure."""
    names, runs = list(tests), list(tests.values())
    means = [float(each.mean()) for each in runs]
    rows = list(range(len(names)))
    low = min(float(each.min()) for each in runs)
    means_at = {
        "type": "scatter",
        "mode": "markers",
        "x": means,
        "y": rows,
        "marker": {"color": [KERNEL if at == picked else OUTPUT for at in rows], "size": 13, "symbol": "diamond"},
        "customdata": names,
        "hovertemplate": "%{customdata}: %{x:.1%}<extra></extra>",
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": np.concatenate(runs),
        "y": np.repeat(rows, [len(each) for each in runs]),
        "marker": {"color": INK, "size": 5, "opacity": 0.7},
        "hoverinfo": "skip",
    }
    high = max(float(each.max()) for each in runs)
    edge = 0.05 * (high - low)
    layout = {
        "xaxis": {"tickformat": "~%", "nticks": 5, "tickangle": 0, "range": [low - edge, high + edge],
                  "gridcolor": RULE, "zeroline": False, "fixedrange": True, "title": {"text": x}},
        "yaxis": {"tickvals": rows, "ticktext": names, "autorange": "reversed", "automargin": True, "showgrid": True,
                  "gridcolor": RULE, "zeroline": False, "fixedrange": True},
        "shapes": [{"type": "line", "x0": means[0], "x1": means[0], "y0": 0, "y1": 1, "yref": "paper",
                    "line": {"color": INPUT, "width": 2, "dash": "dash"}, "layer": "below"}],
    }  # fmt: skip
    return plain_figure([means_at, dots], layout, height=60 + 26 * len(rows), margin=(8, 12, 46, 8))


def mosaic(pictures: np.ndarray, *, columns: int = 4, gap: int = 4) -> np.ndarray:
    """Return pictures uint8 (N, h, w, 3) side by side on white, row by row."""
    count, high, wide = pictures.shape[:3]
    rows = -(-count // columns)
    canvas = np.full((rows * (high + gap) - gap, columns * (wide + gap) - gap, 3), 255, np.uint8)
    for at, picture in enumerate(pictures):
        top, left = (at // columns) * (high + gap), (at % columns) * (wide + gap)
        canvas[top : top + high, left : left + wide] = picture
    return canvas

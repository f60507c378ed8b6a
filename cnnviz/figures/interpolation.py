"""Where a warped pixel is read, and curves that are smooth through weights and staircases through rounding."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.cell_numbers import cell_numbers
from cnnviz.figures.maps import outlined, scale_of
from cnnviz.figures.plain import PICTURE, plain_figure, upright
from cnnviz.figures.style import INK, INPUT, KERNEL, OUTPUT, RULE

_NUMBERS = 7  # columns of cells that still have room for numbers
_WIDE, _LONG = {"color": KERNEL, "width": 3}, {"color": INPUT, "width": 3, "dash": "dash"}


def read_at(
    image: np.ndarray, x: float, y: float, rounded: tuple[int, int], *, names: tuple[str, str, str], height: int = 320
) -> go.Figure:
    """Return an image (H, W) with the point (x, y) that is read, its four neighbours and the pixel that rounding takes.

    Of a large image only the part about the point is drawn. `names` are those of the point, the neighbours and the
    rounded one in the legend.
    """
    left, top = float(np.floor(x)), float(np.floor(y))
    column, row = rounded
    rows, columns = _about(y, image.shape[0]), _about(x, image.shape[1])
    traces = [
        {**_cells(image[rows, columns]), "y0": rows.start, "x0": columns.start},
        *_box(left - 0.5, top - 0.5, left + 1.5, top + 1.5, _WIDE, names[1]),
        *_box(column - 0.43, row - 0.43, column + 0.43, row + 0.43, {**_LONG, "dash": "4px 3px"}, names[2]),
        {
            "type": "scatter",
            "mode": "markers",
            "x": [x],
            "y": [y],
            "name": names[0],
            "marker": {"symbol": "circle", "size": 12, "color": OUTPUT, "line": {"color": "white", "width": 2}},
            "hovertemplate": "x %{x:.4g}, y %{y:.4g}<extra></extra>",
        },
    ]
    layout = {**PICTURE, "showlegend": True, "legend": {"orientation": "h", "y": -0.02, "yanchor": "top", "x": 0}}
    return plain_figure(traces, layout, height=height, margin=(8, 8, 40, 8))


def written(output: np.ndarray, unit: tuple[int, int], *, height: int = 320) -> go.Figure:
    """Return an output (H, W) with one unit (row, column) outlined."""
    under = {**outlined(unit, width=8)[0], "line": {"color": "white", "width": 8}}
    layout = {**PICTURE, "shapes": [under, *outlined(unit, width=4)]}
    return plain_figure([_cells(output)], layout, height=height, margin=(8, 8, 40, 8))


def _about(place: float, size: int) -> slice:
    """Return as many cells as have room for numbers, with `place` in their middle as far as that is possible."""
    room = min(size, _NUMBERS)
    first = int(np.clip(round(place) - room // 2, 0, size - room))
    return slice(first, first + room)


def _cells(values: np.ndarray) -> dict[str, Any]:
    numbers = values.shape[1] <= _NUMBERS
    return {
        "type": "heatmap",
        "z": values,
        **scale_of(values),
        "showscale": False,
        "text": cell_numbers(np.round(values, 2), ".6g") if numbers else None,
        "texttemplate": "%{text}" if numbers else None,
        "hovertemplate": "row %{y}, column %{x}: %{z:.5g}<extra></extra>",
        "xgap": 2 if numbers else 0,
        "ygap": 2 if numbers else 0,
    }


def _box(x0: float, y0: float, x1: float, y1: float, line: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return a frame, on white, for it must be seen on every colour."""
    frame = {
        "type": "scatter",
        "mode": "lines",
        "x": [x0, x1, x1, x0, x0],
        "y": [y0, y0, y1, y1, y0],
        "hoverinfo": "skip",
    }
    under = {**frame, "line": {"color": "white", "width": line["width"] + 3}, "showlegend": False}
    return [under, {**frame, "line": line, "name": name}]


def value_along(
    at: np.ndarray,
    values: tuple[np.ndarray, np.ndarray],
    now: tuple[float, float, float],
    slope: float,
    step: float,
    ends: tuple[np.ndarray, np.ndarray],
    kinks: np.ndarray,
    *,
    names: tuple[str, str, str, str],
    x: str,
    y: str,
    height: int = 340,
) -> go.Figure:
    """Return a pixel's value over one number of theta, both modes, with the slopes that are found where it stands.

    `values` are the curves through weights and through rounding; `now` is the number's value and the pixel's in both;
    `slope` the automatic derivative, drawn as a tangent, and `step` that of the numeric one, whose two `ends` (a step
    up and a step down) are joined. `names` are those of the curves, the tangent and the numeric slope.
    """
    theta, smooth, stairs = now
    low, high = float(at[0]), float(at[-1])
    places = np.array([theta + step, theta - step])
    run = (high - low) / 6
    traces = [
        _line(at, values[1], names[1], _LONG),
        _line(at, values[0], names[0], _WIDE),
        _line(
            np.array([theta - run, theta + run]),
            np.array([smooth - run * slope, smooth + run * slope]),
            names[2],
            {"color": OUTPUT, "width": 2},
        ),
    ]
    for index, (points, colour) in enumerate(zip(ends, (KERNEL, INPUT), strict=True)):
        traces.append(
            {
                **_line(places, points, names[3], {"color": INK, "width": 1.5, "dash": "dot"}),
                "mode": "lines+markers",
                "marker": {"size": 9, "color": colour, "line": {"color": "white", "width": 1}},
                "showlegend": not index,
            }
        )
    traces.append(_points([theta, theta], [smooth, stairs], (KERNEL, INPUT)))
    borders = [upright(float(kink), {"color": RULE, "width": 2}) for kink in kinks]
    bottom, top = float(min(v.min() for v in values)), float(max(v.max() for v in values))
    room = 0.12 * (top - bottom) or 1.0
    axes = {"yaxis": {**_AXIS, "title": {"text": y}, "range": [bottom - room, top + room]}}
    return _chart(traces, borders, x, axes, height)


def loss_along(
    at: np.ndarray,
    losses: tuple[np.ndarray, np.ndarray],
    now: tuple[float, float, float],
    answer: float,
    *,
    names: tuple[str, str],
    answer_name: str,
    x: str,
    y: str,
    height: int = 320,
) -> go.Figure:
    """Return both losses over one number of theta; `now` is its value and the losses there, `answer` the goal."""
    theta, smooth, stairs = now
    traces = [
        _line(at, losses[1], names[1], _LONG),
        _line(at, losses[0], names[0], _WIDE),
        _points([theta, theta], [smooth, stairs], (KERNEL, INPUT)),
    ]
    note = {"x": answer, "y": 1, "yref": "paper", "yanchor": "bottom", "text": answer_name, "showarrow": False}
    axes = {"yaxis": {**_AXIS, "title": {"text": y}, "rangemode": "tozero"}, "annotations": [note]}
    return _chart(traces, [upright(answer, {"color": OUTPUT, "width": 2, "dash": "dot"})], x, axes, height)


_AXIS: dict[str, Any] = {"gridcolor": "#eef1f5", "zeroline": False}


def _chart(
    traces: list[dict[str, Any]], shapes: list[dict[str, Any]], x: str, axes: dict[str, Any], height: int
) -> go.Figure:
    layout = {
        "xaxis": {**_AXIS, "title": {"text": x}, "range": [float(traces[0]["x"][0]), float(traces[0]["x"][-1])]},
        "shapes": shapes,
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.08, "yanchor": "bottom", "x": 0},
        **axes,
    }
    return plain_figure(traces, layout, height=height, margin=(76, 8, 44, 56))


def _line(x: np.ndarray, y: np.ndarray, name: str, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "name": name,
        "line": line,
        "hovertemplate": f"{name}: %{{y:.4g}}<extra></extra>",
    }


def _points(x: list[float], y: list[float], colours: tuple[str, str]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y,
        "marker": {"size": 13, "color": list(colours), "line": {"color": "white", "width": 2}},
        "showlegend": False,
        "hovertemplate": "%{x:.4g}: %{y:.4g}<extra></extra>",
    }

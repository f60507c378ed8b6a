"""A network that learns: its curves, how far each step moves its weights, its answers in the plane, its mistakes."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.colours import ACCENTS
from cnnviz.figures.plain import plain_figure
from cnnviz.figures.style import INPUT, KERNEL, RULE

_AXIS = {"gridcolor": RULE, "zeroline": False}
_GREY, _FAINT = ACCENTS["edge"][0], "#b4bfcb"
_MOST = 300  # points of a curve
_LINES = (INPUT, KERNEL, ACCENTS["output"][0], ACCENTS["quiet"][0], "#7c3aed", "#be185d", "#4d7c0f", "#155e75")


def learning_curve(
    steps: np.ndarray,
    tests: np.ndarray,
    names: Sequence[str],
    *,
    x: str,
    y: str,
    kept: tuple[np.ndarray, np.ndarray] | None = None,
    share: bool = False,
    height: int = 280,
) -> go.Figure:
    """Return what each step's batch gave, (S,), as means over as many steps as are one point, and tests (T, 2).

    A test is (step, value). `kept` are the same of another run, behind them in grey. `names` are those of both curves
    and of the tests of the other run; with `share` values are shares from 0 to 1.
    """
    shown = ".1%" if share else ".4f"
    data = [*_both(steps, tests, names, (INPUT, KERNEL), shown)]
    last = max(len(steps), float(tests[-1, 0]))
    if kept is not None:
        behind = _both(*kept, (names[2], names[2]), (_FAINT, _GREY), shown)
        behind[0]["showlegend"] = False
        data = [*behind, *data]
        last = max(last, len(kept[0]))
    range_y = {"range": [0, 1.02], "tickformat": ".0%"} if share else {"rangemode": "tozero"}
    layout = {
        "xaxis": _steps(x, last),
        "yaxis": {**_AXIS, **range_y},
        "title": {"text": y, "x": 0, "xref": "paper", "font": {"size": 15}, "y": 0.98, "yanchor": "top"},
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 1, "xanchor": "right"},
    }
    return plain_figure(data, layout, height=height, margin=(32, 8, 44, 48))


def _both(
    steps: np.ndarray, tests: np.ndarray, names: Sequence[str], colours: Sequence[str], shown: str
) -> list[dict[str, object]]:
    every = max(1, -(-len(steps) // _MOST))
    whole = len(steps) // every * every
    means = np.asarray(steps[:whole], float).reshape(-1, every).mean(axis=1)
    at = np.arange(len(means)) * every + (every - 1) / 2
    tests = _thinned(tests)
    tested = _line(tests[:, 0], tests[:, 1], names[1], colours[1], 3, shown)
    tested["mode"] = "lines+markers" if len(tests) < 30 else "lines"
    return [_line(at, means, names[0], colours[0], 1.5, shown), tested]


def _thinned(rows: np.ndarray) -> np.ndarray:
    """Return every so many rows, the last one among them."""
    return rows[(len(rows) - 1) % (every := max(1, -(-len(rows) // _MOST))) :: every]


def layer_ratios(
    measured: np.ndarray, ratios: Mapping[str, np.ndarray], *, x: str, y: str, usual: str, height: int = 300
) -> go.Figure:
    """Return by layer, over the steps (M,), its update's size as a share of its weights', on a logarithmic scale.

    A line at 0.001 is called `usual`.
    """
    data = []
    for at, (name, each) in enumerate(ratios.items()):
        shown = _thinned(np.where(each > 0, each, np.nan))
        data.append(_line(_thinned(measured), shown, name, _LINES[at % len(_LINES)], 2, ".2g"))
    ruler = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 1e-3, "y1": 1e-3}
    layout = {
        "xaxis": _steps(x, float(measured[-1]) if len(measured) else 0),
        "yaxis": {**_AXIS, "title": {"text": y}, "type": "log", "exponentformat": "power", "dtick": 1},
        "shapes": [{**ruler, "line": {"color": ACCENTS["quiet"][0], "width": 1.5, "dash": "dot"}}],
        "annotations": [
            {
                "xref": "paper",
                "x": 1,
                "xanchor": "right",
                "y": -3,
                "yanchor": "bottom",
                "text": usual,
                "showarrow": False,
            }
        ],
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    }
    return plain_figure(data, layout, height=height, margin=(36, 8, 44, 64))


def decision_plane(
    plane: np.ndarray, points: np.ndarray, labels: np.ndarray, *, reach: float, height: int = 300
) -> go.Figure:
    """Return the probability of the second class over the plane, (P, P), up being first, and points (N, 2) on it."""
    side = (np.arange(len(plane)) + 0.5) / len(plane) * 2 * reach - reach
    heat = {
        "type": "heatmap",
        "x": side,
        "y": -side,
        "z": plane,
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, "#6ea4d8"], [0.5, "#f7f7f7"], [1, "#eda45c"]],
        "showscale": False,
        "zsmooth": "best",
        "hovertemplate": "(%{x:.1f}, %{y:.1f}): %{z:.3f}<extra></extra>",
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": points[:, 0],
        "y": points[:, 1],
        "marker": {
            "size": 6,
            "color": [(INPUT, KERNEL)[label] for label in labels],
            "line": {"color": "white", "width": 0.7},
        },
        "hoverinfo": "skip",
    }
    axis = {"visible": False, "range": [-reach, reach], "constrain": "domain"}
    layout = {"xaxis": axis, "yaxis": {**axis, "scaleanchor": "x"}}
    return plain_figure([heat, dots], layout, height=height)


def confusion(
    counts: np.ndarray, classes: Sequence[str], *, right: str, said: str, hover: str, height: int = 380
) -> go.Figure:
    """Return counts (K, K) by right class and answer; mistakes are coloured, right answers are grey."""
    wrong = counts * (1 - np.eye(len(counts)))
    heat = {
        "type": "heatmap",
        "x": list(range(len(classes))),
        "y": list(range(len(classes))),
        "z": wrong,
        "zmin": 0,
        "zmax": max(1.0, float(wrong.max())),
        "colorscale": [[0, "#ffffff"], [1, "#d6604d"]],
        "showscale": False,
        "text": np.where(counts > 0, counts.astype(str), ""),
        "texttemplate": "%{text}",
        "textfont": {"color": "#0d1117"},
        "customdata": counts,
        "hovertemplate": hover + "<extra></extra>",
        "xgap": 1,
        "ygap": 1,
    }
    grey = [
        {
            "type": "rect",
            "x0": at - 0.5,
            "x1": at + 0.5,
            "y0": at - 0.5,
            "y1": at + 0.5,
            "fillcolor": "rgba(70,80,92,0.18)",
            "line": {"width": 0},
        }
        for at in range(len(classes))
    ]
    ends = [-0.5, len(classes) - 0.5]
    ticks = {
        "tickmode": "array",
        "tickvals": list(range(len(classes))),
        "ticktext": list(classes),
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
    }
    layout = {
        "xaxis": {
            **ticks,
            "title": {"text": said},
            "range": ends,
            "tickangle": -40 if max(map(len, classes)) > 2 else 0,
        },
        "yaxis": {**ticks, "title": {"text": right}, "range": ends[::-1]},
        "shapes": grey,
    }
    # Plotly tells of clicks on points alone: one, unseen, on every cell with a mistake.
    rows, columns = np.nonzero(wrong)
    cells = {
        "type": "scatter",
        "mode": "markers",
        "x": columns,
        "y": rows,
        "marker": {"size": 26, "symbol": "square", "opacity": 0},
        "hovertemplate": heat["hovertemplate"],
        "customdata": counts[rows, columns],
        "selected": {"marker": {"opacity": 0}},
        "unselected": {"marker": {"opacity": 0}},
    }
    return plain_figure([heat, cells], layout, height=height, margin=(8, 8, 44, 44))


def _steps(title: str, last: float) -> dict[str, object]:
    # No axis of parts of a step at the beginning.
    return {**_AXIS, "title": {"text": title}, "range": [0, max(10.0, last)], "nticks": 5, "tickformat": ",d"}


def _line(x: np.ndarray, y: np.ndarray, name: str, colour: str, width: float, shown: str) -> dict[str, object]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "name": name,
        "line": {"color": colour, "width": width},
        "hovertemplate": f"{name}: %{{y:{shown}}}<extra></extra>",
    }

"""How far layers are from what they should be: bars a layer, and the maps themselves side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.cell_numbers import cell_numbers
from cnnviz.figures.maps import scale_of
from cnnviz.figures.plain import PICTURE, plain_figure
from cnnviz.figures.style import INK, INPUT, KERNEL, OUTPUT, RULE

_COLOURS = (OUTPUT, KERNEL, INPUT)
_LABELLED, _CROWDED = 24, 14  # categories over whose bars a 0 can be written, in full size up to the second
_NAMED = 40  # categories whose names can stand below the axis; those of more are told by a hover
_ROOM = 60  # letters that stand beside each other below an axis
_GAP = 0.06  # of a map's width between two maps


def bars(
    names: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    *,
    y: str,
    x: str = "",
    hatched: Sequence[bool] = (),
    colours: Sequence[str] = _COLOURS,
    zeros: bool = True,
    height: int = 300,
) -> go.Figure:
    """Return shares as bars, one group a name and one bar of it a series; None draws none.

    Where there are too many names to be read, the title `x` takes their place. Bars of names that are `hatched` are.
    With `zeros`, exact zeros, which could not be seen, are written.
    """
    few = zeros and len(names) <= _LABELLED
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": list(range(len(names))),
            "y": list(values),
            "customdata": list(names),
            "marker": {
                "color": colour,
                "line": {"width": 0},
                "pattern": {
                    "shape": ["/" if each else "" for each in hatched or [False] * len(names)],
                    "fillmode": "overlay",
                    "fgcolor": "white",
                    "size": 6,
                    "solidity": 0.35,
                },
            },
            "text": ["0" if value == 0 else "" for value in values] if few else None,
            "textposition": "outside",
            "textfont": {"color": colour, "size": 13 if len(names) <= _CROWDED else 10},
            "cliponaxis": False,
            "hovertemplate": f"%{{customdata}}, {name}: %{{y:.3~%}}<extra></extra>",
        }
        for (name, values), colour in zip(series.items(), colours, strict=False)
    ]
    named = len(names) <= _NAMED
    layout = {
        "barmode": "group",
        "bargap": 0.25,
        "xaxis": {
            "tickvals": list(range(len(names))),
            "ticktext": list(names),
            "showticklabels": named,
            "title": {"text": "" if named else x},
            "tickangle": -45 if max(map(len, names), default=0) * len(names) > _ROOM else 0,
            "showgrid": False,
            "automargin": True,
        },
        "yaxis": {
            "title": {"text": y},
            "tickformat": ".0%",
            "rangemode": "tozero",
            "gridcolor": RULE,
            "zerolinecolor": INK,
        },
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.04, "yanchor": "bottom", "x": 0},
    }
    return plain_figure(traces, layout, height=height, margin=(40, 8, 40, 64))


def side_by_side(
    maps: Mapping[str, np.ndarray], *, frame: np.ndarray | None = None, signed: bool = False, height: int = 230
) -> go.Figure:
    """Return maps (H, W) beside each other on one scale under their names; cells of `frame` (H, W) are framed in each.

    The cells of a frame are a rectangle.
    """
    every = list(maps.values())
    high, wide = every[0].shape
    gap = max(1, round(_GAP * wide))
    drawn = np.full((high, len(every) * (wide + gap) - gap), np.nan, np.float32)
    for number, one in enumerate(every):
        drawn[:, number * (wide + gap) : number * (wide + gap) + wide] = one
    column = np.resize(np.concatenate([np.arange(wide), np.full(gap, -1)]), drawn.shape[1])
    heat = {
        "type": "heatmap",
        "z": drawn,
        **scale_of(np.stack(every), signed=signed),
        "customdata": np.broadcast_to(column, drawn.shape),
        "showscale": False,
        "hovertemplate": "row %{y}, column %{customdata}: %{z:.5g}<extra></extra>",
        "hoverongaps": False,
    }
    lefts = [number * (wide + gap) for number in range(len(every))]
    titles = [
        {"x": left + (wide - 1) / 2, "y": -0.5, "yanchor": "bottom", "text": name, "showarrow": False}
        for left, name in zip(lefts, maps, strict=True)
    ]
    shapes = [shape for left in lefts for shape in _frame(frame, left)]
    return plain_figure(
        [heat], {**PICTURE, "shapes": shapes, "annotations": titles}, height=height, margin=(32, 8, 8, 8)
    )


def _frame(cells: np.ndarray | None, left: int) -> list[dict[str, Any]]:
    if cells is None or not cells.any():
        return []
    rows, columns = (np.flatnonzero(cells.any(axis=axis)) for axis in (1, 0))
    edges = {
        "x0": left + columns[0] - 0.5,
        "x1": left + columns[-1] + 0.5,
        "y0": rows[0] - 0.5,
        "y1": rows[-1] + 0.5,
    }
    white = {"type": "rect", **edges, "line": {"color": "white", "width": 4}}
    return [white, {"type": "rect", **edges, "line": {"color": OUTPUT, "width": 2}}]


def signals(rows: Mapping[str, np.ndarray], *, height: int = 260) -> go.Figure:
    """Return rows of numbers (L,) as cells with the numbers in them, NaN as nothing; all rows on one scale."""
    drawn = np.stack(list(rows.values()))
    heat = {
        "type": "heatmap",
        "z": drawn,
        "y": list(rows),
        **scale_of(drawn),
        "showscale": False,
        "text": cell_numbers(drawn, ".3g"),
        "texttemplate": "%{text}",
        "hovertemplate": "%{y}, place %{x}: %{z:.5g}<extra></extra>",
        "hoverongaps": False,
        "xgap": 3,
        "ygap": 3,
    }
    layout = {
        "xaxis": {"visible": False},
        "yaxis": {"autorange": "reversed", "showgrid": False, "automargin": True, "ticklabelstandoff": 6},
    }
    return plain_figure([heat], layout, height=height, margin=(4, 4, 4, 4))

"""The errors of a challenge's entries, year by year, beside a person's."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from cnnviz.figures.plain import AXIS, plain_figure, tint
from cnnviz.figures.style import INK, KERNEL

_GREY = "#8793a1"
_NUMBER = 1.9  # percentage points that the number over a bar takes
_BESIDE = 0.42  # of a bar's place to either side of its middle, which that number takes on a phone


def error_timeline(
    names: Sequence[str],
    errors: Sequence[float],
    learnt: Sequence[bool],
    *,
    chosen: int,
    person: float,
    words: tuple[str, str],
    height: int = 400,
) -> go.Figure:
    """Return a bar for each entry, errors in percent, those of networks in colour and the `chosen` one set off.

    A line is drawn at a person's error; `words` are that of the axis and of the line.
    """
    colours = [KERNEL if each else _GREY for each in learnt]
    bars: dict[str, Any] = {
        "type": "bar",
        "x": list(names),
        "y": list(errors),
        "customdata": list(range(len(names))),
        "text": [f"{each:g}" for each in errors],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {
            "color": [colour if place == chosen else tint(colour, 0.55) for place, colour in enumerate(colours)]
        },
        "hovertemplate": "%{x}: %{y:g}%<extra></extra>",
        # What is picked is drawn by this screen, not faded by Plotly.
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }
    note = {
        "xref": "paper",
        "x": 1,
        "y": person,
        "text": words[1],
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "bottom",
        "yshift": 8,
        "font": {"color": INK, "size": 14},
    }
    layout = {
        "xaxis": {
            "type": "category",
            "range": [-0.6, len(names) - 0.4],
            "fixedrange": True,
            "automargin": True,
            "showgrid": False,
        },
        "yaxis": {**AXIS, "title": {"text": words[0]}, "ticksuffix": "%", "range": [0, 1.12 * max(errors)]},
        "shapes": _level(person, errors),
        "annotations": [note],
        "bargap": 0.25,
    }
    return plain_figure([bars], layout, height=height, margin=(8, 8, 8, 72))


def _level(person: float, errors: Sequence[float]) -> list[dict[str, Any]]:
    """Return a dashed line at a person's error, with gaps where the number over a bar stands."""
    gaps = [place for place, error in enumerate(errors) if person - _NUMBER < error < person]
    starts, ends = (
        [-0.6, *(place + _BESIDE for place in gaps)],
        [*(place - _BESIDE for place in gaps), len(errors) - 0.4],
    )
    line = {"color": INK, "width": 2, "dash": "dash"}
    return [
        {"type": "line", "x0": start, "x1": end, "y0": person, "y1": person, "line": line}
        for start, end in zip(starts, ends, strict=True)
    ]

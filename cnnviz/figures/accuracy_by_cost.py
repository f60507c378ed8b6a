"""Accuracy against computation, a disc for each network whose area is its parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from cnnviz.figures.plain import AXIS, LEGEND, plain_figure, tint
from cnnviz.figures.style import INK
from cnnviz.figures.sweep_curves import STYLES

_GREY = "#8793a1"
_LARGEST = 46  # pixels across


@dataclass(frozen=True)
class Disc:
    """A network: a number by which it is known, MACs, accuracy in percent, parameters, and what is said of it."""

    number: int
    macs: float
    accuracy: float
    parameters: int
    said: str


def accuracy_by_cost(
    groups: Mapping[str, Sequence[Disc]],
    others: Sequence[Disc],
    *,
    chosen: Disc | None,
    words: tuple[str, str],
    height: int = 440,
) -> go.Figure:
    """Return the discs of each group in a colour of its own and `others` in grey, the chosen one in a ring.

    `words` are those of the axes; MACs stand on a logarithmic scale.
    """
    every = [*others, *(disc for discs in groups.values() for disc in discs)]
    scale = 2 * max((disc.parameters for disc in every), default=1) / _LARGEST**2
    traces = [_discs(others, _GREY, 0.35, scale, "")] if others else []
    for (name, discs), (colour, _) in zip(groups.items(), STYLES, strict=False):
        traces.append(_discs(discs, colour, 0.55, scale, name))
    if chosen is not None:
        ring = {**_discs([chosen], INK, 0, scale, ""), "hoverinfo": "skip", "hovertemplate": None}
        traces.append(ring)
    layout = {
        "xaxis": {**AXIS, "title": {"text": words[0]}, "type": "log", "exponentformat": "SI", "dtick": 1},
        "yaxis": {**AXIS, "title": {"text": words[1]}, "ticksuffix": "%"},
        **(LEGEND if groups else {}),
    }
    return plain_figure(traces, layout, height=height, margin=(36 if groups else 12, 12, 46, 64))


def _discs(discs: Sequence[Disc], colour: str, opacity: float, scale: float, name: str) -> dict[str, Any]:
    ordered = sorted(discs, key=lambda disc: -disc.parameters)  # small ones on top, where they can be pointed at
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "showlegend": bool(name),
        "x": [disc.macs for disc in ordered],
        "y": [disc.accuracy for disc in ordered],
        "customdata": [disc.number for disc in ordered],
        "text": [disc.said for disc in ordered],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {
            "size": [disc.parameters for disc in ordered],
            "sizemode": "area",
            "sizeref": scale,
            "sizemin": 4,
            "color": tint(colour, opacity),
            "line": {"color": colour, "width": 1.5 if opacity else 3},
            "opacity": 1,
        },
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }

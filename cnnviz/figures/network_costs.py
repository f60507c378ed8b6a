"""Where a network's memory, parameters and computation sit, layer by layer, for one network or several side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from cnnviz.figures.plain import plain_figure
from cnnviz.figures.style import INK, INPUT, KERNEL, OUTPUT, RULE

MIB = 2**20
_MOST_NAMES = 20  # at 390 px each is then as wide as it is high
_LONGEST_NAME = 16
_GAP = 0.12  # between two panels, of the figure's height


@dataclass(frozen=True)
class Costs:
    """One network: a name and three numbers a layer. Memory is in bytes; `notes` stand over the three panels."""

    names: Sequence[str]
    memory: Sequence[int]
    parameters: Sequence[int]
    macs: Sequence[int]
    notes: tuple[str, str, str]
    title: str = ""


def where(networks: Sequence[Costs], *, height: int = 560) -> go.Figure:
    """Return bars of memory, parameters and MACs against depth, one panel each; networks stand side by side.

    The panels of a row share their scales, so that two networks can be compared bar by bar.
    """
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {}
    notes: list[dict[str, Any]] = []
    layers = max(len(network.names) for network in networks)
    for column, network in enumerate(networks):
        left, right = _part(column, len(networks), 0.07)
        values: tuple[tuple[list[float], str, str], ...] = (
            ([amount / MIB for amount in network.memory], OUTPUT, "%{y:,.3f} MiB"),
            (list(network.parameters), KERNEL, "%{y:,}"),
            (list(network.macs), INPUT, "%{y:,} MACs"),
        )
        for panel, (heights, colour, hover) in enumerate(values):
            axis = _name(3 * column + panel)
            bottom, top = _part(2 - panel, 3, _GAP)
            data.append(
                {
                    "type": "bar",
                    "x": list(range(len(heights))),
                    "y": heights,
                    "customdata": list(network.names),
                    "xaxis": f"x{axis}",
                    "yaxis": f"y{axis}",
                    "marker": {"color": colour, "line": {"width": 0}},
                    "hovertemplate": f"%{{customdata}}: {hover}<extra></extra>",
                }
            )
            layout[f"xaxis{axis}"] = {
                "anchor": f"y{axis}",
                "domain": [left, right],
                "range": [-0.6, layers - 0.4],
                "fixedrange": True,
                "showgrid": False,
                **(_names(network.names, _MOST_NAMES // len(networks)) if panel == 2 else {"showticklabels": False}),
            }
            layout[f"yaxis{axis}"] = {
                "anchor": f"x{axis}",
                "domain": [bottom, top],
                "range": [0, 1.08 * (_most(networks, panel) or 1)],
                "fixedrange": True,
                "gridcolor": RULE,
                "zeroline": True,
                "zerolinecolor": RULE,
                "nticks": 4,
                "tickformat": "" if panel == 0 else "~s",
                "ticksuffix": " MiB" if panel == 0 else "",
                "showticklabels": column == 0,
                "automargin": True,
            }
            notes.append(_note(left, top, network.notes[panel], colour))
        if network.title:
            notes.append({**_note(left, 1, f"<b>{network.title}</b>", INK), "yshift": 40})
    titled = any(network.title for network in networks)
    return plain_figure(
        data, {**layout, "annotations": notes, "bargap": 0.15}, height=height, margin=(64 if titled else 42, 4, 8, 8)
    )


def _most(networks: Sequence[Costs], panel: int) -> float:
    """Return the largest value of a panel over all networks."""
    lists = [(network.memory, network.parameters, network.macs)[panel] for network in networks]
    return max((value for values in lists for value in values), default=0) / (MIB if panel == 0 else 1)


def _part(place: int, count: int, gap: float) -> tuple[float, float]:
    """Return where the part at `place` of `count` equal ones begins and ends between 0 and 1."""
    size = (1 - gap * (count - 1)) / count
    return place * (size + gap), place * (size + gap) + size


def _name(number: int) -> str:
    return "" if number == 0 else str(number + 1)


def _names(names: Sequence[str], most: int) -> dict[str, Any]:
    """Return an axis with the layers' names, with every second, third, ... where there are more than `most`.

    Of a long name its end is shown: that is where names differ.
    """
    each = -(-len(names) // most) or 1
    shown = [name if len(name) <= _LONGEST_NAME else "…" + name[-_LONGEST_NAME:] for name in names[::each]]
    return {
        "tickmode": "array",
        "tickvals": list(range(0, len(names), each)),
        "ticktext": shown,
        "tickangle": -90,
        "tickfont": {"size": 12},
        "automargin": True,
    }


def _note(left: float, top: float, text: str, colour: str) -> dict[str, Any]:
    return {
        "xref": "paper",
        "yref": "paper",
        "x": left,
        "y": top,
        "text": text,
        "font": {"color": colour, "size": 14},
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
    }

"""How the receptive field grows with depth, and where it covers the image."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from cnnviz.figures.plain import plain_figure, tint
from cnnviz.figures.style import INK, INPUT, OUTPUT, RULE

# Over the largest field or the image there is room for two lines: what is said at the image, and at the top.
_TOP = 1.25


@dataclass(frozen=True)
class Growth:
    """One network: the receptive field of each layer in pixels, None where no number of pixels describes it.

    `side` is the image's, in pixels, and `line` what is written at it; `covers` is the place of the first layer whose
    field covers the image, `whole_from` that of the first whose units see all of it, whatever its size, and `whole`
    what is written there; None if there is none.
    """

    names: Sequence[str]
    sizes: Sequence[int | None]
    side: int
    line: str
    covers: int | None
    whole_from: int | None
    whole: str


def depth(networks: Sequence[Growth], *, height: int = 240) -> go.Figure:
    """Return the receptive field against depth; networks stand side by side, on one scale."""
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {}
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    most = max((size for network in networks for size in (*network.sizes, network.side) if size), default=1)
    end = max(len(network.sizes) for network in networks) - 0.4
    width = (1 - 0.07 * (len(networks) - 1)) / len(networks)
    for column, network in enumerate(networks):
        axis = "" if column == 0 else str(column + 1)
        left = column * (width + 0.07)
        data.append(_curve(network, axis))
        layout[f"xaxis{axis}"] = {
            "anchor": f"y{axis}",
            "domain": [left, left + width],
            "range": [-0.6, end],
            "fixedrange": True,
            "showgrid": False,
            "showticklabels": False,
            "zeroline": False,
        }
        layout[f"yaxis{axis}"] = {
            "anchor": f"x{axis}",
            "range": [0, _TOP * most],
            "fixedrange": True,
            "gridcolor": RULE,
            "zeroline": False,
            "nticks": 5,
            "ticksuffix": " px",
            "showticklabels": column == 0,
            "automargin": True,
        }
        shapes.append(_line(axis, (-0.6, end), (network.side, network.side), "dash"))
        notes.append(_note(axis, -0.5, network.side, network.line, INPUT, "left"))
        if network.covers is not None:
            shapes.append(_line(axis, (network.covers,) * 2, (0, _TOP * most), "dot"))
            # On the side of its line where there is more room: beside another network the other one begins soon.
            beside = "left" if network.covers < end / 2 else "right"
            notes.append(_note(axis, network.covers, 0, f" {network.names[network.covers]} ", INK, beside))
        if network.whole_from is not None:
            shapes.append(
                {
                    "type": "rect",
                    "xref": f"x{axis}",
                    "yref": f"y{axis}",
                    "x0": network.whole_from - 0.5,
                    "x1": len(network.sizes) - 0.4,
                    "y0": 0,
                    "y1": _TOP * most,
                    "fillcolor": tint(OUTPUT, 0.12),
                    "line": {"width": 0},
                    "layer": "below",
                }
            )
            notes.append(_note(axis, len(network.sizes) - 0.4, _TOP * most, network.whole, OUTPUT, "right", "top"))
    return plain_figure(data, {**layout, "shapes": shapes, "annotations": notes}, height=height)


def _curve(network: Growth, axis: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(len(network.sizes))),
        "y": list(network.sizes),
        "customdata": list(network.names),
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
        "line": {"color": OUTPUT, "width": 2, "shape": "hv"},
        "marker": {"color": OUTPUT, "size": 6},
        "hovertemplate": "%{customdata}: %{y:,} px<extra></extra>",
    }


def _line(axis: str, x: tuple[float, float], y: tuple[float, float], dash: str) -> dict[str, Any]:
    colour = INPUT if dash == "dash" else INK
    return {
        "type": "line",
        "xref": f"x{axis}",
        "yref": f"y{axis}",
        "x0": x[0],
        "x1": x[1],
        "y0": y[0],
        "y1": y[1],
        "line": {"color": colour, "width": 1.5, "dash": dash},
    }


def _note(axis: str, x: float, y: float, text: str, colour: str, side: str, foot: str = "bottom") -> dict[str, Any]:
    return {
        "xref": f"x{axis}",
        "yref": f"y{axis}",
        "x": x,
        "y": y,
        "text": text,
        "font": {"color": colour, "size": 14},
        "showarrow": False,
        "xanchor": side,
        "yanchor": foot,
    }

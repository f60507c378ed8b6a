"""What several ways to do one thing cost, a panel for each measure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from cnnviz.figures.plain import plain_figure, tint
from cnnviz.figures.style import RULE

_ROW, _HEAD = 26, 30  # pixels


@dataclass(frozen=True)
class Panel:
    """A measure: its title, its colour, a value for each way, and how each is written."""

    title: str
    colour: str
    values: Sequence[float]
    written: Sequence[str]


def cost_panels(names: Sequence[str], panels: Sequence[Panel]) -> go.Figure:
    """Return the panels one below the other, each with a bar for every name on a scale from 0, the first set off."""
    rows, one = list(range(len(names))), _HEAD + _ROW * len(names)
    height = one * len(panels) + 8
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "bargap": 0.2}
    for number, panel in enumerate(panels):
        axis = "" if number == 0 else str(number + 1)
        bottom, top = 1 - (number + 1) / len(panels), 1 - number / len(panels)
        head = top - _HEAD / one / len(panels)
        layout["annotations"].append(_title(panel, head))
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": list(panel.values),
                "y": rows,
                "xaxis": f"x{axis}",
                "yaxis": f"y{axis}",
                "text": list(panel.written),
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": [panel.colour, *[tint(panel.colour, 0.5)] * (len(names) - 1)]},
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
        layout[f"xaxis{axis}"] = {
            "anchor": f"y{axis}",
            "range": [0, 1.3 * (max(panel.values) or 1)],
            "visible": False,
            "fixedrange": True,
        }
        layout[f"yaxis{axis}"] = {
            "anchor": f"x{axis}",
            "domain": [bottom, head],
            "autorange": "reversed",
            "tickvals": rows,
            "ticktext": list(names),
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "automargin": True,
            "linecolor": RULE,
            "showline": True,
        }
    return plain_figure(data, layout, height=height, margin=(0, 8, 8, 8))


def _title(panel: Panel, above: float) -> dict[str, Any]:
    return {
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": above,
        "text": panel.title,
        "font": {"color": panel.colour, "size": 14},
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
    }

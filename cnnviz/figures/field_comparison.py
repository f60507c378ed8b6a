"""How the receptive fields of several networks grow with depth, in one chart."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from cnnviz.arithmetic.field_growth import Course
from cnnviz.figures.plain import plain_figure
from cnnviz.figures.style import INK, RULE

# Four colours that stay apart for colour-blind eyes (Okabe and Ito 2008), and four dashes for those who see none.
_LINES = (("#0072b2", "solid"), ("#b34700", "dash"), ("#00785a", "dot"), ("#9b3f7a", "dashdot"))
MOST = len(_LINES)


def depths(
    networks: Sequence[Course], *, across: str, image: str, whole: str, logarithmic: bool = False, height: int = 380
) -> go.Figure:
    """Return field size against depth, one line a network, a star where a unit sees all.

    `across` names the horizontal axis, `image` the line at an image's {side}, `whole` the star, with the {layer}.
    """
    data: list[dict[str, Any]] = []
    for network, (colour, dash) in zip(networks, _LINES, strict=False):
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": network.title,
                "legendgroup": network.title,
                "x": list(network.depths),
                "y": list(network.sizes),
                "customdata": list(network.names),
                "line": {"color": colour, "dash": dash, "width": 2, "shape": "hv"},
                "marker": {"color": colour, "size": 5},
                "hovertemplate": "%{customdata}: %{y:,} px<extra>%{fullData.name}</extra>",
            }
        )
        if network.whole is not None:
            depth, layer = network.whole
            data.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "legendgroup": network.title,
                    "showlegend": False,
                    "x": [depth],
                    "y": [max(network.sizes[-1], *network.image)],
                    "marker": {"color": colour, "size": 14, "symbol": "star"},
                    "hovertemplate": f"{whole.format(layer=layer)}<extra>{network.title}</extra>",
                }
            )
    sides = sorted({max(network.image) for network in networks})
    lines = [
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": side,
            "y1": side,
            "line": {"color": INK, "width": 1.5, "dash": "dash"},
            "layer": "below",
        }
        for side in sides
    ]
    # A trace, unlike an annotation, finds its place on a logarithmic axis by its value.
    data.append(
        {
            "type": "scatter",
            "mode": "text",
            "showlegend": False,
            "hoverinfo": "skip",
            "x": [0] * len(sides),
            "y": sides,
            "text": [image.format(side=side) for side in sides],
            "textposition": "top right",
            "textfont": {"color": INK},
        }
    )
    scale = {"type": "log", "dtick": 1} if logarithmic else {"rangemode": "tozero"}
    layout = {
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "xaxis": {"title": {"text": across}, "rangemode": "tozero", "gridcolor": RULE, "fixedrange": True},
        "yaxis": {"ticksuffix": " px", "gridcolor": RULE, "fixedrange": True, "automargin": True, **scale},
    }
    return plain_figure(data, {**layout, "shapes": lines}, height=height, margin=(40, 8, 48, 8))

"""How a network's layers change while a picture moves."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz import colours
from cnnviz.figures.plain import plain_figure
from cnnviz.figures.style import INK

_TICKS = 16


def layers_heat(
    amounts: Sequence[float],
    values: np.ndarray,
    names: Sequence[str],
    *,
    at: float,
    chosen: int,
    x: str,
    y: str,
    height: int = 420,
) -> go.Figure:
    """Return a heatmap of (L, N): a row a layer, the first on top; the amount `at` and the row `chosen` are marked."""
    count = len(names)
    heat = {
        "type": "heatmap",
        "x": list(amounts),
        "y": list(range(count)),
        "z": np.where(np.isfinite(values), values, np.nan),
        "customdata": np.broadcast_to(np.array(names, object)[:, None], values.shape),
        "colorscale": colours.colorscale(colours.POSITIVE),
        "zmin": 0,
        "colorbar": {"title": {"text": y, "side": "right"}, "thickness": 12, "outlinewidth": 0, "tickformat": ".2~g"},
        "hovertemplate": "%{customdata}<br>%{x:~g}: %{z:.3g}<extra></extra>",
        "hoverongaps": False,
    }
    step = max(1, -(-count // _TICKS))
    # The chosen row has its name, whichever others have room.
    ticks = sorted({chosen, *(tick for tick in range(0, count, step) if abs(tick - chosen) >= step)})
    row = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": chosen - 0.5, "y1": chosen + 0.5}
    frame = {"color": "#ffd400", "width": 3 if count < 40 else 1.5}
    layout = {
        "xaxis": {"title": {"text": x}, "fixedrange": True, "showgrid": False},
        "yaxis": {
            "autorange": "reversed",
            "tickvals": ticks,
            "ticktext": [_short(names[tick]) for tick in ticks],
            "automargin": True,
            "fixedrange": True,
            "showgrid": False,
        },
        "shapes": [_mark(at, "#ffffff", 5), _mark(at, INK, 2), {**row, "line": frame}],
    }
    return plain_figure([heat], layout, height=height, margin=(8, 8, 48, 8))


def _mark(at: float, colour: str, width: int) -> dict[str, Any]:
    line = {"color": colour, "width": width}
    return {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _short(name: str) -> str:
    return name if len(name) <= 18 else "…" + name[-17:]

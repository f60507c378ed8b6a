"""Curves of several runs each: their mean as a line, and a band from the lowest to the highest."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnviz.figures.plain import AXIS, LEGEND, plain_figure, tint, upright
from cnnviz.figures.sweep_curves import FAINT, SCALES, STYLES

_THIN = {"color": FAINT, "width": 1}


def banded(
    amounts: Sequence[float],
    runs: Mapping[str, NDArray[np.floating]],
    *,
    x: str,
    y: str,
    logarithmic: bool = False,
    scale: str = "number",
    at: float | None = None,
    faint: Sequence[NDArray[np.floating]] = (),
    height: int = 300,
) -> go.Figure:
    """Return, by name, the mean of R runs (R, N) over N amounts in a band of their extremes.

    A run that is no number any more is left out from there on; with the last of them the line ends. The amounts are on
    a logarithm where they are `logarithmic`, and the amount `at` is marked; `scale` is one of
    cnnviz.figures.sweep_curves.SCALES. Means of the runs in `faint` are thin lines behind.
    """
    form = ".3~g" if scale in ("number", "signed") else ".1%"
    thin = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False, "line": _THIN}
    traces: list[dict[str, Any]] = [{**thin, "x": list(amounts), "y": each.mean(axis=0)} for each in faint]
    for (name, values), (colour, dash) in zip(runs.items(), STYLES, strict=False):
        kept = np.isfinite(values).any(axis=0)
        steps, shown = np.asarray(amounts)[kept], values[:, kept]
        shared = {"type": "scatter", "x": steps, "hoverinfo": "skip", "showlegend": False, "mode": "lines"}
        edge = {"color": colour, "width": 0}
        traces.append({**shared, "y": np.nanmax(shown, axis=0), "line": edge})
        traces.append(
            {**shared, "y": np.nanmin(shown, axis=0), "line": edge, "fill": "tonexty", "fillcolor": tint(colour, 0.2)}
        )
        traces.append({
            **shared,
            "mode": "lines+markers" if len(amounts) <= 30 else "lines",
            "y": np.nanmean(shown, axis=0),
            "name": name,
            "line": {"color": colour, "width": 3, "dash": dash},
            "marker": {"size": 6},
            "showlegend": True,
            "hoverinfo": None,
            "hovertemplate": f"%{{x:~g}}: %{{y:{form}}}<extra>%{{fullData.name}}</extra>",
        })  # fmt: skip
    kind = {"type": "log", "tickmode": "array", "tickvals": list(amounts), "ticktext": [f"{a:g}" for a in amounts]}
    layout = {
        "xaxis": {**AXIS, "title": {"text": x}, **(kind if logarithmic else {})},
        "yaxis": {**AXIS, "title": {"text": y}, **SCALES[scale]},
        "shapes": [] if at is None else [upright(at)],
        "showlegend": True,
        "legend": {**LEGEND["legend"], "traceorder": "normal"},
    }
    return plain_figure(traces, layout, height=height, margin=(36, 12, 46, 60))

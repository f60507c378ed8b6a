"""Curves over an amount that is swept: shares, errors, changes, with the present amount and a stretch marked."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.plain import AXIS, LEGEND, plain_figure, tint, upright
from cnnviz.figures.style import INPUT, KERNEL, OUTPUT

FAINT = "#c3cad4"
# Colours that stay apart for colour-blind eyes, and dashes for those who see none.
STYLES = (
    (INPUT, "solid"),
    (KERNEL, "dash"),
    (OUTPUT, "dot"),
    ("#9b3f7a", "dashdot"),
    ("#4d4d4d", "longdash"),
    ("#7a5c00", "longdashdot"),
    ("#5b7f2b", "solid"),
    ("#b0413e", "dash"),
)
MOST = len(STYLES)
# The vertical axis by what the values are; a 0 has no place on a logarithm and is left out.
SCALES: dict[str, dict[str, Any]] = {
    "number": {"rangemode": "tozero"},
    "signed": {},
    "share": {"tickformat": ".0%", "rangemode": "tozero"},
    "part": {"tickformat": ".0%"},
    "whole": {"tickformat": ".0%", "range": [-0.03, 1.05]},
    "power": {"type": "log", "exponentformat": "power"},
    "log": {"tickformat": ".1~%", "type": "log", "dtick": "D2"},
}


def _powers(lines: Iterable[Sequence[float] | np.ndarray]) -> dict[str, Any]:
    """Return ticks at whole powers of ten, at most some eight of them, where the values span several."""
    values = np.concatenate([np.asarray(each, float) for each in lines])
    exponents = np.log10(values[np.isfinite(values) & (values > 0)])
    span = float(np.ptp(exponents)) if exponents.size else 0.0
    return {"dtick": int(np.ceil(span / 8))} if span > 2 else {}


def sweep(
    amounts: Sequence[float],
    lines: Mapping[str, Sequence[float] | np.ndarray],
    *,
    x: str,
    y: str,
    scale: str = "number",
    at: float | None = None,
    band: tuple[float, float] | None = None,
    faint: np.ndarray | None = None,
    axis: Mapping[str, Any] | None = None,
    height: int = 300,
) -> go.Figure:
    """Return a line a name, at most MOST, over N amounts; the amount `at` is marked, those within `band` are tinted.

    `scale`, one of SCALES, says what the values are: numbers from 0 up, signed numbers, shares, shares of which 100 %
    is the most, a part of such shares that need not begin at 0, or numbers or small shares on a logarithm. `faint`
    (N, K) are K thin lines behind. `axis` has more properties of the vertical axis.
    """
    form = ".3~g" if scale in ("number", "signed", "power") else ".2%"
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": list(amounts),
            "y": each,
            "line": {"color": FAINT, "width": 1},
            "hoverinfo": "skip",
            "showlegend": False,
        }
        for each in ([] if faint is None else faint.T)
    ]
    for (name, given), (colour, dash) in zip(lines.items(), STYLES, strict=False):
        values = np.asarray(given, float)
        shown = np.isfinite(values) & ((values > 0) | (scale not in ("power", "log")))
        traces.append({
            "type": "scatter",
            "mode": "lines+markers" if len(amounts) <= 30 else "lines",
            "x": list(amounts),
            "y": np.where(shown, values, np.nan),
            "name": name,
            "line": {"color": colour, "width": 3, "dash": dash},
            "marker": {"size": 5},
            "hovertemplate": f"%{{x:~g}}: %{{y:{form}}}<extra>%{{fullData.name}}</extra>",
        })  # fmt: skip
    shapes: list[dict[str, Any]] = []
    if band is not None:
        ends = {"type": "rect", "x1": band[1], "fillcolor": tint(OUTPUT, 0.1)}
        shapes.append({**upright(band[0], {"width": 0}), **ends})
    edge = 0.02 * (max(amounts) - min(amounts))
    if at is not None and min(amounts) <= at <= max(amounts):
        shapes.append(upright(at))
    ticks = _powers(lines.values()) if scale == "power" else {}
    layout = {
        "xaxis": {**AXIS, "title": {"text": x}, "range": [min(amounts) - edge, max(amounts) + edge]},
        "yaxis": {**AXIS, "title": {"text": y}, **SCALES[scale], **ticks, **(axis or {})},
        "shapes": shapes,
        **LEGEND,
    }
    return plain_figure(traces, layout, height=height, margin=(60, 12, 46, 64))

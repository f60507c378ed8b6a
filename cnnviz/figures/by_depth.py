"""What deep stacks measure layer by layer, on a logarithm, and losses step by step: a line for each of several."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.sweep_curves import sweep


def by_depth(
    lines: Mapping[str, Sequence[float] | np.ndarray],
    *,
    x: str,
    y: str,
    first: int = 0,
    logarithm: bool = True,
    most: float = np.inf,
    height: int = 300,
) -> go.Figure:
    """Return lines of one length over whole numbers from `first`, as cnnviz.figures.sweep_curves draws them.

    The axis of a logarithm ends at `most`.
    """
    count = max(map(len, lines.values()))
    axis = _logarithm(lines, most) if logarithm else {}
    scale = "power" if logarithm else "number"
    return sweep(range(first, first + count), lines, x=x, y=y, scale=scale, axis=axis, height=height)


def _logarithm(lines: Mapping[str, Sequence[float] | np.ndarray], most: float) -> dict[str, Any]:
    """Return the axis: numbers in full over a few powers of ten, else the powers."""
    every = np.concatenate([np.asarray(each, float) for each in lines.values()])
    every = np.minimum(every[np.isfinite(every) & (every > 0)], most)
    low, high = (np.log10(every.min()), np.log10(every.max())) if every.size else (-1.0, 0.0)
    room = 0.05 * (high - low) + 0.02
    axis = {"range": [float(low - room), float(high + room)]}
    if high - low < 3.5:
        return {**axis, "dtick": "D2" if high - low < 2 else 1, "tickformat": "~g"}
    return {**axis, "dtick": int(np.ceil((high - low) / 6)), "tickfont": {"size": 12}}

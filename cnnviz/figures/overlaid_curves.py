"""Curves that should fall together: the first drawn broad, the ones after it dashed on top."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.plain import LEGEND, plain_figure
from cnnviz.figures.style import INPUT, KERNEL, RULE


def curves(values: np.ndarray, names: Sequence[str], *, x: str, y: str, height: int = 260) -> go.Figure:
    """Return two curves, (2, N), over 1 to N on a logarithmic scale; zeros are left out."""
    steps = np.arange(1, values.shape[1] + 1)
    styles = {"color": INPUT, "width": 7}, {"color": KERNEL, "width": 3, "dash": "dot"}
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": steps,
            "y": np.where(row > 0, row, np.nan),
            "name": name,
            "line": style,
            "hovertemplate": f"{name}: %{{y:.3g}}<extra></extra>",
        }
        for row, name, style in zip(values, names, styles, strict=True)
    ]
    axis = {"gridcolor": RULE, "zeroline": False}
    layout = {
        "xaxis": {**axis, "title": {"text": x}},
        "yaxis": {**axis, "title": {"text": y}, "type": "log", "exponentformat": "power", "dtick": 2},
        **LEGEND,
    }
    return plain_figure(traces, layout, height=height, margin=(36, 8, 44, 64))

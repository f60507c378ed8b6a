"""How the values of a layer are distributed."""

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.cell_numbers import cell_numbers
from cnnviz.figures.plain import plain_figure
from cnnviz.figures.style import OUTPUT, RULE


def histogram(values: np.ndarray, *, x: str = "activation", y: str = "values", bins: int = 60) -> go.Figure:
    """Return the distribution of every value of a layer, any shape; the counts are on a logarithmic scale."""
    finite = values[np.isfinite(values)].ravel()
    counts, edges = np.histogram(finite, bins=bins)
    bars = {
        "type": "bar",
        "x": (edges[:-1] + edges[1:]) / 2,
        "y": counts,
        "width": np.diff(edges),
        "marker": {"color": OUTPUT, "line": {"width": 0}},
        "customdata": cell_numbers(np.stack([edges[:-1], edges[1:]], axis=1), ".3g").tolist(),
        "hovertemplate": "%{customdata[0]} to %{customdata[1]}: %{y:,} values<extra></extra>",
    }
    layout = {
        "xaxis": {"title": {"text": x}, "showgrid": False, "zerolinecolor": RULE, "automargin": True},
        "yaxis": {
            "title": {"text": y},
            "type": "log",
            "gridcolor": RULE,
            "dtick": 1,
            "exponentformat": "power",
            "automargin": True,
        },
    }
    return plain_figure([bars], layout, height=260)

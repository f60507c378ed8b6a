"""What a classifier answered."""

import textwrap
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.plain import plain_figure
from cnnviz.figures.style import OUTPUT, PALE_OUTPUT


def top_classes(probabilities: np.ndarray, classes: Sequence[str], *, count: int = 5) -> go.Figure:
    """Return a bar chart of the `count` most probable classes; `probabilities` is (K,) and sums to 1."""
    order = np.argsort(probabilities)[::-1][:count]
    names = [classes[i] for i in order]
    values = probabilities[order]
    bars = {
        "type": "bar",
        "x": values,
        # The rank keeps two classes of the same name apart (ImageNet has two cranes and two maillots).
        "y": list(range(len(order))),
        "customdata": names,
        "orientation": "h",
        "marker": {"color": [OUTPUT] + [PALE_OUTPUT] * (len(order) - 1)},
        "text": [f"{value:.1%}" for value in values],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{customdata}: %{x:.2%}<extra></extra>",
    }
    labels = ["<br>".join(textwrap.wrap(name, 22, max_lines=2, placeholder=" …")) for name in names]
    layout = {
        # Every bar says its number, so the axis need not.
        "xaxis": {"range": [0, max(1.2 * float(values[0]), 0.05)], "visible": False},
        "yaxis": {
            "tickmode": "array",
            "tickvals": list(range(len(order))),
            "ticktext": labels,
            "autorange": "reversed",
            "automargin": True,
            "showgrid": False,
            "zeroline": False,
        },
    }
    return plain_figure([bars], layout, height=20 + 42 * len(order))

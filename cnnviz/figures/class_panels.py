"""What several classifiers answer to one picture: a panel for each, with the classes in the same rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.plain import plain_figure
from cnnviz.figures.style import OUTPUT, PALE_OUTPUT, RULE

_LEAST = 0.005  # a probability below it is written at no bar: it would be 0%


def class_panels(
    titles: Sequence[str], probabilities: Sequence[np.ndarray], classes: Sequence[str], *, height: int = 360
) -> go.Figure:
    """Return panels side by side, a bar for every class in each; every one of `probabilities` is (K,) and sums to 1.

    A panel's most probable class is set off.
    """
    rows, count = list(range(len(classes))), len(titles)
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "bargap": 0.25}
    for number, (title, each) in enumerate(zip(titles, probabilities, strict=True)):
        axis = "" if number == 0 else str(number + 1)
        best = int(each.argmax())
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": each.tolist(),
                "y": rows,
                "xaxis": f"x{axis}",
                "customdata": list(classes),
                "text": [f"{share:.0%}" if share >= _LEAST else "" for share in each],
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": [OUTPUT if row == best else PALE_OUTPUT for row in rows]},
                "hovertemplate": "%{customdata}: %{x:.2%}<extra></extra>",
            }
        )
        left = number / count
        layout[f"xaxis{axis}"] = {
            "domain": [left, left + 0.94 / count],
            # Room for a number behind the longest bar, on a phone too.
            "range": [0, 1.6],
            "tickvals": [0],
            "ticktext": [""],
            "showgrid": False,
            "zeroline": True,
            "zerolinecolor": RULE,
            "fixedrange": True,
        }
        layout["annotations"].append(
            {
                "xref": "paper", "yref": "paper", "x": left, "y": 1, "text": title, "showarrow": False,
                "xanchor": "left", "yanchor": "bottom",
            }
        )  # fmt: skip
    layout["yaxis"] = {
        "autorange": "reversed",
        "tickvals": rows,
        "ticktext": list(classes),
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
    }
    return plain_figure(data, layout, height=height, margin=(28, 8, 8, 8))

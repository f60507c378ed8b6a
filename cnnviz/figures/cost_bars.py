"""What several ways to the same output cost."""

from collections.abc import Sequence
from math import log10

import plotly.graph_objects as go

from cnnviz.figures.plain import plain_figure, tint
from cnnviz.figures.style import RULE


def costs(names: Sequence[str], counts: Sequence[int], *, title: str, colour: str) -> go.Figure:
    """Return a bar for each name on a logarithmic scale, the first set off; counts must be positive."""
    rows = list(range(len(names)))
    bars = {
        "type": "bar",
        "orientation": "h",
        # Counts may be larger than what 64 bits hold; the text beside a bar has all digits.
        "x": [float(count) for count in counts],
        "y": rows,
        "marker": {"color": [colour] + [tint(colour, 0.5)] * (len(counts) - 1)},
        "text": [f"{count:,}" for count in counts],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{text}<extra></extra>",
    }
    low, high = log10(min(counts)), log10(max(counts))
    room = max(high - low, 1)
    scale = {
        "type": "log",
        # Room at the right for the numbers beside the bars.
        "range": [low - 0.25 * room, high + 0.6 * room],
        "showticklabels": False,
        "gridcolor": RULE,
        "dtick": 1,
        "fixedrange": True,
        "side": "top",
        "title": {"text": title, "font": {"color": colour}},
    }
    named = {
        "autorange": "reversed",
        "fixedrange": True,
        "zeroline": False,
        "showgrid": False,
        "tickmode": "array",
        "tickvals": rows,
        "ticktext": list(names),
        "automargin": True,
    }
    return plain_figure([bars], {"xaxis": scale, "yaxis": named}, height=50 + 40 * len(names), margin=(36, 8, 8, 8))

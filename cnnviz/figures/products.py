"""How a convolution's sum comes about: patch, filter and product for each input channel, one column a channel."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.cell_numbers import cell_numbers
from cnnviz.figures.maps import scale_of
from cnnviz.figures.plain import plain_figure
from cnnviz.figures.style import INPUT, KERNEL, OUTPUT

_TEXT_SIDE = 5
_BETWEEN = 0.1  # of a row's height stays free above the next


def products(
    patches: Sequence[np.ndarray],
    weights: Sequence[np.ndarray],
    names: Sequence[str],
    *,
    row_titles: tuple[str, str, str],
    columns: int = 5,
) -> go.Figure:
    """Return three rows of tiles for each line of `columns` channels: input patch, filter, product, each (kh, kw).

    Tiles of one row share one colour scale, so that the eye may compare them; small tiles have their numbers in them.
    """
    columns = min(columns, len(patches))
    lines = -(-len(patches) // columns)
    high, wide = patches[0].shape
    written = max(high, wide) <= _TEXT_SIDE and columns <= 5
    terms = [np.asarray(p, np.float64) * np.asarray(w, np.float64) for p, w in zip(patches, weights, strict=True)]
    stacks = [np.stack([np.asarray(t, np.float64) for t in s]) for s in (patches, weights, terms)]
    scales = [scale_of(stack) for stack in stacks]
    places = np.array([[f", row {row}, column {column}" for column in range(wide)] for row in range(high)], object)
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": []}
    slot_height = 1 / (3 * lines)
    for line in range(lines):
        chosen = range(line * columns, min((line + 1) * columns, len(patches)))
        for kind, (stack, scale, colour) in enumerate(zip(stacks, scales, (INPUT, KERNEL, OUTPUT), strict=True)):
            strip = np.full((high, columns * (wide + 1) - 1), np.nan)
            where = np.full(strip.shape, "", dtype=object)
            for slot, index in enumerate(chosen):
                left = slot * (wide + 1)
                strip[:, left : left + wide] = stack[index]
                where[:, left : left + wide] = names[index] + places
            number = 3 * line + kind
            axis = "" if number == 0 else str(number + 1)
            traces.append(
                {
                    "type": "heatmap",
                    "z": strip,
                    **scale,
                    "customdata": where + ": " + cell_numbers(strip, ".5g"),
                    "hovertemplate": "%{customdata}<extra></extra>",
                    "hoverongaps": False,
                    "showscale": False,
                    "text": cell_numbers(strip, ".2f") if written else None,
                    "texttemplate": "%{text}" if written else None,
                    "xgap": 1,
                    "ygap": 1,
                    "xaxis": f"x{axis}",
                    "yaxis": f"y{axis}",
                }
            )
            bare = {"showticklabels": False, "showgrid": False, "zeroline": False, "ticks": ""}
            bottom = 1 - (number + 1) * slot_height
            layout[f"xaxis{axis}"] = {**bare, "anchor": f"y{axis}", "domain": [0, 1]}
            layout[f"yaxis{axis}"] = {
                **bare,
                "anchor": f"x{axis}",
                "domain": [bottom + _BETWEEN * slot_height, bottom + slot_height],
                "autorange": "reversed",
                "title": {"text": row_titles[kind], "font": {"color": colour}, "standoff": 4},
                "automargin": True,
            }
            if kind == 0:
                layout["annotations"] += [
                    {
                        "x": slot * (wide + 1) + (wide - 1) / 2,
                        "y": -0.7,
                        "xref": f"x{axis}",
                        "yref": f"y{axis}",
                        "yanchor": "bottom",
                        "text": names[index],
                        "showarrow": False,
                    }
                    for slot, index in enumerate(chosen)
                ]
    return plain_figure(traces, layout, height=lines * 3 * 110 + 30, margin=(26, 8, 8, 8))

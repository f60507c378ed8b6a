"""How a convolution's sum comes about: patch, filter and product for each input channel, one column a channel."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from cnnviz.figures.maps import scale_of
from cnnviz.figures.style import INPUT, KERNEL, OUTPUT, finish

_TEXT_SIDE = 5


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
    terms = [np.asarray(p, np.float64) * np.asarray(w, np.float64) for p, w in zip(patches, weights, strict=True)]
    stacks = [np.stack([np.asarray(t, np.float64) for t in s]) for s in (patches, weights, terms)]
    figure = make_subplots(rows=3 * lines, cols=1, vertical_spacing=0.1 / lines / 3, shared_xaxes=False)
    for line in range(lines):
        chosen = range(line * columns, min((line + 1) * columns, len(patches)))
        for kind, (stack, colour) in enumerate(zip(stacks, (INPUT, KERNEL, OUTPUT), strict=True)):
            strip = np.full((high, columns * (wide + 1) - 1), np.nan)
            where = np.full(strip.shape, "", dtype=object)
            for slot, index in enumerate(chosen):
                left = slot * (wide + 1)
                strip[:, left : left + wide] = stack[index]
                for row in range(high):
                    for column in range(wide):
                        where[row, left + column] = f"{names[index]}, row {row}, column {column}"
            text = max(high, wide) <= _TEXT_SIDE and columns <= 5
            figure.add_trace(
                go.Heatmap(
                    z=strip,
                    **scale_of(stack),
                    customdata=where,
                    hovertemplate="%{customdata}: %{z:.5g}<extra></extra>",
                    hoverongaps=False,
                    showscale=False,
                    texttemplate="%{z:.2f}" if text else None,
                    xgap=1,
                    ygap=1,
                ),
                row=3 * line + kind + 1,
                col=1,
            )
            axis = {"showticklabels": False, "showgrid": False, "zeroline": False, "ticks": ""}
            figure.update_yaxes(
                **axis,
                autorange="reversed",
                title={"text": row_titles[kind], "font": {"color": colour}, "standoff": 4},
                automargin=True,
                row=3 * line + kind + 1,
                col=1,
            )
            figure.update_xaxes(**axis, row=3 * line + kind + 1, col=1)
            if kind == 0:
                for slot, index in enumerate(chosen):
                    figure.add_annotation(
                        x=slot * (wide + 1) + (wide - 1) / 2,
                        y=-0.7,
                        yanchor="bottom",
                        text=names[index],
                        showarrow=False,
                        row=3 * line + 1,
                        col=1,
                    )
    return finish(figure, height=lines * 3 * 110 + 30, top=26)

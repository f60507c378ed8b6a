"""An effective receptive field as a heatmap over the theoretical one."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz import colours
from cnnviz.figures.plain import PICTURE, plain_figure
from cnnviz.figures.style import INPUT, KERNEL


def effective_field(
    energy: np.ndarray, box: tuple[int, int, int, int] | None, *, radius: float, height: int = 360
) -> go.Figure:
    """Return the root of `energy` (H, W), which is as strong as the gradient, from 0 to 1 of its greatest.

    `box` (top, left, bottom, right), half-open, is the theoretical field, outlined; None is all. The dashed circle of
    `radius` pixels around its centre holds 90 % of the energy. What is drawn is the box with a little around it.
    """
    high, wide = energy.shape
    top, left, bottom, right = box or (0, 0, high, wide)
    strength = np.sqrt(energy)
    most = float(strength.max())
    heat = {
        "type": "heatmap",
        "z": strength / most if most > 0 else strength,
        "zmin": 0,
        "zmax": 1,
        "colorscale": colours.colorscale(colours.POSITIVE),
        "showscale": False,
        "hovertemplate": "row %{y}, column %{x}: %{z:.3f}<extra></extra>",
    }
    across, down = (left + right - 1) / 2, (top + bottom - 1) / 2
    shapes: list[dict[str, Any]] = [
        {
            "type": "rect",
            "x0": left - 0.5,
            "x1": right - 0.5,
            "y0": top - 0.5,
            "y1": bottom - 0.5,
            "line": {"color": INPUT, "width": 3},
        },
    ]
    if most > 0:
        reach = radius + 0.5
        circle = {"type": "circle", "x0": across - reach, "x1": across + reach, "y0": down - reach, "y1": down + reach}
        # White under the dashes, so that they show on the dark and on the bright end of the colours.
        shapes.append({**circle, "line": {"color": "#ffffff", "width": 4}})
        shapes.append({**circle, "line": {"color": KERNEL, "width": 2.5, "dash": "dash"}})
    margin = 0.06 * max(bottom - top, right - left) + 1
    x = [min(left, wide) - margin, max(right, 0) + margin]
    y = [max(bottom, 0) + margin, min(top, high) - margin]
    layout = {
        "xaxis": {**PICTURE["xaxis"], "range": x},
        "yaxis": {**PICTURE["yaxis"], "range": y, "autorange": False},
        "shapes": shapes,
        # Beyond the image there is only padding, which is grey on every screen.
        "plot_bgcolor": "#9a9a9a",
    }
    return plain_figure([heat], layout, height=height)

"""How windows cover an input: its padding, the first windows, the last one, and what none of them reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from cnnviz.figures.plain import plain_figure, tint
from cnnviz.figures.style import INK, INPUT, KERNEL, RULE

_CELLS = 48  # longer axes are drawn without lines between their cells
_BANDS = 12  # more bands that are never read are dark instead of hatched
_TAPS = 121  # a window of more taps is drawn as its outline alone


@dataclass(frozen=True)
class Axis:
    """One axis of the input, in rows: the window that slides along it, how often, and the runs that it never reads."""

    size: int
    kernel_size: int
    stride: int
    dilation: int
    before: int
    after: int
    windows: int
    never: Sequence[range] = ()

    @property
    def extent(self) -> int:
        """From the first row of a window to its last."""
        return self.dilation * (self.kernel_size - 1) + 1

    def start(self, window: int) -> int:
        """Return the input row at which a window begins."""
        return window * self.stride - self.before

    @property
    def span(self) -> tuple[int, int]:
        """The first row of padding and the row after all padding and windows."""
        return -max(self.before, 0), max(self.size + max(self.after, 0), self.start(self.windows - 1) + self.extent)


ONE_ROW = Axis(1, 1, 1, 1, 0, 0, 1)


def reading(rows: Axis, columns: Axis, *, height: int = 340) -> go.Figure:
    """Return the input as a grid: padding grey, what is never read hatched or dark, windows 0, 1 and the last outlined.

    Hatched rows and columns cross, as a pixel is left out when its row or its column is.
    """
    (top, bottom), (left, right) = rows.span, columns.span
    shapes = [
        _rect(left, top, right, bottom, fillcolor="#eceff3", line={"color": RULE, "width": 1}),
        _rect(0, 0, columns.size, rows.size, fillcolor="#ffffff", line={"width": 0}),
        _rect(0, 0, columns.size, rows.size, fillcolor=tint(INPUT, 0.12), line={"color": INPUT, "width": 2}),
    ]
    shapes += _lines(rows, columns)
    shapes += _window(rows, columns, rows.windows - 1, columns.windows - 1, dash="dot", opacity=0.12)
    if columns.windows > 1:
        shapes += _window(rows, columns, 0, 1, dash="dash", opacity=0)
    shapes += _window(rows, columns, 0, 0, dash="solid", opacity=0.5)
    wide, tall = right - left, bottom - top
    return plain_figure(
        [_hatched(rows, columns)],
        {
            "shapes": shapes,
            "xaxis": {
                "visible": False,
                "range": [left - 0.01 * wide, right + 0.01 * wide],
                "constrain": "domain",
                "fixedrange": True,
            },
            "yaxis": {
                "visible": False,
                "range": [bottom + 0.01 * tall, top - 0.01 * tall],
                "constrain": "domain",
                "scaleanchor": "x",
                "fixedrange": True,
            },
        },
        height=height if rows.size > 1 else 120,
    )


def _rect(x0: float, y0: float, x1: float, y1: float, **look: Any) -> dict[str, Any]:
    return {"type": "rect", "x0": x0, "y0": y0, "x1": x1, "y1": y1, "layer": "below", **look}


def _lines(rows: Axis, columns: Axis) -> list[dict[str, Any]]:
    (top, bottom), (left, right) = rows.span, columns.span
    if max(bottom - top, right - left) > _CELLS:
        return []
    path = "".join(f"M{x},{top}V{bottom}" for x in range(left + 1, right))
    path += "".join(f"M{left},{y}H{right}" for y in range(top + 1, bottom))
    return [{"type": "path", "path": path, "layer": "below", "line": {"color": tint(INK, 0.12), "width": 1}}]


def _window(rows: Axis, columns: Axis, row: int, column: int, *, dash: str, opacity: float) -> list[dict[str, Any]]:
    """Return a window's outline and its taps, which dilation sets apart."""
    top, left = rows.start(row), columns.start(column)
    line = {"color": KERNEL, "width": 2, "dash": dash}
    outline = _rect(left, top, left + columns.extent, top + rows.extent, line=line, fillcolor="rgba(0,0,0,0)")
    fill = {"fillcolor": tint(KERNEL, opacity), "line": {"width": 0}}
    apart = max(rows.dilation, columns.dilation) > 1 and rows.kernel_size * columns.kernel_size <= _TAPS
    if not apart:
        return [{**outline, "fillcolor": fill["fillcolor"]}]
    taps = [
        (left + columns.dilation * across, top + rows.dilation * down)
        for down in range(rows.kernel_size)
        for across in range(columns.kernel_size)
    ]
    path = "".join(f"M{x},{y}h1v1h-1Z" for x, y in taps)
    return [outline, {"type": "path", "path": path, "layer": "below", **fill}]


def _hatched(rows: Axis, columns: Axis) -> dict[str, Any]:
    """Return what is never read as one hatched area; hovering tells rows or columns."""
    bands = [(0, run.start, columns.size, run.stop) for run in rows.never]
    bands += [(run.start, 0, run.stop, rows.size) for run in columns.never]
    pale = "rgba(255,255,255,0.75)"
    x: list[float | None] = []
    y: list[float | None] = []
    for x0, y0, x1, y1 in bands:
        x += [x0, x1, x1, x0, x0, None]
        y += [y0, y0, y1, y1, y0, None]
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "lines",
        "fill": "toself",
        # Many thin bands would only flicker when hatched.
        "fillcolor": tint(INK, 0.45) if len(bands) > _BANDS else pale,
        "fillpattern": {"shape": "" if len(bands) > _BANDS else "/", "fgcolor": INK, "bgcolor": pale, "size": 7},
        "line": {"width": 0},
        "hoverinfo": "skip",
    }

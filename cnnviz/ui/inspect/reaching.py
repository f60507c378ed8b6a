"""A layer, the layer before it and the input side by side, with what one unit sees of both."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.arithmetic.families import family
from cnnviz.components.reach import Stage, reach
from cnnviz.ui.layers import middle_convolution
from cnnviz.ui.lesson import text

if TYPE_CHECKING:
    from cnnviz.engine.results import LayerRow, ReadRow, Source

SCREEN = "receptive_field"


def show_reach(
    row: "LayerRow",
    values: np.ndarray,
    view: np.ndarray,
    read: "ReadRow",
    source: "Source | None",
    before: np.ndarray | None,
    *,
    selected: tuple[int, int],
    on_pick: Callable[[tuple[int, int]], None],
) -> None:
    """Draw the layer's maps (C, H, W) as one, and the boxes; `before` are the maps of `source`, None for the input's.

    `view` (h, w, 3) is what the network gets. A layer that reads the input alone has no layer before it.
    """
    units = values.shape[1:]
    rows, columns = bounds(row.receptive_field, units)
    whole = row.receptive_field is not None and row.receptive_field.size is None
    stage = Stage(text(SCREEN, "stage_input"), _size(view.shape[:2]), view, rows, columns, whole=whole)
    earlier = None
    if source is not None and source.name:
        earlier = _earlier(source, read, before, units)
    elif source is not None and source.window is not None and source.window.size is not None:
        # The layer before is the input itself: its dilated taps are worth seeing there.
        stage = Stage(stage.title, stage.under, view, rows, columns, read.dilation)
    reach(
        mean_map(values),
        title=text(SCREEN, "stage_layer", layer=row.name),
        under=text(SCREEN, "stage_maps", size=_size(units), channels=len(values)),
        before=earlier,
        input=stage,
        key="reach",
        selected=selected,
        words={
            "place": text(SCREEN, "reach_place"),
            "box": text(SCREEN, "reach_box"),
            "padding": text(SCREEN, "reach_padding"),
            "whole": text(SCREEN, "reach_whole"),
            "unknown": text(SCREEN, "reach_unknown"),
            "hatch": text(SCREEN, "reach_hatch"),
            "beyond": text(SCREEN, "reach_beyond"),
        },
        on_pick=on_pick,
    )


def _earlier(source: "Source", read: "ReadRow", maps: np.ndarray | None, units: tuple[int, ...]) -> Stage:
    rows, columns = bounds(source.window, units)
    shown = mean_map(maps) if maps is not None else np.zeros((source.rows, source.columns), np.float32)
    known = maps is not None and shown.shape == (source.rows, source.columns)
    if not known:
        shown = np.zeros((source.rows, source.columns), np.float32)
    size = _size(shown.shape)
    under = text(SCREEN, "stage_maps", size=size, channels=len(maps)) if known and maps is not None else size
    whole = source.window is not None and source.window.size is None
    title = text(SCREEN, "stage_before", layer=source.name)
    return Stage(title, under, shown, rows, columns, read.dilation, whole)


def telling_layer(rows: "Sequence[LayerRow]") -> str:
    """Return the name of a convolution near the middle that widens the field, which a 1×1 convolution does not."""
    widening = [
        row.name for before, row in pairwise(rows) if family(row.kind) == "conv" and _side(row) > _side(before) > 0
    ]
    if widening:
        return widening[len(widening) // 2]
    return next((row.name for row in rows if row.receptive_field is not None), middle_convolution(rows))


def _side(row: "LayerRow") -> int:
    field = row.receptive_field
    return field.size[0] if field is not None and field.size is not None else 0


def mean_map(values: np.ndarray) -> np.ndarray:
    """Return the mean (H, W) over the channels of maps (C, H, W): a unit's window reads all of them."""
    mean: np.ndarray = values.mean(axis=0, dtype=np.float64)
    return mean.astype(np.float32)


def bounds(field: Any, units: tuple[int, ...]) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return what the units of each row and of each column see: the first and one after the last, (H, 2) and (W, 2)."""
    if field is None:
        return None, None
    rows, columns = units
    down = [(box[0], box[2]) for box in (field.box(row, 0) for row in range(rows))]
    across = [(box[1], box[3]) for box in (field.box(0, column) for column in range(columns))]
    return np.array(down, np.int32), np.array(across, np.int32)


def _size(size: tuple[int, ...]) -> str:
    return "×".join(map(str, size))

"""A layer's map, the layer before it and the input: what a unit sees of both follows the pointer in the browser."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import picked, register
from cnnviz.errors import ShapeError

_STAGE = """
    <figure class="{name}">
      <figcaption></figcaption>
      <div class="stage" role="img">
        <canvas class="picture"></canvas>
        <div class="box"><canvas class="taps"></canvas></div>
      </div>
      <div class="under"></div>
    </figure>
"""
_HTML = f"""
<div class="root">
  <div class="three">
    <figure class="layer">
      <figcaption></figcaption>
      <div class="map" role="grid" tabindex="0" aria-activedescendant="cursor">
        <canvas aria-hidden="true"></canvas>
        <div role="row"><div class="mark cursor" id="cursor" role="gridcell"></div></div>
        <div class="mark chosen" aria-hidden="true"></div>
      </div>
      <div class="under"></div>
    </figure>
    {_STAGE.format(name="before")}
    {_STAGE.format(name="input")}
  </div>
  <div class="foot"><div class="readout" aria-live="off"></div><span class="hatch"></span></div>
</div>
"""

_mount = register("reach", _HTML)


@dataclass(frozen=True, eq=False)
class Stage:
    """Something that a unit sees a part of: the layer before, or the input.

    `picture` is (h, w) or uint8 (h, w, 3). `rows` and `columns` are what the units of each row and of each column
    see, (R, 2) and (C, 2) whole numbers: the first, and the one after the last; they may lie outside. Both are None
    where no box is known. `taps` is by how many rows and columns the taps in the box lie apart, 1 where they touch.
    """

    title: str
    under: str
    picture: NDArray[Any]
    rows: NDArray[Any] | None
    columns: NDArray[Any] | None
    taps: tuple[int, int] = (1, 1)
    whole: bool = False


def reach(
    map_values: NDArray[Any],
    *,
    title: str,
    under: str,
    before: Stage | None,
    input: Stage,
    key: str,
    selected: tuple[int, int] | None = None,
    words: Mapping[str, str] | None = None,
    on_pick: Callable[[tuple[int, int]], None] | None = None,
) -> tuple[int, int] | None:
    """Draw a layer's map (R, C) beside the layer before it and the input; return the (row, column) just picked or None.

    The pointer over the map names a unit; over the others it finds the unit whose box lies nearest. `selected` is
    pinned. `words` replaces some of its words. `on_pick` hears of a pick before the page's script runs again. Raises
    ShapeError for arrays of other shapes.
    """
    data = message(map_values, title=title, under=under, before=before, input=input, selected=selected, words=words)
    tell = None if on_pick is None else lambda value: on_pick((int(value[0]), int(value[1])))
    pick = picked(_mount, data, key, tell)
    return None if pick is None else (int(pick[0]), int(pick[1]))


def message(
    map_values: NDArray[Any],
    *,
    title: str,
    under: str,
    before: Stage | None,
    input: Stage,
    selected: tuple[int, int] | None = None,
    words: Mapping[str, str] | None = None,
) -> bytes:
    """Return what `reach` sends to the browser for the same arguments: a buffer of `pack`."""
    if map_values.ndim != 2 or 0 in map_values.shape:
        raise ShapeError(f"a map must have the shape (H, W) with no empty axis, not {map_values.shape}.")
    arrays: list[NDArray[Any]] = [np.asarray(map_values, np.float32)]
    stages = {
        name: None if stage is None else _stage(stage, map_values.shape, arrays)
        for name, stage in (("before", before), ("input", input))
    }
    meta = {
        "size": map_values.shape,
        "title": title,
        "under": under,
        "stages": stages,
        "selected": None if selected is None else [int(selected[0]), int(selected[1])],
        "words": words_of("reach", words),
    }
    return pack(meta, *arrays)


def _stage(stage: Stage, units: Sequence[int], arrays: list[NDArray[Any]]) -> dict[str, Any]:
    """Return a stage's header, and append its arrays to those that are sent."""
    picture = stage.picture
    coloured = picture.ndim == 3
    if 0 in picture.shape or picture.ndim not in (2, 3) or (coloured and picture.shape[2] != 3):
        raise ShapeError(f"what a unit sees a part of must be (H, W) or (H, W, 3), not {picture.shape}.")
    header: dict[str, Any] = {
        "title": stage.title,
        "under": stage.under,
        "size": picture.shape[:2],
        "coloured": coloured,
        "picture": len(arrays),
        "taps": list(stage.taps),
        "whole": stage.whole,
        "bounds": None,
    }
    arrays.append(np.asarray(picture, np.uint8 if coloured else np.float32))
    if stage.rows is not None and stage.columns is not None:
        for bounds, count in ((stage.rows, units[0]), (stage.columns, units[1])):
            if bounds.shape != (count, 2):
                raise ShapeError(f"{count} units need {count} pairs of bounds, not an array of {bounds.shape}.")
        header["bounds"] = len(arrays)
        arrays += [np.asarray(stage.rows, np.int32), np.asarray(stage.columns, np.int32)]
    return header

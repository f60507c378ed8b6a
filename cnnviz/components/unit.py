"""One feature map beside the picture it came from: a unit's receptive field follows the pointer in the browser."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.parcel import parcel, send
from cnnviz.components.register import picked, register
from cnnviz.errors import ShapeError

FIELD = ("top", "left", "height", "width", "row_stride", "column_stride")


_HTML = """
<div class="root">
  <div class="pair">
    <figure>
      <figcaption class="map-name"></figcaption>
      <div class="map" role="grid" tabindex="0" aria-activedescendant="cursor">
        <canvas aria-hidden="true"></canvas>
        <div role="row"><div class="mark cursor" id="cursor" role="gridcell"></div></div>
        <div class="mark chosen" aria-hidden="true"></div>
      </div>
      <div class="legend"><span class="low"></span><span class="bar"></span><span class="high"></span></div>
    </figure>
    <figure>
      <figcaption class="photo-name"></figcaption>
      <div class="stage" role="img">
        <canvas class="photo"></canvas>
        <canvas class="over"></canvas>
        <div class="box"></div>
      </div>
      <div class="tools">
        <label class="opacity"><span></span><input type="range" min="0" max="100" step="5" value="35"></label>
        <span class="padding"></span>
      </div>
    </figure>
  </div>
  <div class="foot"><div class="readout" aria-live="off"></div></div>
</div>
"""

_mount = register("unit", _HTML)


def unit(
    map_values: NDArray[Any],
    photo: NDArray[np.uint8],
    *,
    field: Mapping[str, float] | None,
    key: str,
    selected: tuple[int, int] | None = None,
    mode: Literal["signed", "positive"] = "signed",
    words: Mapping[str, str] | None = None,
    on_pick: Callable[[tuple[int, int]], None] | None = None,
) -> tuple[int, int] | None:
    """Draw a channel's map (H, W) beside the picture the network got, uint8 (h, w, 3).

    Returns the (row, column) just picked, or None. `field` holds FIELD: the box of unit (0, 0) in the picture's
    pixels and its step a row and a column, which may be fractions and may lie outside the picture; None when a unit
    sees the whole image. `selected` is pinned. `words` replaces some of its words. `on_pick` hears of a pick before
    the page's script runs again. Raises ShapeError for other shapes.
    """
    data, rest = message(map_values, photo, field=field, selected=selected, mode=mode, words=words, key=key)
    send(key, rest)
    tell = None if on_pick is None else lambda value: on_pick((int(value[0]), int(value[1])))
    pick = picked(_mount, data, key, tell)
    return None if pick is None else (int(pick[0]), int(pick[1]))


def message(
    map_values: NDArray[Any],
    photo: NDArray[np.uint8],
    *,
    field: Mapping[str, float] | None,
    selected: tuple[int, int] | None = None,
    mode: Literal["signed", "positive"] = "signed",
    words: Mapping[str, str] | None = None,
    key: str = "",
) -> tuple[bytes, bytes]:
    """Return what `unit` sends to the browser for the same arguments: a buffer of `pack` and its parcel."""
    if map_values.ndim != 2 or 0 in map_values.shape:
        raise ShapeError(f"a feature map must have the shape (H, W) with no empty axis, not {map_values.shape}.")
    if photo.ndim != 3 or photo.shape[2] != 3 or photo.dtype != np.uint8 or 0 in photo.shape:
        raise ShapeError(f"the picture must be uint8 of shape (H, W, 3), not {photo.dtype} {photo.shape}.")
    meta = {
        "size": map_values.shape,
        "photo": photo.shape[:2],
        "field": None if field is None else {name: float(field[name]) for name in FIELD},
        "selected": None if selected is None else [int(selected[0]), int(selected[1])],
        "mode": mode,
        "words": words_of("unit", words),
    }
    named, rest = parcel(key, {}, photo)
    return pack({**meta, **named}, np.asarray(map_values, np.float32)), rest

"""A patch that is dragged over a photo, beside the probabilities of classes with and without it."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.parcel import parcel, send
from cnnviz.components.register import picked, register
from cnnviz.errors import ShapeError

_HTML = """
<div class="root">
  <div class="pair">
    <figure>
      <div class="stage">
        <canvas class="photo" role="img"></canvas>
        <button type="button" class="patch"></button>
      </div>
      <p class="keys"></p>
    </figure>
    <figure class="account">
      <div class="readout" aria-live="off"></div>
      <table><thead></thead><tbody></tbody></table>
    </figure>
  </div>
</div>
"""

_mount = register("occluder", _HTML)

Place = tuple[int, int]
Row = tuple[str, float, float]


def occluder(
    photo: NDArray[np.uint8],
    filling: NDArray[np.uint8],
    rows: Sequence[Row],
    *,
    at: Place,
    size: int,
    stride: int,
    key: str,
    words: Mapping[str, str] | None = None,
    on_pick: Callable[[Place], None] | None = None,
) -> Place | None:
    """Draw a photo (H, W, 3) with the patch cut of `filling`, of the same shape; return where it was just moved.

    `rows` are classes with their probabilities for the whole photo and with the patch `at` (top, left). The arrow keys
    move it by `stride` pixels. `on_pick` hears of a move before the page's script runs again: while it is dragged,
    once every answer. `words` replaces some of its words. Raises ShapeError for other shapes.
    """
    data, rest = message(photo, filling, rows, at=at, size=size, stride=stride, words=words, key=key)
    send(key, rest)
    tell = None if on_pick is None else lambda value: on_pick((int(value[0]), int(value[1])))
    pick = picked(_mount, data, key, tell)
    return None if pick is None else (int(pick[0]), int(pick[1]))


def message(
    photo: NDArray[np.uint8],
    filling: NDArray[np.uint8],
    rows: Sequence[Row],
    *,
    at: Place,
    size: int,
    stride: int,
    words: Mapping[str, str] | None = None,
    key: str = "",
) -> tuple[bytes, bytes]:
    """Return what `occluder` sends to the browser for the same arguments: a buffer of `pack` and its parcel."""
    if photo.ndim != 3 or photo.shape[2] != 3 or filling.shape != photo.shape:
        raise ShapeError(f"The photo {photo.shape} and what hides it {filling.shape} must both be (H, W, 3).")
    if not 1 <= size <= min(photo.shape[:2]):
        raise ShapeError(f"A patch of {size} pixels does not fit into a photo of {photo.shape[:2]}.")
    meta = {
        "photo": list(photo.shape[:2]),
        "at": [int(at[0]), int(at[1])],
        "size": size,
        "stride": stride,
        "rows": [[name, float(whole), float(hidden)] for name, whole, hidden in rows],
        "words": words_of("occluder", words),
    }
    named, rest = parcel(key, {}, *(np.asarray(each, np.uint8) for each in (photo, filling)))
    return pack({**meta, **named}), rest

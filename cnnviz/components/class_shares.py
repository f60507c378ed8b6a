"""A class's map over the photo, exactly: each place's share of the logit is added up over channels in the browser."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.parcel import parcel, send
from cnnviz.components.register import picked, register
from cnnviz.errors import ShapeError


class Shares(Protocol):
    """What a class's logit is made of, as cnnviz.probes.cam finds it."""

    @property
    def maps(self) -> NDArray[Any]:
        """Return the last maps, (C, H, W)."""

    @property
    def weights(self) -> NDArray[Any]:
        """Return the class's, (C,)."""

    @property
    def bias(self) -> float:
        """Return the class's."""

    @property
    def logit(self) -> float:
        """Return what the network gives."""


_HTML = """
<div class="root">
  <div class="pair">
    <figure>
      <figcaption class="map-name"></figcaption>
      <div class="map" role="grid" tabindex="0" aria-activedescendant="cursor">
        <canvas class="photo" aria-hidden="true"></canvas>
        <canvas class="over" aria-hidden="true"></canvas>
        <div role="row"><div class="mark cursor" id="cursor" role="gridcell"></div></div>
        <div class="mark chosen" aria-hidden="true"></div>
      </div>
      <div class="tools">
        <label class="opacity"><span></span><input type="range" min="0" max="100" step="5" value="55"></label>
        <div class="legend"><span class="low"></span><span class="bar"></span><span class="high"></span></div>
      </div>
    </figure>
    <figure class="account">
      <div class="readout" aria-live="off"></div>
      <table><thead></thead><tbody></tbody></table>
      <p class="total"></p>
      <p class="check"></p>
    </figure>
  </div>
</div>
"""

_mount = register("class_shares", _HTML)


def class_shares(
    shares: Shares,
    photo: NDArray[np.uint8],
    *,
    key: str,
    selected: tuple[int, int] | None = None,
    words: Mapping[str, str] | None = None,
    on_pick: Callable[[tuple[int, int]], None] | None = None,
) -> tuple[int, int] | None:
    """Lay the map over the picture that the network got, uint8 (h, w, 3), and return the place just picked, or None.

    `selected`, a (row, column) of the map, is pinned. `words` replaces some of its words. `on_pick` hears of a pick
    before the page's script runs again. Raises ShapeError for other shapes.
    """
    data, rest = message(shares, photo, selected=selected, words=words, key=key)
    send(key, rest)
    tell = None if on_pick is None else lambda value: on_pick((int(value[0]), int(value[1])))
    pick = picked(_mount, data, key, tell)
    return None if pick is None else (int(pick[0]), int(pick[1]))


def message(
    shares: Shares,
    photo: NDArray[np.uint8],
    *,
    selected: tuple[int, int] | None = None,
    words: Mapping[str, str] | None = None,
    key: str = "",
) -> tuple[bytes, bytes]:
    """Return what `class_shares` sends to the browser for the same arguments: a buffer of `pack` and its parcel.

    The parcel holds what classes have in common, the photo and the maps.
    """
    maps, weights = shares.maps, shares.weights
    if maps.ndim != 3 or 0 in maps.shape or weights.shape != (len(maps),):
        raise ShapeError(f"Maps {maps.shape} need the weights of {len(maps)} channels, not {weights.shape}.")
    if photo.ndim != 3 or photo.shape[2] != 3 or photo.dtype != np.uint8 or 0 in photo.shape:
        raise ShapeError(f"the picture must be uint8 of shape (H, W, 3), not {photo.dtype} {photo.shape}.")
    meta = {
        "size": list(maps.shape[1:]),
        "photo": list(photo.shape[:2]),
        "bias": float(shares.bias),
        "logit": float(shares.logit),
        "selected": None if selected is None else [int(selected[0]), int(selected[1])],
        "words": words_of("class_shares", words),
    }
    named, rest = parcel(key, {}, photo, np.asarray(maps, np.float32))
    return pack({**meta, **named}, np.asarray(weights, np.float32)), rest

"""All channels of a layer as one mosaic that answers the pointer in the browser."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.parcel import parcel, send
from cnnviz.components.quantise import quantise
from cnnviz.components.register import picked_number, register
from cnnviz.errors import ShapeError

Mode = Literal["signed", "positive", "rgb"]
MOST_VALUES = 500_000
LONGEST_SIDE = 4096


_HTML = """
<div class="root">
  <div class="frame" role="listbox" tabindex="0" aria-activedescendant="cursor">
    <div class="space" role="presentation">
      <canvas aria-hidden="true"></canvas>
      <div class="mark chosen" aria-hidden="true"></div>
      <div class="mark cursor" id="cursor" role="option" aria-selected="false"></div>
    </div>
  </div>
  <div class="foot">
    <div class="readout" aria-live="off"></div>
    <div class="legend"><span class="low"></span><span class="bar"></span><span class="high"></span></div>
  </div>
</div>
"""

_mount = register("tiles", _HTML)


def tiles(
    maps: NDArray[Any],
    *,
    key: str,
    labels: Sequence[str] | None = None,
    mode: Mode = "signed",
    shared: bool = False,
    selected: int | None = None,
    columns: int | None = None,
    tallest: int | None = None,
    order: Sequence[int] | NDArray[Any] | None = None,
    weights: NDArray[Any] | None = None,
    label: str = "Feature maps",
    words: Mapping[str, str] | None = None,
    picks: bool = True,
    on_pick: Callable[[int], None] | None = None,
) -> int | None:
    """Draw every map of a layer and return the index of the one just picked, or None.

    `maps` are float (N, H, W), or uint8 (N, H, W, 3) in mode "rgb"; `weights`, (N, 3, H, W), are then what a hover
    shows. `selected` is outlined. It is at most `tallest` pixels high (640 by default), and
    scrolls where it would be higher. `order` holds the indices to draw, in that order (all of them by default).
    With `shared` one scale serves all maps, else each has its own; 1 x 1 maps always share. In mode "signed" colours
    are centred on zero. `labels` follow each map's number in the readout. `label` names the mosaic to screen readers.
    `words` replaces some of its words. Where it `picks` nothing, a click only reads the number under it. `on_pick`
    hears of a pick before the page's script runs again. Raises ShapeError for other shapes.
    """
    data, rest = message(
        maps,
        labels=labels,
        mode=mode,
        shared=shared,
        selected=selected,
        columns=columns,
        tallest=tallest,
        order=order,
        weights=weights,
        label=label,
        words=words,
        picks=picks,
        key=key,
    )
    send(key, rest)
    return picked_number(_mount, data, key, on_pick)


def message(
    maps: NDArray[Any],
    *,
    labels: Sequence[str] | None = None,
    mode: Mode = "signed",
    shared: bool = False,
    selected: int | None = None,
    columns: int | None = None,
    tallest: int | None = None,
    order: Sequence[int] | NDArray[Any] | None = None,
    weights: NDArray[Any] | None = None,
    label: str = "Feature maps",
    words: Mapping[str, str] | None = None,
    picks: bool = True,
    key: str = "",
) -> tuple[bytes, bytes]:
    """Return what `tiles` sends to the browser for the same arguments: a buffer of `pack` and its parcel."""
    _check(maps, mode, labels)
    count, height, width = maps.shape[:3]
    step = step_of(count, height, width)
    shown = maps[:, ::step, ::step]
    least, greatest = 0.0, 0.0
    if mode == "rgb":
        arrays = [shown]
        if weights is not None:
            if weights.shape != (count, 3, height, width):
                raise ShapeError(f"weights must be {(count, 3, height, width)} like the maps, not {weights.shape}.")
            arrays.append(np.asarray(weights[:, :, ::step, ::step], np.float32))
    else:
        codes, ranges = quantise(shown)
        least, greatest = float(ranges[:, 0].min()), float(ranges[:, 1].max())
        arrays = [codes, ranges]
    indices = np.arange(count) if order is None else np.asarray(order)
    meta = {
        "mode": mode,
        "count": count,
        "size": [height, width],
        "drawn": list(shown.shape[1:3]),
        "step": step,
        "shared": shared or height * width == 1,
        "limits": [least, greatest],
        "selected": None if selected is None else int(selected),
        "columns": columns,
        "tallest": tallest,
        "labels": None if labels is None else [str(text) for text in labels],
        "label": label,
        "picks": picks,
        "words": words_of("tiles", words),
    }
    named, rest = parcel(key, {}, *arrays)
    return pack({**meta, **named}, np.asarray(indices, np.int32)), rest


def _check(maps: NDArray[Any], mode: Mode, labels: Sequence[str] | None) -> None:
    if mode == "rgb":
        if maps.ndim != 4 or maps.shape[3] != 3 or maps.dtype != np.uint8 or 0 in maps.shape:
            raise ShapeError(f"colour tiles must be uint8 of shape (N, H, W, 3), not {maps.dtype} {maps.shape}.")
    elif maps.ndim != 3 or 0 in maps.shape:
        raise ShapeError(f"maps must have the shape (N, H, W) with no empty axis, not {maps.shape}.")
    if labels is not None and len(labels) != len(maps):
        raise ShapeError(f"{len(maps)} maps need {len(maps)} labels, not {len(labels)}.")


def step_of(count: int, height: int, width: int) -> int:
    """Return the least step between drawn rows and columns that keeps the message and the canvas small."""
    step = max(1, math.ceil(max(height, width) / LONGEST_SIDE))
    while count * -(-height // step) * -(-width // step) > MOST_VALUES and step < max(height, width):
        step += 1
    return step

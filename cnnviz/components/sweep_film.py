"""A picture that moves, what the network says and some feature maps along with it, played in the browser."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import picked_number, register
from cnnviz.errors import ShapeError

MOST_VALUES = 1_500_000

_HTML = """
<div class="root">
  <div class="tools player">
    <button type="button" class="play"></button>
    <label><span></span><input type="range" min="0" step="1"></label>
  </div>
  <div class="readout"></div>
  <div class="both">
    <div class="views">
      <div class="head still"></div>
      <div class="row first"></div>
      <div class="head now"></div>
      <div class="row second"></div>
    </div>
    <div class="answers">
      <div class="head"></div>
      <div class="legend"><span class="before"></span><span class="after"></span></div>
      <div class="bars"></div>
    </div>
  </div>
</div>
"""

_mount = register("sweep_film", _HTML)


def sweep_film(
    pictures: NDArray[np.uint8],
    maps: NDArray[Any],
    answers: NDArray[Any],
    *,
    key: str,
    names: Sequence[str],
    channels: Sequence[int],
    labels: Sequence[str],
    said: Sequence[str],
    selected: int = 0,
    words: Mapping[str, str] | None = None,
    on_pick: Callable[[int], None] | None = None,
) -> int | None:
    """Show N states of a picture beside the picture as it is; return the state that was just left, or None.

    The first of `pictures`, uint8 (1 + N, h, w, 3), of `maps`, float (1 + N, K, h, w) of K `channels`, and of
    `answers`, (1 + N, C) from 0 to 1 of C `names`, belongs to the unmoved picture; without names there are no bars.
    `labels` name the states, `said` tells of each in a sentence. `selected` is the state to show. `words` replaces some
    of its words. `on_pick` hears of a pick before the page's script runs again. Raises ShapeError where the arrays do
    not fit together.
    """
    data = message(
        pictures,
        maps,
        answers,
        names=names,
        channels=channels,
        labels=labels,
        said=said,
        selected=selected,
        words=words,
    )
    return picked_number(_mount, data, key, on_pick)


def message(
    pictures: NDArray[np.uint8],
    maps: NDArray[Any],
    answers: NDArray[Any],
    *,
    names: Sequence[str],
    channels: Sequence[int],
    labels: Sequence[str],
    said: Sequence[str],
    selected: int = 0,
    words: Mapping[str, str] | None = None,
) -> bytes:
    """Return what `sweep_film` sends to the browser for the same arguments: a buffer of `pack`."""
    count = len(labels)
    if not count or len(said) != count or {len(pictures), len(maps), len(answers)} != {count + 1}:
        raise ShapeError(
            f"{count} labels and {len(said)} sentences need one picture, maps and answers more, not {len(pictures)}, "
            f"{len(maps)} and {len(answers)}."
        )
    if maps.ndim != 4 or maps.shape[1] != len(channels) or answers.shape[1:] != (len(names),):
        raise ShapeError(
            f"{len(channels)} channels and {len(names)} names do not fit maps {maps.shape} and answers {answers.shape}."
        )
    small, thin = _thinned(pictures, 1), _thinned(maps, 2)
    codes, modes = _codes(thin)
    meta = {
        "count": count,
        "picture": small.shape[1:3],
        "map": thin.shape[2:],
        "modes": modes,
        "names": list(names),
        "channels": [int(channel) for channel in channels],
        "labels": list(labels),
        "said": list(said),
        "selected": int(selected),
        "words": words_of("sweep_film", words),
    }
    return pack(meta, small, codes, np.asarray(answers, np.float32))


def _thinned(frames: NDArray[Any], axis: int) -> NDArray[Any]:
    """Return every second, third, ... row and column where there are too many values to send; rows are on `axis`."""
    step = 1
    size = frames.shape[axis : axis + 2]
    rest = frames.size // max(1, size[0] * size[1])
    while rest * -(-size[0] // step) * -(-size[1] // step) > MOST_VALUES and step < max(size):
        step += 1
    some = slice(None, None, step)
    return frames[:, some, some] if axis == 1 else frames[:, :, some, some]


def _codes(maps: NDArray[Any]) -> tuple[NDArray[np.uint8], list[str]]:
    """Return maps (N, K, h, w) as places in the colours, one scale a channel for all N; signed where any is below 0."""
    codes = np.zeros(maps.shape, np.uint8)
    modes = []
    for channel in range(maps.shape[1]):
        values = np.nan_to_num(np.asarray(maps[:, channel], np.float64))
        low, high = float(values.min()), float(values.max())
        signed = low < 0
        if signed:
            high = max(-low, high)
            low = -high
        modes.append("signed" if signed else "positive")
        scaled = (values - low) / (high - low) * 255 + 0.5 if high > low else np.where(values > 0, 255, 0)
        codes[:, channel] = np.clip(scaled, 0, 255).astype(np.uint8)
    return codes, modes

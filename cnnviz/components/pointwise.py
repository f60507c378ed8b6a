"""A map of a 1x1 convolution, and at the pixel that is pointed at the linear layer that made it, number by number.

    pointwise(found.inputs, found.weights, found.bias, found.outputs, channel=3, key="pixels")

The pointer, the arrow keys and a finger are answered in the browser alone; a pinned pixel comes back.
"""

from collections.abc import Callable, Mapping
from typing import Any

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
      <figcaption class="map-name"></figcaption>
      <div class="map" role="grid" tabindex="0" aria-activedescendant="cursor">
        <canvas aria-hidden="true"></canvas>
        <div role="row"><div class="mark cursor" id="cursor" role="gridcell"></div></div>
        <div class="mark chosen" aria-hidden="true"></div>
      </div>
      <div class="legend"><span class="low"></span><span class="bar"></span><span class="high"></span></div>
    </figure>
    <figure class="layer">
      <figcaption class="layer-name"></figcaption>
      <canvas class="bars" role="img"></canvas>
    </figure>
  </div>
  <div class="sum"><div class="linear"></div><div class="convolved"></div><div class="gap"></div></div>
  <div class="foot"><div class="readout" aria-live="off"></div></div>
</div>
"""

_mount = register("pointwise", _HTML)


def pointwise(
    inputs: NDArray[Any],
    weights: NDArray[Any],
    bias: NDArray[Any],
    outputs: NDArray[Any],
    *,
    channel: int,
    key: str,
    selected: tuple[int, int] | None = None,
    words: Mapping[str, str] | None = None,
    on_pick: Callable[[tuple[int, int]], None] | None = None,
) -> None:
    """Draw output `channel` of a convolution of inputs (C, H, W) with weights (K, C), bias (K,) to outputs (K, H, W).

    `selected` is the pinned (row, column); `on_pick` hears of another before the page's script runs again. `words`
    replaces some of its words. Raises ShapeError for shapes that do not fit together.
    """
    data, rest = message(inputs, weights, bias, outputs, channel=channel, key=key, selected=selected, words=words)
    send(key, rest)
    tell = None if on_pick is None else lambda value: on_pick((int(value[0]), int(value[1])))
    picked(_mount, data, key, tell)


def message(
    inputs: NDArray[Any],
    weights: NDArray[Any],
    bias: NDArray[Any],
    outputs: NDArray[Any],
    *,
    channel: int,
    key: str = "",
    selected: tuple[int, int] | None = None,
    words: Mapping[str, str] | None = None,
) -> tuple[bytes, bytes]:
    """Return what `pointwise` sends to the browser: the channel's map and its weights, and a parcel of the inputs."""
    made, read = weights.shape
    if inputs.shape[0] != read or bias.shape != (made,) or outputs.shape != (made, *inputs.shape[1:]):
        raise ShapeError(
            f"Weights {weights.shape} fit inputs ({read}, H, W) and outputs ({made}, H, W), "
            f"not {inputs.shape}, {outputs.shape} and a bias {bias.shape}."
        )
    if not 0 <= channel < made:
        raise ShapeError(f"Output {channel} is not there; the last of {made} is {made - 1}.")
    meta = {
        "size": inputs.shape[1:],
        "read": read,
        "channel": channel,
        "bias": float(bias[channel]),
        "selected": None if selected is None else [int(selected[0]), int(selected[1])],
        "words": words_of("pointwise", words),
    }
    named, rest = parcel(key, {}, np.asarray(inputs, np.float32))
    made_map, its_weights = np.asarray(outputs[channel], np.float64), np.asarray(weights[channel], np.float32)
    return pack({**meta, **named}, made_map, its_weights), rest

"""An image, the box that theta cuts out of it, and what the warp makes of it: dragged and drawn in the browser.

    warp(image, output, theta=theta, key="warp", on_theta=keep)      # image bytes (C, H, W), output torch's (C, h, w)

Image and theta are sent once. While a corner is dragged the browser warps by itself; only when it is let go does
Python hear of the new theta. Then the browser says how far its own result and Python's agree.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import picked, register
from cnnviz.errors import ShapeError

LIMIT, PLACES = 10.0, 6  # every number of a dragged theta is within the limit, and has so many decimal places


_HANDLES = "".join(
    f'<div class="handle" data-corner="{corner}" role="button" tabindex="0"></div>' for corner in range(5)
)
_HTML = f"""
<div class="root">
  <div class="tools">
    <div class="choice" role="radiogroup">
      <label><input type="radio" name="tool" value="turn" checked><span></span></label>
      <label><input type="radio" name="tool" value="stretch"><span></span></label>
      <label><input type="radio" name="tool" value="shear"><span></span></label>
    </div>
    <div class="theta" role="img"><span>θ =</span><div class="matrix"></div></div>
  </div>
  <div class="pair">
    <figure class="from">
      <figcaption></figcaption>
      <div class="stage">
        <canvas class="base" aria-hidden="true"></canvas>
        <canvas class="over" aria-hidden="true"></canvas>
        {_HANDLES}
      </div>
    </figure>
    <figure class="to">
      <figcaption></figcaption>
      <div class="map" role="grid" tabindex="0" aria-activedescendant="cursor">
        <canvas aria-hidden="true"></canvas>
        <div role="row"><div class="mark cursor" id="cursor" role="gridcell"></div></div>
        <div class="mark chosen" aria-hidden="true"></div>
      </div>
    </figure>
  </div>
  <div class="sum" role="region" tabindex="0" aria-live="off">
    <div class="told"></div>
    <div class="taps"></div>
  </div>
  <div class="foot"><span class="keys"></span><span class="check" role="status"></span></div>
</div>
"""

_mount = register("warp", _HTML)


def warp(
    image: NDArray[np.uint8],
    output: NDArray[Any],
    *,
    theta: Sequence[float],
    key: str,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_grid: bool = False,
    align_sample: bool = False,
    plane: int = 0,
    selected: tuple[int, int] = (0, 0),
    name: str = "PyTorch",
    words: Mapping[str, str] | None = None,
    on_theta: Callable[[tuple[float, ...]], None] | None = None,
    on_pin: Callable[[tuple[int, int]], None] | None = None,
) -> None:
    """Draw `image` (C, H, W), grey or in three colours, with theta's box and grid, beside `output` (C, h, w).

    `theta` are six numbers, row by row, from output to input coordinates. `align_grid` is affine_grid's
    align_corners, `align_sample` grid_sample's. `plane` is the channel whose numbers are told, `selected` the pinned
    pixel of the output, `name` who computed `output`. `on_theta` hears of a theta when a corner is let go, `on_pin` of
    a pinned (row, column), both before the page's script runs again. `words` replaces some of its words. Raises
    ShapeError for arrays of other shapes.
    """
    data = message(
        image,
        output,
        theta=theta,
        mode=mode,
        padding_mode=padding_mode,
        align_grid=align_grid,
        align_sample=align_sample,
        plane=plane,
        selected=selected,
        name=name,
        words=words,
    )

    def tell(value: Mapping[str, Any]) -> None:
        if "theta" in value and on_theta is not None:
            numbers = tuple(float(number) for number in value["theta"])
            if len(numbers) == 6 and all(math.isfinite(number) and abs(number) <= LIMIT for number in numbers):
                on_theta(numbers)
        elif "pin" in value and on_pin is not None:
            on_pin((int(value["pin"][0]), int(value["pin"][1])))

    picked(_mount, data, key, tell)


def message(
    image: NDArray[np.uint8],
    output: NDArray[Any],
    *,
    theta: Sequence[float],
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_grid: bool = False,
    align_sample: bool = False,
    plane: int = 0,
    selected: tuple[int, int] = (0, 0),
    name: str = "PyTorch",
    words: Mapping[str, str] | None = None,
) -> bytes:
    """Return what `warp` sends to the browser for the same arguments: a buffer of `pack`."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[0] not in (1, 3) or 0 in image.shape:
        raise ShapeError(f"the image must be uint8 of shape (1 or 3, H, W), not {image.dtype} {image.shape}.")
    if output.ndim != 3 or output.shape[0] != image.shape[0] or 0 in output.shape:
        raise ShapeError(f"the output must have {image.shape[0]} channels and two sides, not {output.shape}.")
    if len(theta) != 6:
        raise ShapeError(f"theta has 6 numbers, not {len(theta)}.")
    meta = {
        "channels": image.shape[0],
        "input": image.shape[1:],
        "output": output.shape[1:],
        "theta": [float(number) for number in theta],
        "mode": mode,
        "padding": padding_mode,
        "alignGrid": bool(align_grid),
        "alignSample": bool(align_sample),
        "plane": min(plane, image.shape[0] - 1),
        "selected": [int(selected[0]), int(selected[1])],
        "limit": LIMIT,
        "places": PLACES,
        "name": name,
        "words": words_of("warp", words),
    }
    return pack(meta, image, np.asarray(output, np.float32))

"""Two descents of two weights side by side, step by step: as contours of the loss, paths and the next step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import picked_number, register
from cnnviz.errors import ShapeError

_PLANE = '<figure><figcaption></figcaption><canvas aria-hidden="true"></canvas><div class="readout"></div></figure>'
_HTML = f"""
<div class="root">
  <div class="planes">{_PLANE}{_PLANE}</div>
  <div class="tools player">
    <button type="button" class="play"></button>
    <label><span></span><input type="range" min="0" step="1"></label>
  </div>
</div>
"""

_mount = register("two_weights", _HTML)


@dataclass(frozen=True, eq=False)
class Plane:
    """One descent of S steps: `inputs` (N, 2), `weights` (S + 1, 2), and of each step its `gradients` (S, 2) and the
    index of its `examples` (S,)."""

    title: str
    inputs: NDArray[Any]
    weights: NDArray[Any]
    gradients: NDArray[Any]
    examples: NDArray[Any]


def two_weights(
    planes: Sequence[Plane],
    *,
    key: str,
    goal: tuple[float, float],
    at: int = 0,
    words: Mapping[str, str] | None = None,
    on_pick: Callable[[int], None] | None = None,
) -> None:
    """Draw two descents towards `goal`, from step `at` on; `on_pick` hears of the step that the slider was left at.

    The loss is the mean of (w . x - goal . x)^2 over the inputs. `words` replaces some of its words. Raises ShapeError
    where the arrays do not fit together.
    """
    data = message(planes, goal=goal, at=at, words=words)
    picked_number(_mount, data, key, on_pick)


def message(
    planes: Sequence[Plane], *, goal: tuple[float, float], at: int = 0, words: Mapping[str, str] | None = None
) -> bytes:
    """Return what `two_weights` sends to the browser for the same arguments: a buffer of `pack`."""
    steps = len(planes[0].gradients)
    arrays = []
    for plane in planes:
        count = len(plane.inputs)
        shapes = plane.inputs.shape, plane.weights.shape, plane.gradients.shape
        if shapes != ((count, 2), (steps + 1, 2), (steps, 2)):
            raise ShapeError(f"{steps} steps do not fit inputs, weights and gradients of the shapes {shapes}.")
        curvature = plane.inputs.T @ plane.inputs / count
        arrays += [plane.inputs[plane.examples], plane.weights, plane.gradients, curvature]
    meta = {
        "titles": [plane.title for plane in planes],
        "positive": [bool((plane.inputs >= 0).all()) for plane in planes],
        "steps": steps,
        "at": min(at, steps),
        "goal": list(goal),
        "words": words_of("two_weights", words),
    }
    return pack(meta, *(np.asarray(each, np.float32) for each in arrays))

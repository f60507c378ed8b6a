"""A cloud of points, made ready in five ways side by side, and a linear classifier's loss on each.

    cloud(base, labels, covariances, losses, place=place, ..., key="cloud", on_change=keep)

The points are sent once, as a cloud of mean 0 and covariance 1. While it is moved, stretched or rotated the browser
computes all else by itself; only when it is let go does Python hear of the new place. Then the browser says how far its
own numbers and Python's agree.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import picked, register
from cnnviz.errors import ShapeError

PLACE = ("x", "y", "long", "short", "turn")
_WAYS = 5
_HANDLES = "".join(f'<div class="handle" data-handle="{k}" role="button" tabindex="0"></div>' for k in range(3))
_WAY = """
    <div class="way">
      <div class="name"></div>
      <div class="stage" role="{role}"><canvas class="points" aria-hidden="true"></canvas>{handles}</div>
      <div class="numbers">
        <div class="matrix"><span></span><span></span><span></span><span></span></div>
        <div class="axes"></div><div class="changes"></div>
      </div>
      <div class="slope" role="img"><canvas aria-hidden="true"></canvas></div>
      <div class="loss"></div>
    </div>
"""
_HTML = f"""
<div class="root">
  <div class="ways">
    {_WAY.format(role="group", handles=_HANDLES)}{_WAY.format(role="img", handles="") * (_WAYS - 1)}
  </div>
  <div class="tools" role="group">
    <label class="rate"><span></span><input type="range"><output></output></label>
    <div class="stepping">
      <button type="button" class="play"></button>
      <label><span></span><input type="range" class="steps" min="0" step="1"><output class="stepped"></output></label>
    </div>
    <label class="rotate"><span></span><input type="range"><output></output></label>
  </div>
  <div class="foot"><div class="readout" aria-live="off"></div><span class="check" role="status"></span></div>
</div>
"""

_mount = register("cloud", _HTML)

Limits = Mapping[str, tuple[float, float]]


def cloud(
    base: NDArray[Any],
    labels: NDArray[Any],
    covariances: NDArray[Any],
    losses: NDArray[Any],
    *,
    place: Mapping[str, float],
    limits: Limits,
    rate: float,
    rotate: float,
    key: str,
    at: int = 0,
    point: int | None = None,
    name: str = "PyTorch",
    words: Mapping[str, str] | None = None,
    on_change: Callable[[dict[str, float]], None] | None = None,
) -> None:
    """Draw the five ways of a cloud with what a linear classifier's loss is on each.

    `base` (N, 2) has mean 0 and covariance 1, `labels` (N,) are 1 or -1; `covariances` (5, 2, 2) and `losses`
    (5, S + 1), along gradient descent's S steps, are what `name` has computed. `place` has the numbers of PLACE, whose
    `limits`, with those of "rate" and "rotate", are given. `at` is the step that is shown and `point` the point that is
    pinned. `on_change` hears of every number that was changed, by its name, "at" and "point" among them, before the
    page's script runs again. `words` replaces some of its words. Raises ShapeError for arrays of other shapes.
    """
    data = message(base, labels, covariances, losses, place=place, limits=limits, rate=rate, rotate=rotate, at=at,
                   point=point, name=name, words=words)  # fmt: skip

    def tell(value: Mapping[str, Any]) -> None:
        changes = {**value, **value.get("cloud", {})}
        changes.pop("cloud", None)
        known = {*limits, "at", "point"}
        if on_change is not None and all(each in known and math.isfinite(changes[each]) for each in changes):
            on_change({each: float(number) for each, number in changes.items()})

    picked(_mount, data, key, tell)


def message(
    base: NDArray[Any],
    labels: NDArray[Any],
    covariances: NDArray[Any],
    losses: NDArray[Any],
    *,
    place: Mapping[str, float],
    limits: Limits,
    rate: float,
    rotate: float,
    at: int = 0,
    point: int | None = None,
    name: str = "PyTorch",
    words: Mapping[str, str] | None = None,
) -> bytes:
    """Return what `cloud` sends to the browser for the same arguments: a buffer of `pack`."""
    if base.ndim != 2 or base.shape[1] != 2 or labels.shape != (len(base),):
        raise ShapeError(f"N points (N, 2) need N labels, not {base.shape} and {labels.shape}.")
    if covariances.shape != (_WAYS, 2, 2) or losses.ndim != 2 or len(losses) != _WAYS:
        raise ShapeError(
            f"Covariances are ({_WAYS}, 2, 2) and losses ({_WAYS}, S + 1), not {covariances.shape} and {losses.shape}."
        )
    meta = {
        "cloud": {each: float(place[each]) for each in PLACE},
        "limits": {each: list(ends) for each, ends in limits.items()},
        "rate": float(rate),
        "rotate": float(rotate),
        "steps": losses.shape[1] - 1,
        "at": min(at, losses.shape[1] - 1),
        "point": None if point is None else min(point, len(base) - 1),
        "name": name,
        "words": words_of("cloud", words),
    }
    return pack(
        meta,
        np.asarray(base, np.float64),
        np.asarray(labels, np.int8),
        np.asarray(covariances, np.float64),
        np.asarray(losses, np.float64),
    )

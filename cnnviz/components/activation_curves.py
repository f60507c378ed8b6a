"""Activation functions and their slopes as curves, with an x that is dragged: torch's numbers follow in the browser."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import picked, register
from cnnviz.errors import ShapeError

_HTML = """
<div class="root">
  <div class="plane" role="slider" tabindex="0"><canvas aria-hidden="true"></canvas></div>
  <table><thead></thead><tbody></tbody></table>
</div>
"""
MOST = 5

_mount = register("activation_curves", _HTML)


def activation_curves(
    x: NDArray[Any],
    values: NDArray[Any],
    slopes: NDArray[Any],
    names: Sequence[str],
    *,
    key: str,
    threshold: float,
    at: float,
    words: Mapping[str, str] | None = None,
    on_pick: Callable[[float], None] | None = None,
) -> None:
    """Draw K functions, at most MOST, of evenly spaced `x` (N,): `values` and `slopes` (K, N).

    The first is the one that is looked at: where its slope's size is below `threshold` is shaded. `at` is the x to
    begin with; `on_pick` hears of the one that x was left at, before the page's script runs again. `words` replaces
    some of its words. Raises ShapeError where the arrays do not fit together.
    """
    data = message(x, values, slopes, names, threshold=threshold, at=at, words=words)
    tell = None if on_pick is None else lambda value: on_pick(float(x[int(value)]))
    picked(_mount, data, key, tell)


def message(
    x: NDArray[Any],
    values: NDArray[Any],
    slopes: NDArray[Any],
    names: Sequence[str],
    *,
    threshold: float,
    at: float,
    words: Mapping[str, str] | None = None,
) -> bytes:
    """Return what `activation_curves` sends to the browser for the same arguments: a buffer of `pack`."""
    shape = (len(names), len(x))
    if not 1 <= len(names) <= MOST or values.shape != shape or slopes.shape != shape:
        raise ShapeError(
            f"{len(names)} functions, 1 to {MOST}, at {len(x)} places do not fit values {values.shape} and slopes "
            f"{slopes.shape}."
        )
    meta = {
        "names": list(names),
        "low": float(x[0]),
        "high": float(x[-1]),
        "count": len(x),
        "at": int(np.abs(x - at).argmin()),
        "threshold": float(threshold),
        "words": words_of("activation_curves", words),
    }
    return pack(meta, np.asarray(values, np.float32), np.asarray(slopes, np.float32))

"""Activations and gradients of a deep stack, a distribution a layer, as a film over the layers in the browser."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import picked_number, register
from cnnviz.errors import ShapeError


class Distributed(Protocol):
    """How values lie, as cnnviz.probes.distributions tells it: `counts` are over equal bins from -limit to limit."""

    @property
    def mean(self) -> float: ...
    @property
    def deviation(self) -> float: ...
    @property
    def zeros(self) -> float: ...
    @property
    def saturated(self) -> float: ...
    @property
    def limit(self) -> float: ...
    @property
    def counts(self) -> NDArray[Any]: ...


_HTML = """
<div class="root">
  <div class="tools player">
    <button type="button" class="play"></button>
    <label><span></span><input type="range" min="0" step="1"></label>
  </div>
  <div class="panel up">
    <div class="head"><b></b> <span></span></div>
    <div class="both"><canvas class="layers" aria-hidden="true"></canvas><canvas class="one" aria-hidden="true"></canvas></div>
  </div>
  <div class="panel down">
    <div class="head"><b></b> <span></span></div>
    <div class="both"><canvas class="layers" aria-hidden="true"></canvas><canvas class="one" aria-hidden="true"></canvas></div>
  </div>
</div>
"""  # noqa: E501

_mount = register("stack_film", _HTML)


def stack_film(
    activations: Sequence[Distributed],
    gradients: Sequence[Distributed],
    *,
    key: str,
    at: int = 0,
    saturates: bool = False,
    words: Mapping[str, str] | None = None,
    on_pick: Callable[[int], None] | None = None,
) -> int | None:
    """Show the distributions of h[0] to h[L], and of the gradients with respect to them; return the layer just left.

    `at` is the layer to begin with; with `saturates` the share of activations beyond -0.99 and 0.99 is told. `words`
    replaces some of its words. `on_pick` hears of a pick before the page's script runs again. Raises ShapeError where
    there are not as many of the one as of the other.
    """
    data = message(activations, gradients, at=at, saturates=saturates, words=words)
    return picked_number(_mount, data, key, on_pick)


def message(
    activations: Sequence[Distributed],
    gradients: Sequence[Distributed],
    *,
    at: int = 0,
    saturates: bool = False,
    words: Mapping[str, str] | None = None,
) -> bytes:
    """Return what `stack_film` sends to the browser for the same arguments: a buffer of `pack`."""
    if len(activations) != len(gradients) or not activations:
        raise ShapeError(
            f"A film needs as many gradients as activations, not {len(gradients)} beside {len(activations)}."
        )
    last = len(activations) - 1
    meta = {"last": last, "at": min(at, last), "saturates": saturates, "words": words_of("stack_film", words)}
    numbers = [
        [(each.mean, each.deviation, each.zeros, each.saturated, each.limit) for each in row]
        for row in (activations, gradients)
    ]
    counts = [[each.counts for each in row] for row in (activations, gradients)]
    return pack(meta, np.array(numbers, np.float64), np.array(counts, np.int32))

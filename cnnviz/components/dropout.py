"""A small network whose units are dropped while one looks: random masks fall, and their outputs pile up to the mean.

    dropout(network, found, keep=0.5, seed=0, mask=127, key="dropout")

Masks are drawn and counted in the browser alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import picked_number, register
from cnnviz.errors import ShapeError


class Subnetworks(Protocol):
    """What all R = 2^n masks over n units come to, as cnnviz.probes.dropout finds it."""

    @property
    def probabilities(self) -> NDArray[Any]:
        """Return those of the masks, (R,)."""

    @property
    def units(self) -> NDArray[Any]:
        """Return what the units give on, (R, n)."""

    @property
    def outputs(self) -> NDArray[Any]:
        """Return the output under each mask, (R,)."""

    @property
    def mean(self) -> float:
        """Return the exact mean of the outputs."""

    @property
    def scaled(self) -> float:
        """Return the output of the one pass at test."""


_HTML = """
<div class="root">
  <div class="halves">
    <div class="net"><canvas aria-hidden="true"></canvas><div class="units" role="group"></div></div>
    <div class="spread"><canvas role="img"></canvas><div class="lines"></div></div>
  </div>
  <div class="tools player">
    <button type="button" class="play"></button>
    <button type="button" class="one"></button>
    <button type="button" class="all"></button>
    <label><span></span><input type="range" min="1" max="60" step="1" value="6"></label>
  </div>
  <div class="readout"></div>
</div>
"""

_mount = register("dropout", _HTML)


def dropout(
    x: NDArray[Any],
    weights: Sequence[NDArray[Any]],
    found: Subnetworks,
    *,
    keep: float,
    seed: int,
    mask: int,
    key: str,
    words: Mapping[str, str] | None = None,
    on_pick: Callable[[int], None] | None = None,
) -> None:
    """Draw the network with `weights` (out, in) of each layer that reads `x`, and the outputs of all its subnetworks.

    `mask` is the subnetwork that is shown; `on_pick` hears of the one that is chosen or left. `words` replaces some of
    its words. Raises ShapeError where the arrays do not fit together.
    """
    data = message(x, weights, found, keep=keep, seed=seed, mask=mask, words=words)
    picked_number(_mount, data, key, on_pick)


def message(
    x: NDArray[Any],
    weights: Sequence[NDArray[Any]],
    found: Subnetworks,
    *,
    keep: float,
    seed: int = 0,
    mask: int = 0,
    words: Mapping[str, str] | None = None,
) -> bytes:
    """Return what `dropout` sends to the browser for the same arguments: a buffer of `pack`."""
    widths = [len(x), *map(len, weights)]
    units = sum(widths[1:-1])
    shapes = [each.shape for each in weights]
    fit = all(shape == (out, into) for shape, into, out in zip(shapes, widths, widths[1:], strict=False))
    if not fit or found.units.shape != (2**units, units):
        raise ShapeError(
            f"Weights of {shapes} that read {len(x)} numbers need the values of {2**units} masks over {units} units, "
            f"not {found.units.shape}."
        )
    meta = {
        "widths": widths,
        "keep": keep,
        "seed": seed,
        "mask": mask,
        "mean": found.mean,
        "scaled": found.scaled,
        "words": words_of("dropout", words),
    }
    floats = [np.asarray(each, np.float32) for each in (x, found.units, found.outputs, found.probabilities, *weights)]
    return pack(meta, *floats)

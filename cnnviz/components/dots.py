"""Layers over one axis as stacked rows of dots: what a unit sees below it, and who sees it above, lights up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.pack import pack
from cnnviz.components.register import register
from cnnviz.errors import ShapeError

WORDS = {
    "label": "Units of each layer as rows of dots, the input at the bottom",
    "unit": "{name}, unit {index}",
    "padding": "{name}, padding at {index}",
    "reads": "reads {count} in the layer before",
    "sees": "sees inputs {first} to {last}: a field of {span}",
    "skips": "{count} of them skipped",
    "reaches": "reaches {count} in {name}",
}

_HTML = """
<div class="root">
  <div class="rows" role="grid" tabindex="0" aria-activedescendant="dot">
    <canvas aria-hidden="true"></canvas>
    <div role="row"><div class="mark dot" id="dot" role="gridcell"></div></div>
  </div>
  <div class="foot"><div class="readout" aria-live="off"></div></div>
</div>
"""

_mount = register("dots", _HTML)


@dataclass(frozen=True, eq=False)
class Dots:
    """One row: units `first`, `first` + 1, ... of a layer of `size`; those outside of 0 to `size` - 1 are padding.

    `taps` (units, K) are the units of the row below that each one reads, (units, 0) for the input.
    """

    name: str
    size: int
    first: int
    taps: NDArray[Any]


def dots(rows: Sequence[Dots], *, key: str, words: Mapping[str, str] | None = None) -> None:
    """Draw rows of dots, the input first; what is hovered, focused or clicked is answered in the browser alone.

    `words` replaces entries of WORDS. Raises ShapeError where a unit reads one that no row has.
    """
    _mount(data=message(rows, words=words), key=key)


def message(rows: Sequence[Dots], *, words: Mapping[str, str] | None = None) -> bytes:
    """Return what `dots` sends to the browser for the same arguments: a buffer of `pack`."""
    heads, arrays = [], []
    below: Dots | None = None
    for row in rows:
        if row.taps.ndim != 2 or not len(row.taps):
            raise ShapeError(f"{row.name} needs one unit at least and an array (units, taps), not {row.taps.shape}.")
        if row.taps.size and (
            below is None or row.taps.min() < below.first or row.taps.max() >= below.first + len(below.taps)
        ):
            raise ShapeError(
                f"{row.name} reads units {row.taps.min()} to {row.taps.max()}, not all of which are there."
            )
        heads.append({"name": row.name, "size": row.size, "first": row.first, "count": len(row.taps)})
        arrays.append(np.asarray(row.taps, np.int32))
        below = row
    return pack({"rows": heads, "words": {**WORDS, **(words or {})}}, *arrays)

"""Layers over one axis as stacked rows of dots: what a unit sees below it, and who sees it above, lights up."""

from collections.abc import Mapping, Sequence

import numpy as np

from cnnviz.arithmetic.layer_stack import Dots
from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import register
from cnnviz.errors import ShapeError

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


def dots(rows: Sequence[Dots], *, key: str, words: Mapping[str, str] | None = None) -> None:
    """Draw rows of dots, the input first; what is hovered, focused or clicked is answered in the browser alone.

    `words` replaces some of its words. Raises ShapeError where a unit reads one that no row has.
    """
    _mount(data=message(rows, words=words), key=key)


def message(rows: Sequence[Dots], *, words: Mapping[str, str] | None = None) -> bytes:
    """Return what `dots` sends to the browser for the same arguments: a buffer of `pack`."""
    heads, arrays = [], []
    below: Dots | None = None
    for row in rows:
        taps = np.asarray(row.taps, np.int32)
        if taps.ndim != 2 or not len(taps):
            raise ShapeError(f"{row.name} needs one unit at least and an array (units, taps), not {taps.shape}.")
        if taps.size and (below is None or taps.min() < below.first or taps.max() >= below.first + len(below.taps)):
            raise ShapeError(f"{row.name} reads units {taps.min()} to {taps.max()}, not all of which are there.")
        heads.append({"name": row.name, "size": row.size, "first": row.first, "count": len(taps)})
        arrays.append(taps)
        below = row
    return pack({"rows": heads, "words": words_of("dots", words)}, *arrays)

"""Inputs and outputs, a line for every connection, and the weight matrix: places that share a weight have its colour.

    connections(inputs, outputs, matrix, owners, sizes=((7,), (3,)), key="connections")

Hover, keyboard and pin are answered in the browser alone.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import register
from cnnviz.errors import ShapeError

_HTML = """
<div class="root">
  <div class="stage" role="grid" tabindex="0" aria-activedescendant="at-connection">
    <canvas class="base" aria-hidden="true"></canvas>
    <canvas class="over" aria-hidden="true"></canvas>
    <div role="row"><div class="mark" id="at-connection" role="gridcell"></div></div>
  </div>
  <div class="sum" aria-live="off"></div>
  <div class="foot"><span class="keys"></span></div>
</div>
"""

_mount = register("connections", _HTML)


def connections(
    inputs: NDArray[Any],
    outputs: NDArray[Any],
    matrix: NDArray[Any],
    owners: NDArray[Any],
    *,
    sizes: tuple[tuple[int, ...], tuple[int, ...]],
    key: str,
    words: Mapping[str, str] | None = None,
) -> None:
    """Draw inputs (I,), outputs (O,) and the matrix (O, I) between them.

    `owners` (O, I) is the number of the weight at each place, -1 where nothing is connected. `sizes` are how inputs and
    outputs are laid out, over one or two axes. `words` replaces some of its words. Raises ShapeError where
    shapes do not fit.
    """
    _mount(data=message(inputs, outputs, matrix, owners, sizes=sizes, words=words), key=key)


def message(
    inputs: NDArray[Any],
    outputs: NDArray[Any],
    matrix: NDArray[Any],
    owners: NDArray[Any],
    *,
    sizes: tuple[tuple[int, ...], tuple[int, ...]],
    words: Mapping[str, str] | None = None,
) -> bytes:
    """Return what `connections` sends to the browser for the same arguments: a buffer of `pack`."""
    wanted = int(np.prod(sizes[1])), int(np.prod(sizes[0]))
    if matrix.shape != wanted or owners.shape != wanted or (outputs.size, inputs.size) != wanted:
        raise ShapeError(
            f"{wanted[1]} inputs and {wanted[0]} outputs need a matrix {wanted}, not {matrix.shape} with owners "
            f"{owners.shape}, {inputs.size} inputs and {outputs.size} outputs."
        )
    meta = {"input": list(sizes[0]), "output": list(sizes[1]), "words": words_of("connections", words)}
    floats = [np.asarray(each, np.float32) for each in (inputs, outputs, matrix)]
    return pack(meta, *floats, np.asarray(owners, np.int32))

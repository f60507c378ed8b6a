"""Inputs and outputs, a line for every connection, and the weight matrix: places that share a weight have its colour.

    connections(inputs, outputs, matrix, owners, sizes=((7,), (3,)), key="connections")

Hover, keyboard and pin are answered in the browser alone.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.pack import pack
from cnnviz.components.register import register
from cnnviz.errors import ShapeError

WORDS = {
    "input": "Inputs",
    "output": "Outputs",
    "matrix": "Weight matrix",
    "label": "Weight matrix with the inputs above it and the outputs to its right",
    "idle": "Point at a weight, an input or an output, or reach the matrix with Tab and the arrow keys.",
    "keys": "Click or Space pins, Escape lets go",
    "weight": "Weight {weight} = {value}",
    "used": "connects input {input} with output {output}; used {count} times, at every place of its colour",
    "once": "connects input {input} with output {output}; used here alone",
    "none": "No connection from input {input} to output {output}: the matrix has a 0 there.",
    "input_at": "Input {input} = {value}",
    "reaches": "reaches {count} of {outputs} outputs",
    "output_at": "Output {output} = {value}",
}

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
    outputs are laid out, over one or two axes. `words` replaces entries of WORDS. Raises ShapeError where shapes do not
    fit.
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
    meta = {"input": list(sizes[0]), "output": list(sizes[1]), "words": {**WORDS, **(words or {})}}
    floats = [np.asarray(each, np.float32) for each in (inputs, outputs, matrix)]
    return pack(meta, *floats, np.asarray(owners, np.int32))

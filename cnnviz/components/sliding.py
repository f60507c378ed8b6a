"""Windows that slide over a grid of numbers: hover, step, play and edit are answered in the browser.

    axis = windows(8, 3, before=1, after=1)                        # cnnviz.components.axes
    sliding(image, result, axes=(axis, axis), key="grids", weights=kernel)             # a convolution
    sliding(image, result, axes=(axis, axis), key="grids", operation="max", winners=indices)      # a pooling

The arrays are sent once. The browser adds up the same numbers that Python sent and says how far both agree.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.axes import Axis
from cnnviz.components.cells import EDIT, Edit, teller
from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import picked, register
from cnnviz.errors import ShapeError

Grid = Literal["input", "kernel", "bias", "output"]
Operation = Literal["sum", "max", "average", "lp"]
GRIDS: tuple[Grid, ...] = ("input", "kernel", "bias", "output")


_HTML = f"""
<div class="root">
  <div class="tools">
    <button type="button" class="back"></button><button type="button" class="play"></button>
    <button type="button" class="step"></button><button type="button" class="all"></button>
    <label class="speed"><span></span><input type="range" min="0" max="6" step="0.5" value="2"><output></output></label>
    <button type="button" class="change"></button>
  </div>
  <div class="stage">
    <canvas class="base" aria-hidden="true"></canvas>
    <canvas class="over" aria-hidden="true"></canvas>
    <div class="panel" data-panel="input" role="grid" tabindex="0" aria-activedescendant="at-input">
      <div role="row"><div class="mark" id="at-input" role="gridcell"></div></div></div>
    <div class="panel" data-panel="kernel" role="grid" tabindex="0" aria-activedescendant="at-kernel">
      <div role="row"><div class="mark" id="at-kernel" role="gridcell"></div></div></div>
    <div class="panel" data-panel="output" role="grid" tabindex="0" aria-activedescendant="at-output">
      <div role="row"><div class="mark" id="at-output" role="gridcell"></div></div></div>
    {EDIT}
  </div>
  <div class="sum" role="region" tabindex="0" aria-live="off"></div>
  <div class="foot"><span class="keys"></span><span class="check" role="status"></span></div>
</div>
"""

_mount = register("sliding", _HTML)


def sliding(
    inputs: NDArray[Any],
    outputs: NDArray[Any],
    *,
    axes: Sequence[Axis],
    key: str,
    weights: NDArray[Any] | None = None,
    bias: NDArray[Any] | None = None,
    groups: int = 1,
    operation: Operation = "sum",
    divisors: NDArray[Any] | None = None,
    norm: float = 2.0,
    winners: NDArray[Any] | None = None,
    paint: bool = False,
    editable: Sequence[Grid] = ("input", "kernel", "bias"),
    selected: tuple[Grid, int] | None = None,
    name: str = "PyTorch",
    words: Mapping[str, str] | None = None,
    on_pin: Callable[[tuple[Grid, int] | None], None] | None = None,
    on_edit: Callable[[list[Edit]], None] | None = None,
) -> None:
    """Draw `inputs` (C, *S), the kernel and `outputs` (F, *O), over one, two or three axes; `outputs` are Python's.

    `axes` has one Axis for each axis of positions, in torch's order. A convolution has `weights` (F, C / groups, *K)
    and perhaps `bias` (F,). Without weights it is a pooling, channel by channel (F is C): `operation` is "max",
    "average" (divided by `divisors`, *O, by default the taps of a window) or "lp" (of `norm`); `winners` (F, *O) is
    the flat index of the input that won, marked in its window. With `paint` the animation goes from input to input,
    each adding what it paints to the outputs, as a transposed convolution does; `axes` are then those of
    cnnviz.components.axes.painted.

    `editable` are the grids whose cells can be given other values. `on_edit` hears of all edits that Python does not
    know yet, `on_pin` of the pinned cell (grid, flat index) or None, both before the page's script runs again.
    `selected` is pinned; in "input" its index counts places of the grid as drawn, C of them one after the other, in
    Edit those of the array. `name` is who else computed the outputs. `words` replaces some of its words. Raises
    ShapeError where shapes do not fit.
    """
    data = message(
        inputs,
        outputs,
        axes=axes,
        weights=weights,
        bias=bias,
        groups=groups,
        operation=operation,
        divisors=divisors,
        norm=norm,
        winners=winners,
        paint=paint,
        editable=editable,
        selected=selected,
        name=name,
        words=words,
    )

    picked(_mount, data, key, teller(GRIDS, on_pin, on_edit))


def message(
    inputs: NDArray[Any],
    outputs: NDArray[Any],
    *,
    axes: Sequence[Axis],
    weights: NDArray[Any] | None = None,
    bias: NDArray[Any] | None = None,
    groups: int = 1,
    operation: Operation = "sum",
    divisors: NDArray[Any] | None = None,
    norm: float = 2.0,
    winners: NDArray[Any] | None = None,
    paint: bool = False,
    editable: Sequence[Grid] = ("input", "kernel", "bias"),
    selected: tuple[Grid, int] | None = None,
    name: str = "PyTorch",
    words: Mapping[str, str] | None = None,
) -> bytes:
    """Return what `sliding` sends to the browser for the same arguments: a buffer of `pack`."""
    kernel = tuple(axis.taps.shape[1] for axis in axes)
    _check(inputs, outputs, axes, weights, bias, groups)
    arrays: list[NDArray[Any]] = [np.asarray(inputs, np.float32), np.asarray(outputs, np.float32)]
    names = ["inputs", "outputs"]
    optional = {"weights": weights, "bias": bias, "divisors": divisors, "winners": winners}
    for label, array in optional.items():
        if array is not None:
            names.append(label)
            arrays.append(np.asarray(array, np.int32 if label == "winners" else np.float32))
    for number, axis in enumerate(axes):
        names += [f"source{number}", f"taps{number}"]
        arrays += [axis.source, axis.taps]
    meta = {
        "names": names,
        "channels": inputs.shape[0],
        "filters": outputs.shape[0],
        "groups": groups if weights is not None else inputs.shape[0],
        "input": inputs.shape[1:],
        "places": [len(axis.source) for axis in axes],
        "kernel": kernel,
        "output": outputs.shape[1:],
        "operation": operation,
        "norm": norm,
        "paint": paint,
        "editable": list(editable),
        "selected": None if selected is None else [selected[0], int(selected[1])],
        "name": name,
        "words": words_of("sliding", words),
    }
    return pack(meta, *arrays)


def _check(
    inputs: NDArray[Any],
    outputs: NDArray[Any],
    axes: Sequence[Axis],
    weights: NDArray[Any] | None,
    bias: NDArray[Any] | None,
    groups: int,
) -> None:
    rank, kernel = len(axes), tuple(axis.taps.shape[1] for axis in axes)
    if (
        not 1 <= rank <= 3
        or inputs.ndim != rank + 1
        or outputs.ndim != rank + 1
        or 0 in (*inputs.shape, *outputs.shape)
    ):
        raise ShapeError(
            f"{rank} axes need an input and an output of {rank + 1} axes, none empty, not {inputs.shape} and "
            f"{outputs.shape}."
        )
    made = tuple(len(axis.taps) for axis in axes)
    read = tuple(axis.inputs for axis in axes)
    if made != outputs.shape[1:] or any(there > size for there, size in zip(read, inputs.shape[1:], strict=True)):
        raise ShapeError(f"the axes make {made} of {read}, but {outputs.shape[1:]} of {inputs.shape[1:]} was given.")
    if weights is None:
        if outputs.shape[0] != inputs.shape[0]:
            raise ShapeError(f"a pooling keeps its {inputs.shape[0]} channels; the output has {outputs.shape[0]}.")
        return
    wanted = (outputs.shape[0], inputs.shape[0] // groups, *kernel)
    if weights.shape != wanted or inputs.shape[0] % groups or outputs.shape[0] % groups:
        raise ShapeError(f"in {groups} groups the weights must have the shape {wanted}, not {weights.shape}.")
    if bias is not None and bias.shape != outputs.shape[:1]:
        raise ShapeError(f"{outputs.shape[0]} filters need as many biases, not {bias.shape}.")

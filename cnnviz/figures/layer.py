"""One layer as blocks: its input, its kernel, its output."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from cnnviz.arithmetic import Layer
from cnnviz.figures.blocks import Block, Triple, blocks
from cnnviz.figures.layer_regions import drawn_size, parts


def layer_blocks(
    layer: Layer, settings: Mapping[str, Any], *, words: tuple[str, str, str, str], height: int = 320
) -> go.Figure:
    """Return a layer's input and output as blocks in one scale, with its kernel or window where it has one.

    `settings` are those the layer was made with; `words` name input, output, a count of kernels and a window.
    """
    inside, outside = drawn_size(layer, layer.input_size), drawn_size(layer, layer.output_size)
    found = parts(layer, settings)
    source, target = found if found is not None else (None, None)
    named_input, named_output, *_ = words
    return blocks(
        Block(inside, _title(named_input, layer.input_size[1:]), _edges(inside), part=source, padding=_around(layer)),
        Block(outside, _title(named_output, layer.output_size[1:]), _edges(outside), part=target),
        kernel=_kernel(layer, settings, words),
        height=height,
    )


def sized(size: tuple[int, ...]) -> str:
    """Return a size as it is written: 3×32×32."""
    return "×".join(map(str, size))


def _title(word: str, size: tuple[int, ...]) -> str:
    return f"{word}<br><b>{sized(size)}</b>"


def _edges(size: Triple) -> tuple[str, str, str]:
    depth, height, width = (str(extent) if extent > 1 else "" for extent in size)
    return depth, height, width


def _around(layer: Layer) -> tuple[int, int, int, int]:
    """Return the padding that is drawn around the input's face: top, right, bottom, left."""
    window = layer.window
    if window is None or layer.kind.startswith("ConvTranspose"):
        return 0, 0, 0, 0
    before, after = ([0, *map(_least, side)][-2:] for side in (window.before, window.after))
    return before[0], after[1], after[0], before[1]


def _least(amount: int) -> int:
    return max(amount, 0)


def _kernel(layer: Layer, settings: Mapping[str, Any], words: tuple[str, str, str, str]) -> Block | None:
    window = layer.window
    if window is None or 0 in window.stride:
        return None
    kernel = window.kernel_size
    *_, kernels, one_window = words
    if layer.kind.startswith("Conv"):
        turned = layer.kind.startswith("ConvTranspose")
        count, depth = layer.output_size[1], layer.input_size[1]
        if turned:
            count, depth = depth, count
        size = (depth // settings.get("groups", 1), *kernel)
        title = _title(kernels.format(count=count), size)
    elif "Pool" in layer.kind and not layer.kind.startswith("Adaptive"):
        size, title = (1, *kernel), _title(one_window, kernel)
    else:
        return None
    drawn: Triple = kernel if len(kernel) == 3 else (size[0], *([1] * (2 - len(kernel))), *kernel)  # type: ignore[assignment]
    return Block(drawn, title, _edges(drawn))

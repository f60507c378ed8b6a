"""Which part of a layer's input makes which part of its output, as regions of the blocks that are drawn."""

from collections.abc import Mapping
from typing import Any

from cnnviz.arithmetic import Layer
from cnnviz.figures.blocks import Region, Triple

Span = tuple[int, int]
# These read every channel, at one position or at all.
_ALL_CHANNELS = ("Softmax", "LogSoftmax")
_PAINTS = ("PixelShuffle", "PixelUnshuffle")


def drawn_size(layer: Layer, size: tuple[int, ...]) -> Triple:
    """Return a tensor's size (N, ...) as a block's: channels into the page, height down, width to the right.

    One axis of positions runs to the right, a plain vector down, and of a volume (N, C, D, H, W) one channel is drawn.
    """
    match size[1:]:
        case (features,):
            return (1, 1, features) if layer.kind == "Embedding" else (1, features, 1)
        case (positions, features) if layer.kind in ("Linear", "Embedding"):
            return features, 1, positions
        case (channels, length):
            return channels, 1, length
        case (channels, height, width):
            return channels, height, width
        case (_, depth, height, width):
            return depth, height, width
        case _:
            return 1, 1, 1


def parts(layer: Layer, settings: Mapping[str, Any]) -> tuple[Region, Region] | None:
    """Return what is read and what it makes: one output of a window, what is normalised together, what is copied.

    None where input and output are not drawn as blocks whose cells belong together.
    """
    inside, outside = drawn_size(layer, layer.input_size), drawn_size(layer, layer.output_size)
    if layer.kind == "Flatten":
        each = inside[1] * inside[2]
        begins = outside[1] == inside[0] * each
        return (Region((0, 0, 0), (1, *inside[1:])), Region((0, 0, 0), (1, each, 1))) if begins else None
    if layer.kind == "Linear":
        if outside[0] == 1:
            return Region((0, 0, 0), inside), _cell(outside, 0, outside[1] // 3, 0)
        position = outside[2] // 3
        return Region((0, 0, position), (inside[0], 1, position + 1)), _cell(outside, 0, 0, position)
    if layer.kind == "Embedding":
        position = outside[2] // 3
        return _cell(inside, 0, 0, position), Region((0, 0, position), (outside[0], 1, position + 1))
    if layer.kind in _PAINTS:
        return _shuffled(layer, inside, outside)
    if "Norm" in layer.kind and layer.kind != "LocalResponseNorm":
        together = _normalised(layer, settings, inside)
        return together, together
    return _windowed(layer, settings, inside, outside)


def _cell(size: Triple, depth: int, row: int, column: int) -> Region:
    at = tuple(min(place, extent - 1) for place, extent in zip((depth, row, column), size, strict=True))
    return Region((at[0], at[1], at[2]), (at[0] + 1, at[1] + 1, at[2] + 1))


def _shuffled(layer: Layer, inside: Triple, outside: Triple) -> tuple[Region, Region]:
    coarse, fine = (inside, outside) if layer.kind == "PixelShuffle" else (outside, inside)
    factor = fine[1] // coarse[1]
    row, column = coarse[1] // 3, coarse[2] // 3
    deep = Region((0, row, column), (factor * factor, row + 1, column + 1))
    flat = Region((0, row * factor, column * factor), (1, (row + 1) * factor, (column + 1) * factor))
    return (deep, flat) if layer.kind == "PixelShuffle" else (flat, deep)


def _normalised(layer: Layer, settings: Mapping[str, Any], size: Triple) -> Region:
    depth, height, width = size
    if layer.kind == "GroupNorm":
        depth = max(1, depth // settings.get("num_groups", 1))
    elif layer.kind == "LayerNorm":
        axes = len(settings.get("normalized_shape", (1, 1, 1)))
        depth, height = depth if axes > 2 else 1, height if axes > 1 else 1
    elif len(layer.input_size) < 5:
        depth = 1
    return Region((0, 0, 0), (depth, height, width))


def _windowed(
    layer: Layer, settings: Mapping[str, Any], inside: Triple, outside: Triple
) -> tuple[Region, Region] | None:
    sources: list[Span] = []
    targets: list[Span] = []
    positions, given = layer.output_size[2:], layer.input_size[2:]
    if len(positions) != len(given):
        return None
    for axis, (count, size) in enumerate(zip(positions, given, strict=True)):
        unit = count // 3
        targets.append((unit, unit + 1))
        sources.append(_read(layer, axis, unit, size))
    if len(positions) == 3:
        return _region(sources), _region(targets)
    channels, one = (0, 1), (0, 1)
    if layer.kind.startswith("Conv"):
        channels = 0, max(1, inside[0] // settings.get("groups", 1))
    elif layer.kind in _ALL_CHANNELS:
        channels = 0, inside[0]
    rows: list[Span] = [(0, 1)] * (2 - len(positions))
    return _region([channels, *rows, *sources]), _region([one, *rows, *targets])


def _read(layer: Layer, axis: int, unit: int, size: int) -> Span:
    """Return which rows of the input an output unit reads along an axis, padding included where it is drawn."""
    if layer.whole:
        return 0, size
    if layer.links is None:
        return unit, unit + 1
    (a, b, c), (a_last, b_last, c_last) = layer.links[axis]
    first, last = (a * unit + b) // c, (a_last * unit + b_last) // c_last
    sliding = layer.window is not None and not layer.kind.startswith("ConvTranspose")
    before = layer.window.before[axis] if sliding and layer.window is not None else 0
    after = layer.window.after[axis] if sliding and layer.window is not None else 0
    first = min(max(first, -before), size + after - 1)
    return first, max(first + 1, min(last + 1, size + after))


def _region(spans: list[Span]) -> Region:
    (a, b), (c, d), (e, f) = spans
    return Region((a, c, e), (b, d, f))

"""Layers over one axis as rows of dots: equal ones stacked, or those of a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from cnnviz.arithmetic import Layer, layer
from cnnviz.arithmetic.receptive_field import reach_of_input, through
from cnnviz.errors import ShapeError

MOST = 90  # dots in a row: more of them can't be told apart
_UNITS = 4  # in the top row, where there is room


@dataclass(frozen=True)
class Dots:
    """One row: units `first`, `first` + 1, ... of a layer of `size`; those outside of 0 to `size` - 1 are padding.

    `taps` are, for each unit, the units of the row below that it reads, as many for each; none for the input.
    """

    name: str
    size: int
    first: int
    taps: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Stack:
    """Rows of dots, the input first, and for each the field of its units and by how much it moves, in inputs."""

    rows: tuple[Dots, ...]
    sizes: tuple[int, ...]
    strides: tuple[int, ...]


def equal_layers(
    count: int, kernel_size: int, *, stride: int, dilation: int, doubling: bool, names: Sequence[str]
) -> Stack:
    """Return `count` 1-D convolutions without padding, stacked; with `doubling` each has twice the dilation before.

    `names` are those of the input and the layers. Raises ShapeError where the field has more dots than can be drawn.
    """
    dilations = [dilation << number if doubling else dilation for number in range(count)]
    reach = reach_of_input(1)
    sizes, strides = [1], [1]
    # As large as needs be: what a unit sees of an input without padding does not depend on the input's size.
    length = 1 + sum(each * (kernel_size - 1) * stride**number for number, each in enumerate(dilations))
    for made in _convolutions(length, kernel_size, stride, dilations):
        onward = through(reach, made)
        assert onward is not None
        reach = onward
        sizes.append(reach[0].size)
        strides.append(int(reach[0].stride))
    if sizes[-1] > MOST:
        raise ShapeError(
            f"A unit of layer {count} sees {sizes[-1]:,} inputs; at most {MOST} can be drawn: lower one of the numbers."
        )
    units = min(_UNITS, 1 + (MOST - sizes[-1]) // strides[-1])
    length = sizes[-1] + (units - 1) * strides[-1]
    rows = [Dots(names[0], length, 0, ((),) * length)]
    for name, made in zip(names[1:], _convolutions(length, kernel_size, stride, dilations), strict=True):
        assert made.window is not None
        units = made.output_size[2]
        stride, before, apart = made.window.stride[0], made.window.before[0], made.window.dilation[0]
        starts = [unit * stride - before for unit in range(units)]
        taps = tuple(tuple(start + tap * apart for tap in range(kernel_size)) for start in starts)
        rows.append(Dots(name, units, 0, taps))
    return Stack(tuple(rows), tuple(sizes), tuple(strides))


def _convolutions(length: int, kernel_size: int, stride: int, dilations: Sequence[int]) -> list[Layer]:
    made = []
    for dilation in dilations:
        settings = {"out_channels": 1, "kernel_size": kernel_size, "stride": stride, "dilation": dilation}
        made.append(layer("Conv1d", (1, 1, length), **settings))
        length = made[-1].output_size[2]
    return made


def of_network(rows: Sequence[Any], *, units: int, input_name: str) -> Stack:
    """Return a network's own layers along its columns, from the input up to the first of `rows`.

    Each row has a name, `sources` with their names, columns and windows, and a dilation, as the engine answers Reads;
    `units` is how many columns the first has. Layers that look at one position alone are left out. Raises ShapeError
    where layers don't lie in one row above the input, where one sees all, or where there are more dots than can be
    drawn.
    """
    lowest = rows[-1]
    if len(lowest.sources) != 1 or lowest.sources[0].name:
        raise ShapeError(
            f"{lowest.name} reads {len(lowest.sources)} layers; rows of dots can only be drawn where each reads one."
        )
    for row in rows:
        window = row.sources[0].window
        if window is None or window.size is None:
            raise ShapeError(
                f"{row.name} reads all of the layer before it, or more than one stretch of it; rows of dots need one."
            )
    for count in range(min(_UNITS, units), 0, -1):
        found = _rows(rows, units, count, input_name)
        if len(found[0].taps) <= MOST:
            return Stack(tuple(found), *_fields(found))
    raise ShapeError(
        f"A unit of {rows[0].name} sees {len(found[0].taps):,} columns of the input; at most {MOST} can be drawn."
    )


def _rows(rows: Sequence[Any], size: int, count: int, input_name: str) -> list[Dots]:
    """Return the rows that `count` units in the middle of the topmost, which has `size`, need."""
    first = (size - count) // 2
    found: list[Dots] = []
    for row in rows:
        source = row.sources[0]
        if _is_pointwise(source.window):
            continue
        stretches = [_stretch(source.window, first + unit, row.dilation[1]) for unit in range(count)]
        most = max(map(len, stretches))
        # Units of an upsampling read one or two: the last stands twice, which draws the same line twice.
        taps = tuple((*stretch, *[stretch[-1]] * (most - len(stretch))) for stretch in stretches)
        found.append(Dots(row.name, size, first, taps))
        first = min(map(min, taps))
        count, size = max(map(max, taps)) - first + 1, source.columns
    return [Dots(input_name, size, first, ((),) * count), *reversed(found)]


def _is_pointwise(window: Any) -> bool:
    return tuple(window.size) == (1, 1) and tuple(window.stride) == (1, 1) and tuple(window.padding) == (0, 0)


def _stretch(window: Any, unit: int, dilation: int) -> list[int]:
    _, left, _, right = window.box(0, unit)
    return list(range(left, right, dilation))


def _fields(rows: Sequence[Dots]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return for each row how many columns of the input a unit spans, and how far the next unit's lie from them."""
    spans = [[(unit, unit + 1) for unit in range(rows[0].first, rows[0].first + len(rows[0].taps))]]
    for below, row in pairwise(rows):
        under = [[spans[-1][tap - below.first] for tap in taps] for taps in row.taps]
        spans.append([(min(a for a, _ in pairs), max(b for _, b in pairs)) for pairs in under])
    sizes = tuple(max(b - a for a, b in row) for row in spans)
    strides = tuple(row[1][0] - row[0][0] if len(row) > 1 else 0 for row in spans)
    return sizes, strides

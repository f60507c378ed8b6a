"""The commonest rules of cnnviz.analysis.output_sizes once more, with all that does not change worked out beforehand.

Each takes an operation and gives a function of the slots of a program, or None where the general rule has to do. What
must stay as it is at another size, such as the channels that a filter reads, goes to `check`.
tests/analysis/test_output_sizes.py holds all forms of a rule equal.
"""

from collections.abc import Callable, Sequence
from typing import Any

from cnnviz.analysis.functions import CONVOLUTIONS, POINTWISE, POOLS
from cnnviz.analysis.operations import Operation, Shape, Value
from cnnviz.analysis.output_sizes import Elsewhere, common
from cnnviz.analysis.windows import each_dim, rank_of

Slots = list[Any]
Step = Callable[[Slots], Any]
Places = Sequence[int | None]
Check = Callable[[Value, int], None]


def _convolution(op: Operation, slot: Places, check: Check) -> Step | None:
    image, weight = op.get(0, "input"), op.get(1, "weight")
    padding = op.get(4, "padding", 0)
    if "transpose" in op.name or slot[weight.number] is not None or padding == "same":
        return None
    rank = len(weight.shape) - 2
    stride, dilation = each_dim(op.get(3, "stride", 1), rank), each_dim(op.get(5, "dilation", 1), rank)
    check(image, len(image.shape) - rank - 1)
    around = each_dim(0 if padding == "valid" else padding, rank)
    spans = [d * (k - 1) + 1 for d, k in zip(dilation, weight.shape[2:], strict=True)]
    return _windows(slot[image.number], len(image.shape), weight.shape[0], spans, stride, around)


def _pool(op: Operation, slot: Places, check: Check) -> Step | None:
    image, rank = op.get(0, "input"), rank_of(op.name)
    dilates = op.name.startswith("max")
    if op.name.startswith("lp") or op.get(5 if dilates else 4, "ceil_mode", False):
        return None
    kernel, given = each_dim(op.get(1, "kernel_size"), rank), op.get(2, "stride")
    stride = kernel if given in (None, (), []) else each_dim(given, rank)
    dilation = each_dim(op.get(4, "dilation", 1) if dilates else 1, rank)
    spans = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    return _windows(slot[image.number], len(image.shape), None, spans, stride, each_dim(op.get(3, "padding", 0), rank))


def _windows(
    at: int | None, dims: int, channels: int | None, spans: Sequence[int], stride: Sequence[int], around: Sequence[int]
) -> Step | None:
    """Windows of `spans` positions: floor((size + 2·padding - span) / stride) + 1 along each axis."""
    if at is None or dims != len(spans) + 2:
        return None
    if len(spans) != 2:
        rooms = [2 * padding - span for padding, span in zip(around, spans, strict=True)]

        def several(slots: Slots) -> Shape:
            batch, own, *axes = slots[at]
            made = tuple([(size + room) // s + 1 for size, room, s in zip(axes, rooms, stride, strict=True)])
            if min(made) < 1:
                raise Elsewhere
            return (batch, channels or own, *made)

        return several
    (down, across), (row, column) = stride, [2 * padding - span for padding, span in zip(around, spans, strict=True)]

    def image(slots: Slots) -> Shape:
        batch, own, height, width = slots[at]
        height, width = (height + row) // down + 1, (width + column) // across + 1
        if height < 1 or width < 1:
            raise Elsewhere
        return batch, channels or own, height, width

    return image


def _linear(op: Operation, slot: Places, check: Check) -> Step | None:
    image, weight = op.get(0, "input"), op.get(1, "weight")
    at, features = slot[image.number], weight.shape[:-1]
    if slot[weight.number] is not None or at is None:
        return None
    check(image, len(image.shape) - 1)
    return lambda slots: (*slots[at][:-1], *features)


def _pointwise(op: Operation, slot: Places, check: Check) -> Step | None:
    if len(op.inputs) != 2 or any(slot[value.number] is None for value in op.inputs):
        return None
    first, second = (slot[value.number] or 0 for value in op.inputs)

    def pair(slots: Slots) -> Any:
        one, other = slots[first], slots[second]
        return one if one == other else common((one, other))

    return pair


def _cat(op: Operation, slot: Places, check: Check) -> Step | None:
    parts: tuple[Value, ...] = op.get(0, "tensors")
    dims = len(parts[0].shape)
    dim = op.get(1, "dim", op.keywords.get("axis", 0)) % dims
    if dims != 4 or dim != 1 or any(slot[part.number] is None for part in parts):
        return None
    places = [slot[part.number] or 0 for part in parts]

    def channels(slots: Slots) -> Shape:
        batch, total, *axes = slots[places[0]]
        for place in places[1:]:
            one, more, *others = slots[place]
            if one != batch or others != axes:
                raise Elsewhere
            total += more
        return (batch, total, *axes)

    return channels


STEPS: dict[str, Callable[[Operation, Places, Check], Step | None]] = {
    **dict.fromkeys(CONVOLUTIONS, _convolution),
    **dict.fromkeys(POOLS, _pool),
    **dict.fromkeys(POINTWISE, _pointwise),
    "linear": _linear,
    **dict.fromkeys(("cat", "concat", "concatenate"), _cat),
}

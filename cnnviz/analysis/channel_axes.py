"""Which axis of each tensor holds the channels, followed through a trace: (N, C, H, W), or (N, H, W, C) as in Swin.

A convolution, a pooling and a batch normalisation give their channels at axis 1, a linear layer and a normalisation
over the last axis at the last one; a permutation takes them along, and what works on each number alone leaves them.
Where nothing tells, as in the windows of an attention, there is no axis.
"""

from collections.abc import Iterable
from math import prod

from cnnviz.analysis.functions import (
    ADAPTIVE_POOLS,
    CONVOLUTIONS,
    EXPANDING,
    PERMUTING,
    POINTWISE,
    POOLS,
    REDUCING,
    RESHAPING,
    words,
)
from cnnviz.analysis.operations import Operation, Shape, Trace, Value

_AT_1 = (
    CONVOLUTIONS
    | POOLS
    | ADAPTIVE_POOLS
    | words(
        """
        batch_norm channel_shuffle group_norm instance_norm interpolate local_response_norm pixel_shuffle
        pixel_unshuffle upsample
        """
    )
)
_LAST = words("linear layer_norm rms_norm multi_head_attention_forward")
# They give tensors with the axes of the first.
_ALONG = (
    POINTWISE
    | EXPANDING
    | words(
        """
        cat chunk concat concatenate flip getitem index_select narrow normalize pad roll softmax log_softmax split
        split_with_sizes tensor_split stochastic_depth setitem where scatter
        """
    )
)


def channel_axes(trace: Trace) -> dict[int, int]:
    """Return the axis of the channels by the number of a tensor; a tensor of which nothing tells is not in it."""
    axes = {value.number: 1 for value in trace.inputs if len(value.shape) > 1}
    for operation in trace.operations:
        for value in operation.outputs:
            axis = 1 if len(value.shape) == 2 else _axis(operation, value, axes)
            if axis is None or not 0 < axis < len(value.shape):
                axes.pop(value.number, None)
            else:
                axes[value.number] = axis
    return axes


def _axis(op: Operation, made: Value, axes: dict[int, int]) -> int | None:
    if op.name in _AT_1:
        return 1
    if op.name in _LAST:
        normalized = op.get(1, "normalized_shape", ()) if op.name != "linear" else ()
        if not (isinstance(normalized, tuple | list) and len(normalized) > 1):
            return len(made.shape) - 1
    given = [value for value in op.inputs if value.number in axes]
    if not given:
        return None
    first, axis = given[0], axes[given[0].number]
    if op.name in PERMUTING:
        return _permuted(op, first, axis)
    if op.name in RESHAPING:
        return _reshaped(first.shape, axis, made.shape)
    if op.name in REDUCING:
        return _reduced(op, first.shape, axis, made.shape)
    if op.name in _ALONG or op.name in _LAST:
        return _agreed((value for value in given if len(value.shape) == len(made.shape)), axes)
    return None


def _agreed(given: Iterable[Value], axes: dict[int, int]) -> int | None:
    """Return the axis that tensors have in common, None where they differ."""
    found = {axes[value.number] for value in given}
    return found.pop() if len(found) == 1 else None


def _permuted(op: Operation, given: Value, axis: int) -> int | None:
    rank = len(given.shape)
    if op.name == "permute":
        order = [dim % rank for dim in op.rest(1, "dims")]
        return order.index(axis) if axis in order else None
    if op.name in ("transpose", "swapaxes", "swapdims"):
        one, other = op.get(1, "dim0"), op.get(2, "dim1")
        if not isinstance(one, int) or not isinstance(other, int):
            return None
        one, other = one % rank, other % rank
        return other if axis == one else one if axis == other else axis
    return None


def _reshaped(before: Shape, axis: int, after: Shape) -> int | None:
    """Return where an axis lies that is kept whole, with as many numbers before it as there were."""
    ahead = prod(before[:axis])
    for place in range(1, len(after)):
        if prod(after[:place]) == ahead and after[place] == before[axis]:
            return place
    return None


def _reduced(op: Operation, before: Shape, axis: int, after: Shape) -> int | None:
    if len(after) == len(before):
        return axis
    dims = op.get(1, "dim")
    if isinstance(dims, int):
        dims = (dims,)
    if not isinstance(dims, tuple | list) or not all(isinstance(dim, int) for dim in dims):
        return None
    gone = {dim % len(before) for dim in dims}
    return None if axis in gone else axis - sum(dim < axis for dim in gone)

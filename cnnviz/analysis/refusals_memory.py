"""What eager torch refuses of memory: writing into numbers that stand in several places, or that are read in another
order meanwhile, and looking past the end.

The rules are those of its own at::assert_no_internal_overlap and at::assert_no_partial_overlap.
"""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from cnnviz.analysis.functions import POINTWISE, words
from cnnviz.analysis.refusals_axes import counted, shown

# What it looks at no more than each number for itself.
UNCHECKED = words("ldexp masked_fill masked_scatter")


def overlap(target: Tensor, value: Any) -> str | None:
    """Return why `value` can't be written into `target`, None where it can."""
    if is_expanded(target):
        return repeated(target)
    if isinstance(value, Tensor) and value is not target and _partly(target, value):
        return (
            f"writes into {shown(target.shape)} while it reads the same memory in another order; "
            "clone() of what it reads would be right"
        )
    return None


def is_expanded(tensor: Tensor) -> bool:
    """Return whether a number in memory stands in several places of a tensor, as after expand."""
    return any(stride == 0 and size > 1 for size, stride in zip(tensor.shape, tensor.stride(), strict=True))


def repeated(target: Tensor) -> str:
    return (
        f"writes into {shown(target.shape)}, which was expanded: one number in memory stands in several places; "
        "clone() before it would be right"
    )


def read_in_another_order(name: str, arguments: tuple[Any, ...], out: Any) -> str | None:
    """Return why a function called `name` can't write into its first argument, or into `out`."""
    if name not in POINTWISE or name in UNCHECKED:
        return None
    target, others = (arguments[0], arguments[1:]) if out is None else (out, arguments)
    if not isinstance(target, Tensor) or is_expanded(target):
        return None
    found = (overlap(target, other) for other in others if isinstance(other, Tensor))
    return next(filter(None, found), None)


def _strided(
    input: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> str | None:
    """A view lies within the memory of what it is one of."""
    if len(size) != len(stride) or min(stride, default=0) < 0:
        return f"views {shown(size)} with strides {tuple(stride)}; one of at least 0 for each size would be right"
    if 0 in size:
        return None
    start = input.storage_offset() if storage_offset is None else storage_offset
    end = start + sum((extent - 1) * step for extent, step in zip(size, stride, strict=True)) + 1
    held = input.untyped_storage().nbytes() // input.itemsize
    if end <= held:
        return None
    return (
        f"views {shown(size)} with strides {tuple(stride)}, {counted(int(end), 'number')} of memory that holds {held}"
    )


LAX = {"as_strided": _strided}


def _partly(one: Tensor, other: Tensor) -> bool:
    """Return whether two tensors share some of their memory, and are not the same numbers in the same order."""
    if not (_is_dense(one) and _is_dense(other)):
        return False
    if one.untyped_storage()._cdata != other.untyped_storage()._cdata:
        return False
    (start, end), (first, last) = _bytes(one), _bytes(other)
    if (start, end) == (first, last):
        return one.stride() != other.stride()
    return start < last and first < end


def _bytes(tensor: Tensor) -> tuple[int, int]:
    start = int(tensor.storage_offset()) * tensor.itemsize
    return start, start + tensor.numel() * tensor.itemsize


def _is_dense(tensor: Tensor) -> bool:
    """Return whether a tensor's numbers lie side by side, in whatever order, each in one place."""
    expected = 1
    for stride, size in sorted(
        (stride, size) for size, stride in zip(tensor.shape, tensor.stride(), strict=True) if size > 1
    ):
        if stride != expected:
            return False
        expected *= size
    return tensor.numel() > 0

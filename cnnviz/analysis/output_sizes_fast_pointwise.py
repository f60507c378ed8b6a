"""Pointwise functions for cnnviz.analysis.output_sizes_fast: the size of what they make, and how it lies in memory."""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis.functions import words

Arguments = tuple[Any, ...]

OF_ONE = words(
    """
    abs elu erf exp gelu hardsigmoid hardswish hardtanh leaky_relu log mish neg relu relu6 rsqrt selu sigmoid silu
    softplus sqrt square tanh
    """
)
OF_TWO = words("add div mul multiply rsub sub subtract true_divide truediv")


def is_floating(item: Any) -> bool:
    return isinstance(item, Tensor) and item.is_meta and item.is_floating_point()


def lies_in_order(tensor: Tensor) -> bool:
    """Return whether a tensor's dimensions surely lie in their own order, so that what is made of it is contiguous."""
    if tensor.is_contiguous():
        return True
    strides = tensor.stride()
    return strides[-1] > 0 and all(outer > inner for outer, inner in pairwise(strides))


def lies_plainly(tensor: Tensor) -> bool:
    """Return whether a tensor lies in order, and if it is contiguous has the strides of a new one.

    is_contiguous passes over dimensions of size 1, whose strides may let torch take a tensor for an image with its
    channels last.
    """
    if not tensor.is_contiguous():
        return lies_in_order(tensor)
    expected = 1
    for size, stride in zip(reversed(tensor.shape), reversed(tensor.stride()), strict=True):
        if stride != expected:
            return False
        expected *= size
    return True


def of_one(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    image = arguments[0]
    if not is_floating(image):
        return None
    if any(item is True for item in arguments[1:]):
        return None
    if keywords.get("inplace"):
        return image if image.is_contiguous() else None
    return torch.empty(image.shape, dtype=image.dtype, device="meta") if lies_in_order(image) else None


def of_two(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    """Two tensors of one type, broadcast, or a tensor and a number."""
    if len(arguments) != 2 or keywords:
        return None
    one, other = arguments
    if not isinstance(one, Tensor):
        one, other = other, one
    if not is_floating(one):
        return None
    if isinstance(other, Tensor):
        shape = _broadcast(one, other)
    else:
        shape = one.shape if type(other) in (int, float) and lies_plainly(one) else None
    return None if shape is None else torch.empty(shape, dtype=one.dtype, device="meta")


def _broadcast(one: Tensor, other: Tensor) -> Any:
    """Return the size of what is made of two tensors where it surely is contiguous, None for any other pair."""
    if not other.is_meta or other.dtype != one.dtype:
        return None
    if one.shape == other.shape and one.is_contiguous() and other.is_contiguous():
        return one.shape
    try:
        shape = torch.broadcast_shapes(one.shape, other.shape)
    except RuntimeError:
        return None
    return shape if _keeps_order(one, shape) and _keeps_order(other, shape) else None


def _keeps_order(tensor: Tensor, shape: torch.Size) -> bool:
    """Return whether the dimensions that are not broadcast lie in their own order.

    torch orders what it makes by strides, those of dimensions of size 1 too, which is_contiguous does not look at.
    """
    sizes = zip(tensor.shape, tensor.stride(), shape[len(shape) - tensor.dim() :], strict=True)
    strides = [stride for size, stride, made in sizes if size == made]
    return not strides or (strides[-1] > 0 and all(outer > inner for outer, inner in pairwise(strides)))

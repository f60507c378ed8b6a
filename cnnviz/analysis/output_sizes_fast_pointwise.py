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


def of_one(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    image = arguments[0]
    if not is_floating(image):
        return None
    if any(item is True for item in arguments[1:]):
        return None
    if keywords.get("inplace"):
        return image
    return torch.empty(image.shape, dtype=image.dtype, device="meta") if lies_in_order(image) else None


def of_two(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    """Two tensors of one type, broadcast, or a tensor and a number."""
    if len(arguments) != 2 or keywords:
        return None
    one, other = arguments
    if not isinstance(one, Tensor):
        one, other = other, one
    if not is_floating(one) or not lies_in_order(one):
        return None
    shape = one.shape
    if isinstance(other, Tensor):
        if not other.is_meta or other.dtype != one.dtype or not lies_in_order(other):
            return None
        if other.shape != shape:
            try:
                shape = torch.broadcast_shapes(shape, other.shape)
            except RuntimeError:
                return None
    elif type(other) not in (int, float):
        return None
    return torch.empty(shape, dtype=one.dtype, device="meta")

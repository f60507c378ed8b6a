"""Indices that lie outside of what they pick from: cnnviz.analysis.refusals for them.

Numbers are known in lists, and in tensors that do not come from the network's input: buffers, torch.arange.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis.functions import words
from cnnviz.analysis.refusals_axes import shown
from cnnviz.analysis.refusals_layers import outside
from cnnviz.analysis.refusals_memory import overlap
from cnnviz.analysis.refusals_types import named
from cnnviz.analysis.values import positions


def dimension(image: Tensor, dim: Any, name: str = "dim") -> str | None:
    """A dimension is one that a tensor has."""
    rank = max(image.dim(), 1)
    for each in dim if isinstance(dim, tuple | list) else (dim,):
        if isinstance(each, int) and not -rank <= each < rank:
            return f"has {name}={each}; {shown(image.shape)} has dimensions {-rank} to {rank - 1}"
    return None


def _along(image: Tensor, dim: Any = -1, *_: Any, **__: Any) -> str | None:
    return dimension(image, dim)


def _softmax(input: Tensor, dim: Any = None, *_: Any, dtype: Any = None, **__: Any) -> str | None:
    if not (input.is_floating_point() or dtype):
        return f"gets whole numbers, {str(input.dtype)[6:]}; it needs floating-point numbers, such as float32"
    return dimension(input, dim)


def _index_select(input: Tensor, dim: int, index: Tensor) -> str | None:
    wrong = dimension(input, dim)
    if wrong or index.dim() > 1:
        return wrong or f"gets indices of size {shown(index.shape)}; it takes a single row of them"
    if index.dtype not in (torch.int64, torch.int32):
        return f"gets indices of {str(index.dtype)[6:]}; they must be whole numbers, int64 or int32"
    size = input.shape[dim] if input.dim() else 1
    return outside(index, size, f"the {size} along dimension {dim} of {shown(input.shape)}")


def _index_put(input: Tensor, indices: Any, values: Tensor, *_: Any) -> str | None:
    return _put(input, tuple(indices), values)


def _gather(input: Tensor, dim: int, index: Tensor, *_: Any, **__: Any) -> str | None:
    size = input.shape[dim] if input.dim() else 1
    return outside(index, size, f"the {size} along dimension {dim} of {shown(input.shape)}")


def _index_fill(input: Tensor, dim: int, index: Tensor, *_: Any, **__: Any) -> str | None:
    size = input.shape[dim] if input.dim() else 1
    return outside(index, size, f"the {size} along dimension {dim} of {shown(input.shape)}", negative=True)


def _targets(input: Tensor, target: Tensor, *arguments: Any, ignore_index: int = -100, **_: Any) -> str | None:
    """Classes whose numbers are known are classes of the scores, (N, C, ...) or (C)."""
    if target.is_floating_point() or target.is_meta:
        return None
    classes = input.shape[1] if input.dim() > 1 else input.shape[0]
    return outside(target[target != ignore_index], classes, f"the {classes} classes of {shown(input.shape)}")


def _one_hot(tensor: Tensor, num_classes: int = -1) -> str | None:
    if tensor.dtype != torch.int64:
        return f"reads classes and gets {named(tensor)}; x.long() makes int64 of them"
    return outside(tensor, num_classes, f"{num_classes} classes") if num_classes > 0 else None


def _take(input: Tensor, index: Tensor) -> str | None:
    return outside(index, input.numel(), f"the {input.numel()} numbers of {shown(input.shape)}", negative=True)


def _getitem(image: Tensor, index: Any, *_: Any) -> str | None:
    items = list(index) if isinstance(index, tuple) else [index]
    taken = sum(_takes(item) for item in items)
    dim, size = 0, tuple(image.shape)
    for item in items:
        if item is Ellipsis:
            dim = len(size) - (taken - dim)
            continue
        if (wrong := _picked(item, size, dim)) is not None:
            return wrong
        dim += _takes(item)
    return None


def _chosen(image: Tensor, index: Any, *_: Any) -> str | None:
    """Lists and tensors; whole numbers and slices are told apart on the meta device too."""
    items = index if isinstance(index, tuple) else (index,)
    return _getitem(image, index) if any(isinstance(item, Tensor | list | range) for item in items) else None


def _put(image: Tensor, index: Any, value: Any, *_: Any) -> str | None:
    items = index if isinstance(index, tuple) else (index,)
    if wrong := _chosen(image, index):
        return wrong
    picks = [torch.as_tensor(item) for item in items if isinstance(item, Tensor | list)]
    if not any(pick.dim() for pick in picks):
        return overlap(image[index], value)
    if not isinstance(value, Tensor):
        return None
    found = positions(items)
    places = tuple(item.to("meta") if isinstance(item, Tensor) else item for item in found)
    there = torch.empty(image.shape, device="meta")[places].shape
    size = list(value.shape)
    while size[:1] == [1]:
        size.pop(0)
    rest = there[len(there) - len(size) :] if len(size) <= len(there) else ()
    if len(rest) != len(size) or not all(mine in (1, other) for mine, other in zip(size, rest, strict=True)):
        return f"puts {shown(value.shape)} where {shown(there)} would be right"
    # One number goes where a mask is true, whatever its type is.
    if value.dtype != image.dtype and not (value.numel() == 1 and all(pick.dtype == torch.bool for pick in picks)):
        return f"puts {named(value)} into {named(image)}; both must be of one type"
    return None


def _takes(item: Any) -> int:
    """Return how many dimensions an item of an index is about."""
    if item is None or item is Ellipsis or isinstance(item, bool):
        return 0
    if isinstance(item, Tensor) and item.dtype in (torch.bool, torch.uint8):
        return item.dim()
    return 1


def _picked(item: Any, size: tuple[int, ...], dim: int) -> str | None:
    if item is None or isinstance(item, bool | slice) or dim >= len(size):
        return None
    if isinstance(item, list | range):
        item = torch.as_tensor(list(item))
    if isinstance(item, int):
        item = torch.tensor(item)
    if not isinstance(item, Tensor):
        return None
    if item.is_floating_point() or item.is_complex():
        return f"picks with indices of {named(item)}; they must be whole numbers, or a mask of bool"
    if item.dtype in (torch.bool, torch.uint8):
        covered = size[dim : dim + item.dim()]
        if tuple(item.shape) == covered:
            return None
        return f"picks from {shown(covered)} with a mask of size {shown(item.shape)}; both must be equal"
    return outside(item, size[dim], f"the {size[dim]} along dimension {dim} of {shown(size)}", negative=True)


LAX: dict[str, Callable[..., str | None]] = {
    **dict.fromkeys(words("argsort sort softmax softmin"), _along),
    **dict.fromkeys(words("softmax softmin"), _softmax),
    "index_select": _index_select,
    **dict.fromkeys(words("gather index_add index_copy scatter scatter_add scatter_reduce"), _gather),
    "index_fill": _index_fill,
    "take": _take,
    **dict.fromkeys(words("cross_entropy nll_loss"), _targets),
    "getitem": _chosen,
    "setitem": _put,
    "index_put": _index_put,
}
STRICT: dict[str, Callable[..., str | None]] = {
    **dict.fromkeys(words("getitem setitem"), _getitem),
    "one_hot": _one_hot,
}

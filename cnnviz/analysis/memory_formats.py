"""The order in memory of what functions make, where the meta device has another than a CPU.

It decides whether a following view is refused, and whether a reshape copies.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis.functions import CONVOLUTIONS, words

Arguments = tuple[Any, ...]
Rule = Callable[[Arguments, Mapping[str, Any], Tensor], Tensor]


def as_on_a_cpu(name: str, arguments: Arguments, keywords: Mapping[str, Any], output: Any) -> Any:
    """Return what the function called `name` made on the meta device, in the order of memory that a CPU gives it."""
    rule = RULES.get(name)
    if rule is None or not isinstance(output, Tensor) or not arguments or not isinstance(arguments[0], Tensor):
        return output
    return rule(arguments, keywords, output)


def lies_channels_last(tensor: Tensor) -> bool:
    """Return whether torch takes an image for one with its channels last: (N, C, H, W) that lies as (N, H, W, C)."""
    size, strides = tensor.shape, tensor.stride()
    if not 4 <= len(size) <= 5 or not strides[1]:
        return False
    least = 0
    for dim in (1, *range(len(size) - 1, 1, -1), 0):
        # With as many rows for the batch as for a channel, (N, 1, H, W) lies in its own order.
        if not size[dim] or strides[dim] < least or (dim == 0 and least == strides[1]):
            return False
        least = strides[dim] * max(size[dim], 1)
    return True


def _channels_last(output: Tensor) -> Tensor:
    form = torch.channels_last if output.dim() == 4 else torch.channels_last_3d
    return torch.empty_like(output, memory_format=form)


def _as_any(arguments: Arguments, keywords: Mapping[str, Any], output: Tensor) -> Tensor:
    """Filters: channels last where the image or the weight lies so."""
    weight = arguments[1] if len(arguments) > 1 else keywords["weight"]
    reorders = output.dim() > 3 and (lies_channels_last(arguments[0]) or lies_channels_last(weight))
    return _channels_last(output) if reorders else output


def _as_input(arguments: Arguments, keywords: Mapping[str, Any], output: Tensor) -> Tensor:
    """Channels last where the input lies so, and otherwise as the dimensions are ordered."""
    if output.dim() > 3 and lies_channels_last(arguments[0]):
        return _channels_last(output)
    return output if output.is_contiguous() else torch.empty_like(output, memory_format=torch.contiguous_format)


def _rolled(arguments: Arguments, keywords: Mapping[str, Any], output: Tensor) -> Tensor:
    """Along one dimension: what lies before the cut and what lies behind it, concatenated."""
    image = arguments[0]
    shifts, dims = (_only(arguments[at] if len(arguments) > at else keywords.get(name)) for at, name in _ROLL)
    if shifts is None or dims is None or image.dim() not in (4, 5) or not image.numel():
        return _as_input(arguments, keywords, output)
    cut = -shifts % image.shape[dims]
    parts = image.narrow(dims, cut, image.shape[dims] - cut), image.narrow(dims, 0, cut)
    if all(map(lies_channels_last, parts)):
        return _channels_last(output)
    return output if output.is_contiguous() else torch.empty_like(output, memory_format=torch.contiguous_format)


_ROLL = (1, "shifts"), (2, "dims")


def _only(numbers: Any) -> int | None:
    """Return a number, also where it stands alone in a tuple; None where there are several or none."""
    alone: int | None = numbers
    if isinstance(numbers, tuple | list):
        alone = numbers[0] if len(numbers) == 1 else None
    return alone


def _batch_norm(arguments: Arguments, keywords: Mapping[str, Any], output: Tensor) -> Tensor:
    image = arguments[0]
    forms = {4: torch.channels_last, 5: torch.channels_last_3d}
    if image.dim() in forms and image.is_contiguous(memory_format=forms[image.dim()]):
        return output
    return output if output.is_contiguous() else torch.empty_like(output, memory_format=torch.contiguous_format)


def _padded(arguments: Arguments, keywords: Mapping[str, Any], output: Tensor) -> Tensor:
    mode = arguments[2] if len(arguments) > 2 else keywords.get("mode", "constant")
    return _as_input(arguments, keywords, output) if mode in ("reflect", "replicate") else output


def _attention(arguments: Arguments, keywords: Mapping[str, Any], output: Tensor) -> Tensor:
    tensors = [*arguments[:3], *(keywords[name] for name in ("query", "key", "value") if name in keywords)]
    fused = all(item.stride(-1) == 1 for item in tensors) and output.shape == arguments[0].shape
    return torch.empty_like(arguments[0]) if fused else output


RULES: dict[str, Rule] = {
    **dict.fromkeys(CONVOLUTIONS, _as_any),
    **dict.fromkeys(words("group_norm pixel_shuffle channel_shuffle native_channel_shuffle"), _as_input),
    "roll": _rolled,
    **{f"max_unpool{rank}d": _as_input for rank in (1, 2, 3)},
    "pad": _padded,
    "batch_norm": _batch_norm,
    "scaled_dot_product_attention": _attention,
}

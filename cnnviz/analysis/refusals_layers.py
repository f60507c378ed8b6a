"""What layers with weights refuse: cnnviz.analysis.refusals for them."""

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis.functions import words
from cnnviz.analysis.recurrent import CELLS, LAYERS
from cnnviz.analysis.refusals_axes import IMAGE, counted, missing, reads, shown
from cnnviz.analysis.refusals_types import alike, named, weight_types
from cnnviz.analysis.windows import each_dim


def channels(image: Tensor, expected: int, rank: int) -> str | None:
    """An image has so many channels, in front of its positions."""
    size = tuple(image.shape)
    if len(size) not in (rank + 1, rank + 2):
        return reads(size, rank, expected, one=True)
    found = size[-rank - 1]
    if found == expected:
        return None
    wrong = f"expects {counted(expected, 'channel')} and gets {found}, in {shown(size)}"
    # A picture has few channels and more rows; a sequence may have many.
    if size[-1] == expected and (rank == 1 or expected < 5 <= found):
        first = (*size[: -rank - 1], expected, *size[-rank - 1 : -1])
        return f"{wrong}; torch wants channels first: {shown(first)}"
    if len(size) == rank + 1 and expected == 1:
        return f"{wrong}; a batch of images has a dimension for its channels too: {shown((found, 1, *size[1:]))}"
    if len(size) == rank + 1:
        return f"{wrong}, read as {IMAGE[rank].replace('N, ', '')}{missing(size, rank, expected)}"
    if rank == 3 and size[2] == expected:
        return f"{wrong}; frames belong behind the channels: {shown((size[0], expected, found, *size[3:]))}"
    return f"{wrong}; in_channels={found} would be right"


def settings(rank: int, **given: Any) -> str | None:
    """The least numbers of settings along each axis."""
    for name, value in given.items():
        numbers = each_dim(value, rank)
        if len(numbers) != rank:
            return f"has {len(numbers)} numbers of {name}, {tuple(numbers)}; {rank} would be right, one an axis"
        least = 0 if "padding" in name else 1
        if min(numbers) < least:
            return f"has {name}={value}; it must be at least {least}"
    return None


def _bias(bias: Tensor | None, filters: int) -> str | None:
    if bias is None or tuple(bias.shape) == (filters,):
        return None
    size = shown(bias.shape)
    return f"has {counted(filters, 'filter')} and a bias of size {size}; it must have {counted(filters, 'number')}"


def _weight(weight: Tensor, rank: int, groups: int) -> str | None:
    if weight.dim() != rank + 2:
        return f"has weights of size {shown(weight.shape)}, {weight.dim()} dimensions; it needs {rank + 2}"
    if groups < 1 or weight.shape[0] % groups:
        return f"has {counted(weight.shape[0], 'filter')} in {counted(groups, 'group')}; the groups must divide them"
    return None


def _convolution(
    rank: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> str | None:
    words_for_padding = isinstance(padding, str)
    wrong = _weight(weight, rank, groups) or channels(input, weight.shape[1] * groups, rank)
    wrong = wrong or weight_types(input, weight, bias) or _bias(bias, weight.shape[0])
    wrong = wrong or settings(rank, stride=stride, dilation=dilation, padding=0 if words_for_padding else padding)
    if wrong or padding == "same":
        return wrong
    around = each_dim(0 if words_for_padding else padding, rank)
    return outgrown(input.shape[-rank:], weight.shape[2:], around, each_dim(dilation, rank))


def outgrown(size: Sequence[int], kernel: Sequence[int], around: Sequence[int], dilation: Sequence[int]) -> str | None:
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    padded = [extent + 2 * p for extent, p in zip(size, around, strict=True)]
    if all(span <= extent for span, extent in zip(spans, padded, strict=True)):
        return None
    held = shown(size) if padded == list(size) else f"{shown(size)}, padded to {shown(padded)}"
    return f"has a kernel that spans {shown(spans)}, more than its input of {held}"


def _transposed(
    rank: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> str | None:
    wrong = _weight(weight, rank, groups) or channels(input, weight.shape[0], rank)
    wrong = wrong or weight_types(input, weight, bias) or _bias(bias, weight.shape[1] * groups)
    wrong = wrong or settings(rank, stride=stride, dilation=dilation, padding=padding, output_padding=output_padding)
    if wrong:
        return wrong
    axes = zip(*(each_dim(each, rank) for each in (output_padding, stride, dilation, padding)), strict=True)
    for size, kernel, (more, s, d, p) in zip(input.shape[-rank:], weight.shape[2:], axes, strict=True):
        if more >= max(s, d):
            return f"has an output padding of {more}; it must be smaller than the stride {s} or the dilation {d}"
        if (made := (size - 1) * s + d * (kernel - 1) + more + 1) <= 2 * p:
            return f"makes {made} of {size} positions, and its padding of {p} on both sides leaves nothing of them"
    return None


def _linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> str | None:
    size, expected = tuple(input.shape), weight.shape[-1]
    if weight.dim() > 2:
        return f"has weights of size {shown(weight.shape)}; it needs a matrix, with 2 dimensions"
    if size and size[-1] != expected:
        wrong = f"expects {counted(expected, 'feature')} and gets {size[-1]}, in {shown(size)}"
        if len(size) > 2 and prod(size[1:]) == expected:
            return f"{wrong}; a Flatten is missing before it, {expected} = {'·'.join(map(str, size[1:]))}"
        return f"{wrong}; in_features={size[-1]} would be right"
    if bias is not None and (input.is_contiguous() or input.dim() < 3):
        return weight_types(input, weight, bias)
    return weight_types(input, weight)


def _bias_of_linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> str | None:
    return _bias(bias, weight.shape[0])


def _bilinear(one: Tensor, other: Tensor, weight: Tensor, bias: Tensor | None = None) -> str | None:
    if (one.shape[-1], other.shape[-1]) != tuple(weight.shape[1:]):
        expected = " and ".join(map(str, weight.shape[1:]))
        return f"expects {expected} features and gets {one.shape[-1]} and {other.shape[-1]}"
    if one.shape[:-1] != other.shape[:-1]:
        return f"gets {shown(one.shape)} and {shown(other.shape)}; all sizes but the last must be equal"
    return weight_types(one, other, weight, bias)


def _embedding(input: Tensor, weight: Tensor, *_: Any, **__: Any) -> str | None:
    if input.is_floating_point() and not weight.is_floating_point():
        input, weight = weight, input  # torch.embedding has the weight first
    if input.dtype not in (torch.int64, torch.int32):
        return f"reads indices and gets {named(input)}; pass dtype=torch.int64 to analyze, or index with .long()"
    return outside(input, weight.shape[0], f"a table of {weight.shape[0]} rows")


def outside(index: Tensor, size: int, of: str, *, negative: bool = False) -> str | None:
    """Indices whose numbers are known lie within what they pick from."""
    if index.is_meta or not index.numel() or index.dtype == torch.bool:
        return None
    low, high = (int(number) for number in index.aminmax())
    if low < (-size if negative else 0) or high >= size:
        return f"asks for index {high if high >= size else low} of {of}; the last is {size - 1}"
    return None


def features(image: Tensor, expected: int, setting: str) -> str | None:
    """The last size of what a layer reads."""
    found = image.shape[-1]
    wrong = f"expects {counted(expected, 'feature')} and gets {found}, in {shown(image.shape)}"
    return None if found == expected else f"{wrong}; {setting}={found} would be right"


def _cell(image: Tensor, states: Any, weight: Tensor, hidden: Tensor, *biases: Any) -> str | None:
    states = states if isinstance(states, tuple | list) else (states,)
    if image.shape[-1] != weight.shape[-1]:
        return features(image, weight.shape[-1], "input_size")
    for state in states:
        if state.shape[-1] != hidden.shape[-1] or state.shape[:-1] != image.shape[:-1]:
            right = shown((*image.shape[:-1], hidden.shape[-1]))
            return f"gets a state of size {shown(state.shape)}; {right} would be right"
    return alike(image, states[0], weight, hidden, *biases)


def _recurrent(image: Tensor, *arguments: Any) -> str | None:
    """States are of the input's type and, beside packed sequences, as many as these are."""
    packed = isinstance(arguments[0], Tensor) and not arguments[0].is_floating_point()
    states, weights = arguments[packed : packed + 2]
    states = states if isinstance(states, tuple | list) else (states,)
    count = int(arguments[0][0]) if packed and not arguments[0].is_meta else states[0].shape[1]
    for state in states:
        if packed and state.shape[1] != count:
            right = shown((state.shape[0], count, *state.shape[2:]))
            return (
                f"starts with a state of size {shown(state.shape)} for {counted(count, 'sequence')}; "
                f"{right} would be right"
            )
    return alike(image, *states, *weights)


_FILTERS: dict[str, Callable[..., str | None]] = {
    **{f"conv{rank}d": partial(_convolution, rank) for rank in (1, 2, 3)},
    **{f"conv_transpose{rank}d": partial(_transposed, rank) for rank in (1, 2, 3)},
}
LAX: dict[str, Callable[..., str | None]] = {
    **_FILTERS,
    "linear": _linear,
    "embedding": _embedding,
    **dict.fromkeys(CELLS, _cell),
    **dict.fromkeys(LAYERS, _recurrent),
}
STRICT: dict[str, Callable[..., str | None]] = {
    "linear": _bias_of_linear,
    "bilinear": _bilinear,
    **dict.fromkeys(words("embedding_bag"), _embedding),
}

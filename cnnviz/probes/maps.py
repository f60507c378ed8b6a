"""Any layer's output as maps (C, H, W): one convention for drawing a layer and for pointing at a value in it."""

from functools import lru_cache
from math import isqrt

import torch
from torch import Tensor

from cnnviz.calls import Call
from cnnviz.errors import ShapeError
from cnnviz.nested import first_tensor

_CHANNELS_LAST = frozenset(("linear", "layernorm", "layer_norm", "rms_norm", "rmsnorm"))
_CHANNELS_FIRST = ("conv", "batchnorm", "batch_norm", "instance", "groupnorm", "group_norm", "pool", "pixel")


def as_maps(tensor: Tensor, kind: str = "") -> Tensor | None:
    """Return the first item of a batch as a view of maps (C, H, W), or None when its axes are not maps.

        (N, C, H, W)     C maps, and (N, C, D, H, W) C maps with the D planes below each other
        (N, F)           F maps of one value
        (N, T, D)        tokens: D maps of T rows and one column; a square grid when T is a square number, or when T - 1
                         is, a class token coming first: it is left out
        (N, C, L)        of a convolution, pooling or batch normalisation: C maps of one row
        (N, H, W, C)     channels last, as in Swin and ConvNeXt: C maps

    Only `kind`, a call's kind, can tell some of these apart: what a linear layer or a layer normalisation gives is
    always channels last, what a convolution, a pooling or a batch normalisation gives is always channels first. Of
    other kinds, four axes are channels last when the second and third are equal and the fourth is not, and three axes
    are tokens.
    """
    maps = stacked_maps(tensor, kind)
    return None if maps is None or not len(maps) else maps[0]


def stacked_maps(tensor: Tensor, kind: str = "") -> Tensor | None:
    """Return every item of a batch as maps (N, C, H, W), in the convention of as_maps, or None."""
    if tensor.dim() == 2:
        return tensor[:, :, None, None]
    if tensor.dim() == 3:
        return tensor[:, :, None] if channels_first(kind) else _token_maps(tensor)
    if tensor.dim() == 4:
        return tensor.permute(0, 3, 1, 2) if _channels_last(tensor, kind) else tensor
    if tensor.dim() == 5:
        return tensor.flatten(2, 3)
    return None


def maps_of(call: Call, layer: str) -> Tensor:
    """Return what a call of `layer` gave as maps (C, H, W), see as_maps; raise ShapeError where it can't be."""
    output = first_tensor(call.output)
    maps = None if output is None else as_maps(output, call.kind)
    if maps is None:
        raise ShapeError(f"The output of {layer} cannot be shown as maps, so it has no channels.")
    return maps


def check_channel(layer: str, channel: int, channels: int) -> None:
    """Raise ShapeError for a channel that is not among so many."""
    if not 0 <= channel < channels:
        raise ShapeError(f"{layer} has {channels} channels; counted from 0, channel {channel} is not among them.")


def locate(shape: torch.Size, kind: str, channel: int, row: int, column: int) -> tuple[int, ...]:
    """Return the index into a tensor of `shape` at which as_maps shows (channel, row, column).

    Raises IndexError outside of the maps, and ValueError where there are no maps.
    """
    # On the meta device nothing is computed, and the view's own offset is the way back.
    maps = as_maps(torch.empty(shape, device="meta"), kind)
    if maps is None:
        raise ValueError(f"A tensor of shape {tuple(shape)} has no maps.")
    offset = maps[_natural(channel), _natural(row), _natural(column)].storage_offset()
    return unravel(int(offset), shape)


def unravel(flat: int, shape: torch.Size) -> tuple[int, ...]:
    """Return the index in a contiguous tensor of `shape` of its value number `flat`."""
    index = []
    for size in reversed(shape):
        flat, rest = divmod(flat, size)
        index.append(rest)
    return tuple(reversed(index))


def _natural(number: int) -> int:
    if number < 0:
        raise IndexError(number)
    return number


@lru_cache(maxsize=1024)
def channels_first(kind: str) -> bool:
    """Return whether what a call of a kind gives is always maps first, (N, C, H, W), whatever its size."""
    return any(word in kind.lower() for word in _CHANNELS_FIRST)


def _channels_last(tensor: Tensor, kind: str) -> bool:
    if kind.lower() in _CHANNELS_LAST:
        return True
    _, first, second, third = tensor.shape
    return first == second != third and not channels_first(kind)


def _token_maps(tensor: Tensor) -> Tensor:
    """Return (N, T, D) as (N, D, T, 1), or (N, D, side, side) when the tokens can be laid out in a square."""
    tokens = tensor.shape[1]
    if tokens > 4 and isqrt(tokens - 1) ** 2 == tokens - 1:
        tensor, tokens = tensor[:, 1:], tokens - 1
    side = isqrt(tokens)
    grid = (side, side) if side > 1 and side * side == tokens else (tokens, 1)
    maps: Tensor = tensor.transpose(1, 2).reshape(len(tensor), tensor.shape[2], *grid)
    return maps

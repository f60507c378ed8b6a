"""Layers that only rearrange values: the same function of a tensor of numbered places says where each comes from."""

import math
from typing import Any

import torch
from torch import Tensor

from cnnviz.nested import first_tensor
from cnnviz.probes.maps import as_maps, unravel
from cnnviz.probes.unit.accounts import Moved
from cnnviz.probes.unit.function_call import FunctionCall

_MOVES = """
    flatten unflatten view reshape permute transpose swapaxes movedim t T mT squeeze unsqueeze contiguous clone detach
    chunk split tensor_split unbind narrow select getitem expand expand_as view_as reshape_as repeat repeat_interleave
    roll flip cat concat concatenate stack pad pixel_shuffle pixel_unshuffle channel_shuffle interpolate
    dropout dropout1d dropout2d dropout3d alpha_dropout feature_dropout feature_alpha_dropout to float
"""
MOVES = frozenset(_MOVES.split())


def moved(asked: FunctionCall) -> Moved | None:
    """Return where a value comes from; None when the function made it, as an interpolation between pixels does."""
    step = asked.step
    if asked.name == "interpolate" and not str(step.keywords.get("mode", "nearest")).startswith("nearest"):
        return None
    arguments, keywords = list(step.arguments), {k: v for k, v in step.keywords.items() if k != "out"}
    held: Any = arguments[0] if arguments else keywords.get("input", keywords.get("tensors"))
    tensors = [held] if isinstance(held, Tensor) else list(held)
    keywords.pop("input", None)
    keywords.pop("tensors", None)
    if asked.name == "pad":
        # Places are numbered from 1, so that a 0 is padding, whatever the padding's value.
        given = asked.given(input=None, pad=(), mode="constant", value=None)
        arguments, keywords = [held, given["pad"], given["mode"]], {}
    numbered, first = [], 1
    for tensor in tensors:
        places = torch.arange(first, first + tensor.numel(), dtype=torch.float64)
        numbered.append(places.view(tensor.shape))
        first += tensor.numel()
    again: Any = numbered[0] if isinstance(held, Tensor) else numbered
    output = first_tensor(step.function(again, *_on_cpu(arguments[1:]), **keywords))
    if output is None or output.shape != _shape(asked):
        return None
    place = float(output[asked.index])
    if place == 0 and asked.name == "pad":
        return Moved(**asked.common, total=asked.common["value"], operand=0, source=None, place=None)
    if place != int(place) or place < 1:
        return None
    place = int(place) - 1
    for operand, tensor in enumerate(tensors):
        if place < tensor.numel():
            source = unravel(place, tensor.shape)
            return _moved(asked, operand, tensor, source)
        place -= tensor.numel()
    return None


def unmoved(asked: FunctionCall, source: Tensor) -> Moved | None:
    """Return the account of a layer that hands on its input as it is."""
    return _moved(asked, 0, source, asked.index)


def _moved(asked: FunctionCall, operand: int, tensor: Tensor, source: tuple[int, ...]) -> Moved | None:
    value = float(tensor[source])
    if value != asked.common["value"] and not math.isnan(value):
        return None  # the function did more than move it: a dropout that is at work scales
    kind = asked.kinds[operand] if operand < len(asked.kinds) else ""
    return Moved(**asked.common, total=value, operand=operand, source=source, place=_as_map(tensor, kind, source))


def _shape(asked: FunctionCall) -> torch.Size:
    output = first_tensor(asked.step.output)
    assert output is not None
    return output.shape


def _on_cpu(values: list[Any]) -> list[Any]:
    return [_cpu(value) for value in values]


def _cpu(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return type(value)(map(_cpu, value))
    return value.detach().cpu() if isinstance(value, Tensor) else value


def _as_map(tensor: Tensor, kind: str, index: tuple[int, ...]) -> tuple[int, int, int] | None:
    """Return the channel, row and column at which as_maps shows an index of the first item."""
    marked = torch.zeros(tensor.shape, dtype=torch.bool)
    marked[index] = True
    maps = as_maps(marked, kind)
    if maps is None:
        return None
    found = maps.nonzero()
    if len(found) != 1:
        return None
    channel, row, column = found[0].tolist()
    return channel, row, column

"""The residual additions of a running network: F(x) + x taken apart, scaled, and left out.

>>> [each.name for each in additions(resnet18, batch)][:2]
['layer1.0.add', 'layer1.1.add']

Every place where a network adds two tensors of maps of one shape counts. Of the two, x is the one that something else
has read before, as F has; where that is neither, as with a convolution in the shortcut, F(x) is the first. Where the
channels come last, (N, H, W, C) as in Swin, the maps are taken as (N, C, H, W).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.weak import WeakIdKeyDictionary

from cnnviz.analysis import analyze
from cnnviz.calls import Call, observe
from cnnviz.errors import CnnvizError, ModelError
from cnnviz.nested import first_tensor
from cnnviz.probes.arrays import Floats, to_numpy

_ADDITIONS = frozenset(("add", "add_", "__add__", "__iadd__"))
_MAPS = 4  # axes


@dataclass(frozen=True)
class Addition:
    """An addition by the name of its call; `size` is (C, H, W).

    `branch` and `shortcut` are the root mean squares of F(x) and x; `identity` says whether the
    shortcut is x itself; else it has layers of its own.
    """

    name: str
    size: tuple[int, int, int]
    branch: float
    shortcut: float
    identity: bool


@dataclass(frozen=True, eq=False)
class Apart:
    """An addition taken apart: F(x), x and their sum, (C, H, W) each, before any function that follows."""

    branch: Floats
    shortcut: Floats
    total: Floats


def additions(model: nn.Module, batch: Tensor) -> tuple[Addition, ...]:
    """Return every addition for an input (1, C, H, W), in order; raises ModelError where there is none."""
    numbers: list[tuple[tuple[int, ...], float, float, bool]] = []
    names: list[str] = []

    def measure(at: int, branch: Tensor, shortcut: Tensor, identity: bool) -> None:
        branch_size, shortcut_size = (float(each[0].double().square().mean().sqrt()) for each in (branch, shortcut))
        numbers.append((tuple(branch.shape[1:]), branch_size, shortcut_size, identity))

    def tell(call: Call) -> None:
        if len(names) < len(numbers):
            names.append(call.name)

    with torch.no_grad(), _meeting(model, measure, tell):
        model(batch)
    if not numbers:
        raise ModelError(
            "This network adds no two tensors of maps, so there is no residual block to take apart; "
            "EfficientNet-Lite0 and the ResNets have some."
        )
    axes = _channel_axes(model, batch)
    return tuple(
        Addition(name, _first(size, axes.get(name)), branch, shortcut, identity)
        for name, (size, branch, shortcut, identity) in zip(names, numbers, strict=True)
    )


def take_apart(model: nn.Module, batch: Tensor, at: int) -> Apart:
    """Return addition `at`, from 0, for an input (1, C, H, W)."""
    kept: list[Tensor] = []
    names: list[str] = []
    met = 0

    def keep(number: int, branch: Tensor, shortcut: Tensor, identity: bool) -> None:
        nonlocal met
        met = number + 1
        if number == at:
            # Copies: the sum may be written into F(x).
            kept.extend(each[0].clone() for each in (branch, shortcut, branch + shortcut))

    def tell(call: Call) -> None:
        if len(names) < met:
            names.append(call.name)

    with torch.no_grad(), _meeting(model, keep, tell):
        model(batch)
    if _channel_axes(model, batch).get(names[at]) == _MAPS - 1:
        kept = [each.permute(2, 0, 1) for each in kept]
    return Apart(*(to_numpy(each.contiguous()) for each in kept))


def _channel_axes(model: nn.Module, batch: Tensor) -> dict[str, int | None]:
    """Return the axis of the channels of each call's output by its name, None where nothing tells.

    Nothing does of a network that can't be analysed, since what it does depends on its values.
    """
    try:
        return {node.name: node.channels for node in analyze(model, tuple(batch.shape)).graph.nodes}
    except CnnvizError:
        return {}


def _first(size: tuple[int, ...], axis: int | None) -> tuple[int, int, int]:
    """Return a size without its batch as (C, H, W)."""
    one, other, last = size
    return (last, one, other) if axis == _MAPS - 1 else (one, other, last)


def scores_without(model: nn.Module, batch: Tensor, at: int | None) -> Floats:
    """Return the scores (K,) with F(x) = 0 at addition `at`, so that x passes alone; of the whole network for None."""
    factors = {} if at is None else {at: batch.new_zeros(1)}
    return to_numpy(scores_scaled(model, batch, factors)[0].flatten())


def scores_scaled(model: nn.Module, batch: Tensor, factors: Mapping[int, Tensor]) -> Tensor:
    """Return the scores (N, ...) of (N, C, H, W) with f F(x) + x at each addition that has factors f, (N,) or (1,)."""
    with torch.no_grad(), _meeting(model, factors=factors):
        output = first_tensor(model(batch))
    if output is None:
        raise ModelError("This network gives no tensor.")
    return output


@contextmanager
def _meeting(
    model: nn.Module,
    on_addition: Callable[[int, Tensor, Tensor, bool], None] | None = None,
    on_call: Callable[[Call], None] = lambda call: None,
    factors: Mapping[int, Tensor] = MappingProxyType({}),
) -> Iterator[None]:
    """Call on_addition(number, F(x), x, whether x is read by others) at every addition, before it is computed."""
    read = WeakIdKeyDictionary()
    count = 0

    def around(function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        nonlocal count
        if not _adds_maps(function, arguments, keywords):
            output = function(*arguments, **keywords)
            if isinstance(output, Tensor):
                for each in arguments:
                    if isinstance(each, Tensor) and each is not output:
                        read[each] = True
            return output
        first, second = arguments
        branch, shortcut = (second, first) if first in read and second not in read else (first, second)
        if on_addition is not None:
            on_addition(count, branch, shortcut, shortcut in read)
        count += 1
        if (factor := factors.get(count - 1)) is not None:
            return shortcut + factor[:, None, None, None] * branch
        return function(*arguments, **keywords)

    with observe(model, on_call, around=around, steps=False):
        yield


def _adds_maps(function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> bool:
    return (
        getattr(function, "__name__", "") in _ADDITIONS
        and not keywords
        and len(arguments) == 2
        and all(isinstance(each, Tensor) and each.ndim == _MAPS for each in arguments)
        and arguments[0].shape == arguments[1].shape
    )

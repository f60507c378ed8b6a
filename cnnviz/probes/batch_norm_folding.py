"""Batch normalisation in a network that is trained: what it does to a layer's numbers, and how it folds away."""

import inspect
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnviz.calls import Call, Step, observe
from cnnviz.errors import ModelError
from cnnviz.nested import first_tensor
from cnnviz.probes.arrays import Floats, to_numpy

_LINEAR = ("conv1d", "conv2d", "conv3d", "linear")
_ARGUMENTS = inspect.signature(functional.batch_norm)


@dataclass(frozen=True)
class Pair:
    """A convolution or linear layer and the batch normalisation of its output, by the names of cnnviz.calls.

    `after` is the kind of the next call that does something, `numbers` are those of the output, and `macs` are what the
    layer takes for them.
    """

    layer: str
    norm: str
    after: str
    numbers: int
    macs: int

    @property
    def operations(self) -> int:
        """What folding saves: a multiplication and an addition for each number."""
        return 2 * self.numbers


@dataclass(frozen=True, eq=False)
class Folded:
    """A pair's numbers. `before` and `after` (C, P) are what the normalisation reads and gives, channel by channel.

    `mean`, `variance`, `gamma`, `beta` and `factor` = gamma / sqrt(variance + eps) are (C,), as is the bias before and
    after folding; weights (C, ...) likewise. `gap` is the largest difference between the output of the folded layer and
    that of the pair, divided by the largest number of the latter; `scores_gap` is the same of the whole network with
    its `pairs` folded. `seconds` are those of the pair and of the folded layer.
    """

    before: Floats
    after: Floats
    mean: Floats
    variance: Floats
    gamma: Floats
    beta: Floats
    eps: float
    factor: Floats
    weights: Floats
    folded_weights: Floats
    bias: Floats
    folded_bias: Floats
    gap: float
    scores_gap: float
    pairs: int
    seconds: tuple[float, float]


@dataclass(frozen=True, eq=False)
class _Found:
    """A pair while the network ran: the layer's step, the normalisation's arguments by name, and three tensors.

    They are what the layer read, what it gave, and what the normalisation gave; empty where they are not kept.
    """

    pair: Pair
    layer: Step
    norm: dict[str, Any]
    tensors: tuple[Tensor, ...]


def pairs(model: nn.Module, batch: Tensor) -> tuple[Pair, ...]:
    """Return every convolution or linear layer whose output goes straight into batch normalisation in evaluation.

    Raises ModelError where there is none.
    """
    found, _ = _run(model, batch)
    if not found:
        raise ModelError("This network has no batch normalisation straight after a convolution or a linear layer.")
    return tuple(each.pair for each in found)


def folded(weights: Tensor, bias: Tensor | None, norm: dict[str, Any]) -> tuple[Tensor, Tensor]:
    """Return weights and bias that do what a layer and the normalisation of its output do together.

    `norm` are the arguments of functional.batch_norm by name.
    """
    factor, shift = _factor(norm), -norm["running_mean"] if bias is None else bias - norm["running_mean"]
    beta = torch.zeros_like(factor) if norm["bias"] is None else norm["bias"]
    return weights * factor.reshape(-1, *[1] * (weights.ndim - 1)), shift * factor + beta


def fold(model: nn.Module, batch: Tensor, name: str, *, rounds: int = 9) -> Folded:
    """Return the pair whose normalisation is called `name`, folded, for what the network makes of (1, C, H, W).

    Raises ModelError for a name that no pair has.
    """
    found, scores = _run(model, batch, keep=name)
    chosen = next((each for each in found if each.pair.norm == name), None)
    if chosen is None:
        raise ModelError(f"This network has no batch normalisation {name} to fold; it has {len(found)} others.")
    layer, norm = chosen.layer, chosen.norm
    inputs, before, after = chosen.tensors
    _, weights, bias, *rest = (*layer.arguments, None)[: max(3, len(layer.arguments))]
    once = folded(weights, bias, norm)
    with torch.no_grad():
        fused = layer.function(inputs, *once, *rest)
        again = _without_norms(model, batch, found)
        seconds = _seconds(
            lambda: functional.batch_norm(layer.function(inputs, weights, bias, *rest), **norm),
            lambda: layer.function(inputs, *once, *rest),
            rounds,
        )
    ones, zeros = torch.ones(len(weights)), torch.zeros(len(weights))
    return Folded(
        _by_channel(before),
        _by_channel(after),
        to_numpy(norm["running_mean"]),
        to_numpy(norm["running_var"]),
        to_numpy(ones if norm["weight"] is None else norm["weight"]),
        to_numpy(zeros if norm["bias"] is None else norm["bias"]),
        float(norm["eps"]),
        to_numpy(_factor(norm)),
        to_numpy(weights),
        to_numpy(once[0]),
        to_numpy(zeros if bias is None else bias),
        to_numpy(once[1]),
        _gap(after, fused),
        _gap(scores, again),
        len(found),
        seconds,
    )


def _run(model: nn.Module, batch: Tensor, keep: str | None = None) -> tuple[list[_Found], Tensor]:
    """Run a network in evaluation and return its pairs, and its first output; tensors are kept of one pair."""
    found: list[_Found] = []
    last: list[tuple[str, Step]] = []
    kinds: list[str] = []

    def note(call: Call) -> None:
        if len(kinds) < len(found) and call.kind != "Identity":
            kinds.append(call.kind)
        for step in call.steps:
            name = step.function.__name__
            if name in _LINEAR:
                last[:] = [(call.name, step)]
            elif name == "batch_norm" and last:
                norm = _named(step)
                before, layer = norm.pop("input"), last[0]
                if before is layer[1].output and not norm["training"]:
                    tensors = (layer[1].arguments[0], before, step.output) if call.name == keep else ()
                    found.append(_Found(_pair(call.name, *layer), layer[1], norm, tuple(t.clone() for t in tensors)))
                    last.clear()

    with torch.no_grad(), observe(model, note):
        output = first_tensor(model(batch))
    if output is None:
        raise ModelError("This network gives no tensor.")
    after = [*kinds, *[""] * (len(found) - len(kinds))]
    pairs = [replace(each.pair, after=kind) for each, kind in zip(found, after, strict=True)]
    return [replace(each, pair=pair) for each, pair in zip(found, pairs, strict=True)], output


def _pair(norm: str, layer: str, step: Step) -> Pair:
    weights, numbers = step.arguments[1], step.output.numel()
    return Pair(layer, norm, "", numbers, numbers // len(weights) * weights.numel())


def _named(step: Step) -> dict[str, Any]:
    bound = _ARGUMENTS.bind(*step.arguments, **step.keywords)
    bound.apply_defaults()
    return bound.arguments


def _factor(norm: dict[str, Any]) -> Tensor:
    spread: Tensor = torch.rsqrt(norm["running_var"] + norm["eps"])
    return spread if norm["weight"] is None else norm["weight"] * spread


def _without_norms(model: nn.Module, batch: Tensor, found: list[_Found]) -> Tensor:
    """Return what a network gives with every pair folded: layers get other weights, normalisations do nothing."""
    layers = {
        id(each.layer.arguments[1]): folded(each.layer.arguments[1], _bias(each.layer), each.norm) for each in found
    }
    norms = {id(each.norm["running_mean"]) for each in found}

    def around(function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        if function.__name__ in _LINEAR and id(arguments[1]) in layers:
            return function(arguments[0], *layers[id(arguments[1])], *arguments[3:], **keywords)
        if function.__name__ == "batch_norm" and id(arguments[1]) in norms:
            return arguments[0]
        return function(*arguments, **keywords)

    with torch.no_grad(), observe(model, lambda call: None, around=around, steps=False):
        output = first_tensor(model(batch))
    assert output is not None
    return output


def _bias(step: Step) -> Tensor | None:
    return step.arguments[2] if len(step.arguments) > 2 else None


def _by_channel(output: Tensor) -> Floats:
    """Return (1, C, ...) as (C, P)."""
    return to_numpy(output[0].reshape(output.shape[1], -1))


def _gap(one: Tensor, other: Tensor) -> float:
    gap = (one - other).abs().max()
    # Behind a ReLU all numbers may be 0.
    return float(gap / one.abs().max()) if gap else 0.0


def _seconds(one: Callable[[], Any], other: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Return how long each takes, the median of `rounds` taken in turn."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for act, times in zip((one, other), taken, strict=True):
            began = time.perf_counter()
            act()
            times.append(time.perf_counter() - began)
    return statistics.median(taken[0]), statistics.median(taken[1])

"""Class activation maps: what every place of a picture adds to a class's logit, exactly.

Zhou, Khosla, Lapedriza, Oliva and Torralba 2016, "Learning Deep Features for Discriminative Localization": behind
global average pooling and one linear layer a logit is a sum over places: a mean and a weighted sum may be swapped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz.calls import Call, observe
from cnnviz.errors import ModelError, ShapeError
from cnnviz.nested import first_tensor
from cnnviz.probes.arrays import Floats, to_numpy

# Calls that hand on what they get, at most in another shape.
_PASSING = frozenset(
    (
        *("dropout", "dropout2d", "alphadropout", "alpha_dropout", "feature_dropout", "stochasticdepth", "identity"),
        *("clone", "contiguous", "flatten", "permute", "reshape", "squeeze", "unflatten", "unsqueeze", "view"),
    )
)
_POOLING = frozenset(("adaptiveavgpool2d", "adaptive_avg_pool2d", "avgpool2d", "avg_pool2d", "mean"))


@dataclass(frozen=True, eq=False)
class ClassMap:
    """A class's `map` (H, W), its `bias` and its `logit`: map.mean() + bias == logit."""

    map: Floats
    bias: float
    logit: float
    target: int


@dataclass(frozen=True, eq=False)
class ClassShares:
    """What a class's map is made of: the `maps` (C, H, W) that `layer` gives, and the class's `weights` (C,).

    The sum of weights * maps over all channels and places, divided by the number of places, plus `bias` is `logit`.
    """

    layer: str
    maps: Floats
    weights: Floats
    bias: float
    logit: float
    target: int

    @property
    def map(self) -> Floats:
        """Return what each place adds to the logit, (H, W): they and the bias add up to it."""
        found: Floats = np.tensordot(self.weights, self.maps, axes=1) / self.maps[0].size
        return found


@dataclass(frozen=True, eq=False)
class PooledHead:
    """The end of a network: the `maps` (C, H, W) that are averaged, which `layer` gives, and what reads their means.

    `weights` are (K, C), `biases` and `logits` (K,). Where the maps' means are the logits themselves, as in Network in
    Network, `weights` is the identity.
    """

    layer: str
    maps: Floats
    weights: Floats
    biases: Floats
    logits: Floats

    def of(self, target: int | None = None) -> ClassMap:
        """Return the map of class `target`, by default the predicted one; raise ShapeError where there is none such."""
        chosen = chosen_class(self.logits, target)
        found = np.tensordot(self.weights[chosen], self.maps, axes=1)
        return ClassMap(found, float(self.biases[chosen]), float(self.logits[chosen]), chosen)

    def shares(self, target: int | None = None) -> ClassShares:
        """Return what the same map is made of, without what belongs to other classes."""
        chosen = chosen_class(self.logits, target)
        numbers = float(self.biases[chosen]), float(self.logits[chosen])
        return ClassShares(self.layer, self.maps, self.weights[chosen].copy(), *numbers, chosen)


def cam(model: nn.Module, batch: Tensor, target: int | None = None) -> ClassMap:
    """Return where a class's logit comes from, for the first item of a batch (N, C, H, W).

        >>> found = cam(resnet18, batch)
        >>> found.map.shape
        (7, 7)
        >>> bool(abs(found.map.mean() + found.bias - found.logit) < 1e-4)
        True

    `target` is a class, by default the predicted one. Raises ModelError where the network does not end in global
    average pooling and one linear layer, ShapeError for a class that is not there.
    """
    return pooled_head(model, batch).of(target)


def pooled_head(model: nn.Module, batch: Tensor) -> PooledHead:
    """Return the end of a network for the first item of a batch; raise ModelError where CAM is not defined."""
    calls: list[Call] = []
    one = batch[:1].clone()
    with torch.no_grad(), observe(model, calls.append):
        scores = first_tensor(model(one))
    if scores is None or scores.dim() < 2 or scores.numel() != scores.shape[1]:
        raise ModelError("This network gives no row of scores, one a class, so there is no logit to share out.")
    tensor, linear = scores, None
    for call in reversed(calls):
        if first_tensor(call.output) is not tensor:
            continue
        given, kind = _given(call), call.kind.lower()
        if given is None:
            break
        if kind in _POOLING and _averages(given, tensor):
            return _head(given, linear, scores, _maker(calls, given))
        if kind == "linear" and linear is None:
            linear = call
        elif kind not in _PASSING or not torch.equal(given.flatten(), tensor.flatten()):
            raise _refusal(call.name, call.kind)
        tensor = given
    raise _refusal("", "")


def chosen_class(logits: Floats, target: int | None) -> int:
    """Return `target` or, where it is None, the class with the largest logit; raise ShapeError for none such."""
    if target is None:
        return int(np.argmax(logits))
    if not 0 <= target < len(logits):
        raise ShapeError(f"This network has {len(logits)} classes; counted from 0, class {target} is not among them.")
    return target


def _given(call: Call) -> Tensor | None:
    return (
        first_tensor(call.arguments) if call.arguments else first_tensor(call.steps[0].keywords if call.steps else ())
    )


def _averages(maps: Tensor, means: Tensor) -> bool:
    if maps.dim() != 4 or means.numel() != maps.shape[1]:
        return False
    expected = maps.double().mean(dim=(2, 3)).flatten()
    return bool(torch.allclose(means.double().flatten(), expected, rtol=1e-3, atol=1e-5 * float(maps.abs().max())))


def _head(maps: Tensor, linear: Call | None, scores: Tensor, layer: str) -> PooledHead:
    logits = scores.flatten()
    weights: Any
    bias: Any
    if linear is None:
        weights, bias = torch.eye(len(logits)), None
    elif linear.module is not None:
        weights, bias = linear.module.weight, linear.module.bias
    else:
        names = dict(zip(("input", "weight", "bias"), linear.arguments, strict=False)) | dict(linear.steps[0].keywords)
        weights, bias = names["weight"], names.get("bias")
    biases = torch.zeros(len(logits)) if bias is None else bias
    return PooledHead(layer, to_numpy(maps[0]), to_numpy(weights), to_numpy(biases), to_numpy(logits))


def _maker(calls: Sequence[Call], tensor: Tensor) -> str:
    return next((call.name for call in reversed(calls) if first_tensor(call.output) is tensor), "")


def _refusal(name: str, kind: str) -> ModelError:
    # A function has no name but its kind.
    called = name if name == kind else f"{name} ({kind})"
    if kind == "getitem":
        where = ": here some values are read and the others are not, as a transformer reads its class token alone"
    else:
        where = f": here {called} stands in between" if name else ": here nothing is averaged"
    return ModelError(
        f"CAM is defined for networks whose logits are one linear layer's, behind global average pooling{where}."
    )

"""A trained network with other activation functions in the places of its own: what stays of it, layer by layer."""

import copy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.errors import ModelError
from cnnviz.probes.activation_functions import MODULES, function, slopes

FARTHEST, BINS = 8.0, 160  # pre-activations are counted from -FARTHEST to FARTHEST; the end bins have all beyond


@dataclass(frozen=True, eq=False)
class Layer:
    """What reaches one activation function, over all images.

    `counts` (BINS,) are the pre-activations by size. `saturated` is the share of them where the slope is below the
    threshold. Of `units` units, channels of a map or features, `dead` get no slope but 0, wherever and for whatever
    image.
    """

    name: str
    counts: NDArray[np.int32]
    saturated: float
    dead: int
    units: int


@dataclass(frozen=True, eq=False)
class Measured:
    """A network's layers, and its predictions (N,) with the share that is right."""

    layers: tuple[Layer, ...]
    predictions: NDArray[np.int32]
    accuracy: float


@dataclass(frozen=True, eq=False)
class Swapped:
    """A network as it was trained, and with the other function."""

    before: Measured
    after: Measured


def places(model: nn.Module) -> list[str]:
    """Return the names of a model's activation functions; raises ModelError where it has none as modules."""
    names = [name for name, module in model.named_modules() if isinstance(module, MODULES)]
    if not names:
        raise ModelError("This network has no activation function that is a layer of its own, so none can be swapped.")
    return names


def swapped(
    model: nn.Module, batch: Tensor, labels: Tensor, name: str, *, prelu_slope: float, threshold: float
) -> Swapped:
    """Return a model on a batch (N, C, H, W) with labels (N,), before and after all its functions become `name`.

    The model itself stays as it is. A slope counts as saturated where its size is below `threshold`.
    """
    # A copy, for a hook on a model that others run too would hear of their images.
    copied = copy.deepcopy(model).eval()
    before = measured(copied, batch, labels, threshold)
    for place in places(copied):
        parent, _, leaf = place.rpartition(".")
        setattr(copied.get_submodule(parent), leaf, function(name, prelu_slope).to(batch.device))
    return Swapped(before, measured(copied, batch, labels, threshold))


def measured(model: nn.Module, batch: Tensor, labels: Tensor, threshold: float) -> Measured:
    """Return what reaches every activation function of a model that nobody else runs, and its predictions."""
    found: dict[str, Layer] = {}

    def listen(name: str) -> torch.utils.hooks.RemovableHandle:
        def hear(module: nn.Module, given: tuple[Tensor, ...]) -> None:
            found[name] = _layer(name, module, given[0], threshold)

        return model.get_submodule(name).register_forward_pre_hook(hear)

    handles = [listen(name) for name in places(model)]
    try:
        with torch.no_grad():
            predictions = model(batch).argmax(dim=1)
    finally:
        for handle in handles:
            handle.remove()
    accuracy = float((predictions == labels.to(predictions.device)).float().mean())
    return Measured(tuple(found.values()), predictions.to("cpu", torch.int32).numpy(), accuracy)


def _layer(name: str, module: nn.Module, values: Tensor, threshold: float) -> Layer:
    # By its forward alone: a call would be heard here again.
    steep = slopes(module.forward, values).abs()
    # Units stand along the second axis.
    each = steep.movedim(1, 0).flatten(1)
    counts = torch.histc(values.clamp(-FARTHEST, FARTHEST).float().cpu(), BINS, -FARTHEST, FARTHEST)
    return Layer(
        name,
        counts.to(torch.int32).numpy(),
        float((steep < threshold).float().mean()),
        int((each == 0).all(dim=1).sum()),
        len(each),
    )

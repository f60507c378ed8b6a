"""How large the gradient of the loss is layer by layer, for one batch."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnviz.probes.arrays import Floats, to_numpy


@dataclass(frozen=True, eq=False)
class LayerGradients:
    """Of every convolution and linear layer in the order of execution, (L,) each.

    `weights` is the norm of the gradient with respect to the layer's weights, `signals` the root mean square of that
    with respect to its outputs.
    """

    names: tuple[str, ...]
    weights: Floats
    signals: Floats
    loss: float


def layer_gradients(model: nn.Module, batch: Tensor, labels: Tensor) -> LayerGradients:
    """Return the gradients of the mean cross-entropy of a batch (N, C, H, W) in training mode.

    The model is left with the mode and the gradients that it had; running averages of normalisation move.
    """
    found: list[tuple[str, Tensor, Tensor]] = []
    handles = [
        each.register_forward_hook(_keeping(name, found))
        for name, each in model.named_modules()
        if isinstance(each, nn.Conv2d | nn.Linear)
    ]
    was = model.training
    try:
        model.train()
        loss = functional.cross_entropy(model(batch), labels)
    finally:
        model.train(was)
        for handle in handles:
            handle.remove()
    gradients = torch.autograd.grad(loss, [each for _, *pair in found for each in pair])
    signals, weights = gradients[::2], gradients[1::2]
    return LayerGradients(
        tuple(name for name, *_ in found),
        to_numpy(torch.stack([each.double().norm() for each in weights])),
        to_numpy(torch.stack([each.double().square().mean().sqrt() for each in signals])),
        loss.item(),
    )


def _keeping(name: str, found: list[tuple[str, Tensor, Tensor]]) -> Any:
    def keep(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        weight = module.weight
        assert isinstance(weight, Tensor)
        found.append((name, output, weight))

    return keep

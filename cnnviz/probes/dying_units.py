"""Units that die while a small network learns: those whose slope is 0 for every image get no gradient any more."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnviz.probes.activation_functions import function, slopes
from cnnviz.probes.arrays import Floats

LAYERS, WIDTH = 3, 64


@dataclass(frozen=True, eq=False)
class Training:
    """One run of S steps, its state before each and after the last; it ends early where the loss becomes infinite.

    `dead` (S + 1, LAYERS) is the share of each hidden layer's units whose slope is 0 for every image; `negative`
    (S + 1, LAYERS) the share that gets less than 0 for every image. `losses` and `accuracies` (S + 1,) are those on
    the images that it learns.
    """

    dead: Floats
    negative: Floats
    losses: Floats
    accuracies: Floats


def network(name: str, inputs: int, classes: int, *, bias: float, seed: int) -> nn.Sequential:
    """Return LAYERS hidden layers of WIDTH units, Kaiming's weights and every bias the same."""
    generator = torch.Generator().manual_seed(seed)
    widths = [inputs, *[WIDTH] * LAYERS, classes]
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        linear = nn.Linear(before, after)
        nn.init.kaiming_normal_(linear.weight, nonlinearity="relu", generator=generator)
        nn.init.constant_(linear.bias, bias)
        layers += [linear, function(name)]
    return nn.Sequential(*layers[:-1])


@torch.enable_grad()
def train(
    images: Tensor, labels: Tensor, name: str, *, rate: float, bias: float, steps: int, seed: int, batch: int = 20
) -> Training:
    """Return a run of stochastic gradient descent on images (N, D) with labels (N,), `batch` of them a step."""
    model = network(name, images.shape[1], int(labels.max()) + 1, bias=bias, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    rows = [_state(model, images, labels)]
    for _ in range(steps):
        chosen = torch.randperm(len(images), generator=generator)[:batch]
        loss = functional.cross_entropy(model(images[chosen]), labels[chosen])
        parameters = list(model.parameters())
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.data -= rate * gradient
        row = _state(model, images, labels)
        if not math.isfinite(row[2]):
            break
        rows.append(row)
    return Training(*(np.array(column, np.float32) for column in zip(*rows, strict=True)))


@torch.no_grad()
def _state(model: nn.Sequential, images: Tensor, labels: Tensor) -> tuple[list[float], list[float], float, float]:
    """Return the shares of dead and of negative units by layer, the loss and the accuracy."""
    values, dead, negative = images, [], []
    for module in model:
        if not isinstance(module, nn.Linear):
            dead.append(float((slopes(module, values) == 0).all(dim=0).float().mean()))
            negative.append(float((values < 0).all(dim=0).float().mean()))
        values = module(values)
    loss = float(functional.cross_entropy(values, labels))
    return dead, negative, loss, float((values.argmax(dim=1) == labels).float().mean())

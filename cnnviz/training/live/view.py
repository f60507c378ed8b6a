"""What a network shows while it learns: its first weights, and where in the plane it gives which answer."""

import math

import torch
from torch import Tensor, nn

# Points lie within -REACH to REACH on both axes.
REACH = 6.0
MOST_FILTERS = 64


def first_weights(network: nn.Module, channels: int = 1) -> Tensor:
    """Return the weights that read the input, (C, h, w): kernels, or the rows of a linear layer as they lie over it.

    At most MOST_FILTERS of them. A row of n² weights becomes (n, n), another (1, n). Of inputs with three `channels`
    those that read all three are colours, (C, h, w, 3).
    """
    weight, layer = next(
        (found.detach(), layer)
        for layer in network.modules()
        for found in layer.parameters(recurse=False)
        if found.ndim > 1
    )
    if isinstance(layer, nn.ConvTranspose1d | nn.ConvTranspose2d):
        weight = weight.transpose(0, 1)
    weight = weight[:MOST_FILTERS]
    if weight.ndim == 4:
        return weight.movedim(1, -1).clone() if weight.shape[1] == channels == 3 else weight[:, 0].clone()
    rows = weight.flatten(1)
    side, rest = math.isqrt(rows.shape[1] // channels), rows.shape[1] % channels
    if channels == 3 and not rest and 3 * side * side == rows.shape[1]:
        return rows.reshape(len(rows), 3, side, side).movedim(1, -1).clone()
    side = math.isqrt(rows.shape[1])
    return rows.reshape(len(rows), *((side, side) if side * side == rows.shape[1] else (1, -1))).clone()


def plane(network: nn.Module, side: int = 60) -> Tensor:
    """Return the probability of the second of two classes over the plane, (side, side), up being first.

    Places are the middles of side x side cells that cover -REACH to REACH. The network is used as at test.
    """
    training = network.training
    network.eval()
    with torch.no_grad():
        found: Tensor = network(grid(side)).softmax(dim=1)[:, 1]
    network.train(training)
    return found.reshape(side, side)


def grid(side: int) -> Tensor:
    """Return the middles of side x side cells that cover -REACH to REACH, (side * side, 2), row by row from the top."""
    edge = (torch.arange(side) + 0.5) / side * 2 * REACH - REACH
    up, across = torch.meshgrid(-edge, edge, indexing="ij")
    return torch.stack([across, up], dim=-1).reshape(-1, 2)

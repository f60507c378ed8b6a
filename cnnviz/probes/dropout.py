"""Dropout in a network so small that all its subnetworks can be computed: 2^n masks for n units.

>>> found = subnetworks(draw_network((4, 3), seed=0), "relu", keep=0.5)
>>> len(found.outputs), round(float(found.probabilities.sum()), 9)
(128, 1.0)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnviz.probes.activation_functions import function
from cnnviz.probes.arrays import Doubles

INPUTS = 3
MOST_UNITS = 10
# What is multiplied where: after training by keep, in training by 1 / keep, or nowhere, which is a mistake.
SCALINGS = ("test", "inverted", "none")
LINEAR = "linear"
_RIVALS = 100  # random networks that one is compared with


@dataclass(frozen=True, eq=False)
class Network:
    """One example `x` (INPUTS,) and, of each layer, `weights` (out, in) and `biases` (out,), the output's the last."""

    x: Tensor
    weights: tuple[Tensor, ...]
    biases: tuple[Tensor, ...]

    @property
    def units(self) -> int:
        """The number of units that can be dropped: all but the output."""
        return sum(map(len, self.weights[:-1]))


@dataclass(frozen=True, eq=False)
class Subnetworks:
    """All R = 2^n masks over n units: bit i of a mask's number is 1 where unit i is kept.

    `probabilities` (R,) are those of the masks, `units` (R, n) what the units give on, as in training, and `outputs`
    (R,). `mean` is the exact mean of the outputs, `deviation` their standard deviation; `passed` (n,) and `scaled` are
    the units and the output of the one pass at test. `offs` are, of RIVALS like networks, how far that pass is from the
    mean, in standard deviations.
    """

    probabilities: Doubles
    units: Doubles
    outputs: Doubles
    mean: float
    deviation: float
    passed: Doubles
    scaled: float
    offs: Doubles


def draw_network(widths: Sequence[int], *, seed: int) -> Network:
    """Return a network of one or two layers of units with one output, normal weights of variance 2 / fan-in."""
    generator = torch.Generator().manual_seed(seed)
    sizes = (INPUTS, *(width for width in widths if width), 1)
    weights, biases = [], []
    for fan_in, fan_out in pairwise(sizes):
        weights.append(torch.randn(fan_out, fan_in, generator=generator, dtype=torch.double) * (2 / fan_in) ** 0.5)
        biases.append(0.2 * torch.randn(fan_out, generator=generator, dtype=torch.double))
    x = torch.randn(INPUTS, generator=generator, dtype=torch.double)
    return Network(x, tuple(weights), tuple(biases))


def masks(units: int) -> Tensor:
    """Return all masks, (2^units, units) of 0 and 1, in the order of their numbers."""
    return (torch.arange(2**units)[:, None] >> torch.arange(units)) & 1


def subnetworks(
    network: Network, activation: str, *, keep: float, scaling: str = "test", rivals: Sequence[Network] = ()
) -> Subnetworks:
    """Return all subnetworks of a network whose units are kept with probability `keep`, in double precision.

    `activation` is LINEAR or a name of cnnviz.probes.activation_functions; `scaling` is one of SCALINGS.
    """
    every = masks(network.units).double()
    kept = every.sum(dim=1)
    probabilities = keep**kept * (1 - keep) ** (network.units - kept)
    in_training = 1 / keep if scaling == "inverted" else 1.0
    at_test = keep if scaling == "test" else 1.0
    units, outputs = _forward(network, _module(activation), every * in_training)
    mean = probabilities @ outputs
    passed, scaled = _forward(network, _module(activation), torch.full((1, network.units), at_test, dtype=torch.double))
    deviation = float((probabilities @ (outputs - mean).square()).sqrt())
    others = (subnetworks(each, activation, keep=keep, scaling=scaling) for each in rivals)
    return Subnetworks(
        probabilities.numpy(),
        units.numpy(),
        outputs.numpy(),
        float(mean),
        deviation,
        passed[0].numpy(),
        float(scaled),
        np.array([abs(each.mean - each.scaled) / each.deviation for each in others if each.deviation > 0]),
    )


def rivals(widths: Sequence[int]) -> list[Network]:
    """Return the networks of these widths that one is compared with."""
    return [draw_network(widths, seed=10_000 + number) for number in range(_RIVALS)]


def _module(activation: str) -> nn.Module:
    return nn.Identity() if activation == LINEAR else function(activation)


def _forward(network: Network, activation: nn.Module, factors: Tensor) -> tuple[Tensor, Tensor]:
    """Return what the units give on (R, n) and the outputs (R,) where each unit is multiplied by its factor (R, n)."""
    given, found, first = network.x.expand(len(factors), -1), [], 0
    with torch.no_grad():
        for weight, bias in zip(network.weights[:-1], network.biases[:-1], strict=True):
            given = activation(functional.linear(given, weight, bias)) * factors[:, first : first + len(weight)]
            found.append(given)
            first += len(weight)
        outputs = functional.linear(given, network.weights[-1], network.biases[-1])
    return torch.cat(found, dim=1), outputs[:, 0]

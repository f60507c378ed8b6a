"""The course's networks for Fashion-MNIST, a quarter as wide: `cnnviz.design.small_networks` as torch modules."""

import torch
from torch import nn

from cnnviz.design import parse
from cnnviz.design.build import build as build_rows
from cnnviz.design.small_networks import SMALL


def build(*, name: str, first: float = 1.0, last_bias: float = 0.0) -> nn.Module:
    """Return a network of SMALL, from its input (N, 1, side, side) to (N, 10) scores.

    The first layer's start is `first` times as large as usual: what a large kernel starts with, a short training leaves
    in it as noise. The biases of the last convolution start at `last_bias`: a ReLU follows NiN's, and a class that
    starts below 0 everywhere is never learned.
    """
    network = started(build_rows(parse(SMALL[name].text), SMALL[name].input_size))
    with torch.no_grad():
        convolutions = [each for each in network.modules() if isinstance(each, nn.Conv2d)]
        convolutions[0].weight.mul_(first)
        if (bias := convolutions[-1].bias) is not None:
            bias.fill_(last_bias)
    return network


def started(network: nn.Module) -> nn.Module:
    """Draw the weights anew, after He et al. 2015: torch's own start is too small for this depth without BatchNorm."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network

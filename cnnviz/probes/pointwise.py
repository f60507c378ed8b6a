"""A 1x1 convolution as what it is: one linear layer, applied to the channels of every pixel.

>>> pointwise(torch.randn(3, 4, 5), torch.randn(2, 3, 1, 1), torch.randn(2)).outputs.shape
(2, 4, 5)
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from cnnviz.calls import Call
from cnnviz.errors import ModelError
from cnnviz.probes.arrays import Floats, to_numpy
from cnnviz.probes.partial_forward import catch


@dataclass(frozen=True, eq=False)
class Pointwise:
    """A 1x1 convolution of `inputs` (C, H, W) with `weights` (K, C) and `bias` (K,), zeros where it has none.

    `outputs` (K, H, W) are torch's convolution, in double precision, so that rounding is too small to be taken for a
    difference; `gap` is the largest difference from torch's linear layer, which gets the channels of one pixel after
    the other, and `largest` the largest absolute value.
    """

    inputs: Floats
    weights: Floats
    bias: Floats
    outputs: NDArray[np.float64]
    gap: float
    largest: float


@torch.no_grad()
def pointwise(inputs: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Pointwise:
    """Return both ways of computing inputs (C, H, W) with a kernel (K, C, 1, 1)."""
    inputs, kernel = inputs.cpu().double(), kernel.cpu().double()
    added = torch.zeros(len(kernel)).double() if bias is None else bias.cpu().double()
    weights = kernel.flatten(1)
    convolved = functional.conv2d(inputs[None], kernel, added)[0]
    linear = torch.stack([functional.linear(pixel, weights, added) for pixel in inputs.flatten(1).T])
    gap = (convolved.flatten(1).T - linear).abs().max()
    read, kept, bases = (to_numpy(each) for each in (inputs, weights, added))
    return Pointwise(read, kept, bases, convolved.numpy(), float(gap), float(convolved.abs().max()))


def pointwise_layer(model: nn.Module, batch: Tensor, layer: str) -> Pointwise:
    """Return the same for a layer of a network, at what it reads of an input (1, C, H, W).

    Raises ModelError where the layer is no 1x1 convolution with stride 1 that reads all channels.
    """

    def take(call: Call) -> Pointwise:
        module = call.module
        plain = isinstance(module, nn.Conv2d) and (module.kernel_size, module.stride, module.groups)
        if not isinstance(module, nn.Conv2d) or plain != ((1, 1), (1, 1), 1):
            raise ModelError(f"{layer} is no 1×1 convolution with stride 1 and one group; choose a layer that is.")
        return pointwise(call.arguments[0][0], module.weight, module.bias)

    with torch.no_grad():
        return catch(model, batch, layer, take)

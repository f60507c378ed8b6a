"""LeNet with ReLU behind one fixed shuffle of the pixels: what a convolution loses with its neighbours."""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnviz.models import lenet_relu


def order(pixels: int, *, seed: int = 0) -> Tensor:
    """Return which pixel comes to each place, (pixels,) int64: a permutation, the same for the same seed."""
    return torch.randperm(pixels, generator=torch.Generator().manual_seed(seed))


class Shuffle(nn.Module):
    """Puts the pixels of every (N, C, height, width) image in another order, the same for all images and channels."""

    order: Tensor

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        # It travels with the weights, which are worth nothing under another shuffle.
        self.register_buffer("order", order(height * width))

    def forward(self, images: Tensor) -> Tensor:
        """Return the images with their pixels moved, in the same size."""
        return images.flatten(2)[:, :, self.order].reshape(images.shape)


def build(*, side: int = 28, classes: int = 10) -> nn.Module:
    """Return a module from (N, 1, side, side), shuffled first, to (N, classes) scores."""
    inner = OrderedDict(lenet_relu.build(classes=classes).named_children())
    return nn.Sequential(OrderedDict(shuffle=Shuffle(side, side), **inner))

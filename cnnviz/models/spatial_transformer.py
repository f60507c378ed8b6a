"""Spatial transformers: a network that looks at its input and chooses how to warp it, and what reads the result.

    >>> network, batch = build(side=42).eval(), torch.rand(5, 1, 42, 42)
    >>> theta = network.theta(batch)                # (N, 2, 3), the localisation network's choice
    >>> grid = network.grid(theta)                  # (N, 28, 28, 2), where each output pixel is read
    >>> scores = network.classifier(network.sampler(batch, grid))
    >>> torch.equal(scores, network(batch))
    True

Source: Jaderberg, Simonyan, Zisserman and Kavukcuoglu 2015, "Spatial Transformer Networks".
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnviz.models import digit_cnn
from cnnviz.models.thin_plate import ThinPlateGrid


class AffineGrid(nn.Module):
    """From theta (N, 2, 3), which maps output to input coordinates in [-1, 1], to a grid (N, side, side, 2)."""

    def __init__(self, *, side: int) -> None:
        super().__init__()
        self.side = side

    def identity(self) -> Tensor:
        """Return the theta (2, 3) that leaves an image as it is."""
        return torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])

    def forward(self, theta: Tensor) -> Tensor:
        return functional.affine_grid(theta, [len(theta), 1, self.side, self.side], align_corners=False)


class Sampler(nn.Module):
    """Read (N, C, H, W) at the places of a grid, between four pixels bilinearly; outside of the input all is zero."""

    def forward(self, batch: Tensor, grid: Tensor) -> Tensor:
        return functional.grid_sample(batch, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


class Localisation(nn.Module):
    """The localisation network: from (N, channels, side, side) to theta, at first `identity` whatever it sees."""

    def __init__(self, identity: Tensor, *, channels: int, side: int, pool: int, hidden: int) -> None:
        super().__init__()
        last = side // pool // 4
        self.shape = identity.shape
        self.features = nn.Sequential(
            OrderedDict(
                pool0=nn.AvgPool2d(kernel_size=pool) if pool > 1 else nn.Identity(),
                conv1=nn.Conv2d(channels, 16, kernel_size=5, padding=2, bias=False),
                bn1=nn.BatchNorm2d(16),
                relu1=nn.ReLU(inplace=True),
                pool1=nn.MaxPool2d(kernel_size=2),
                conv2=nn.Conv2d(16, 32, kernel_size=3, padding=1, bias=False),
                bn2=nn.BatchNorm2d(32),
                relu2=nn.ReLU(inplace=True),
                pool2=nn.MaxPool2d(kernel_size=2),
                flatten=nn.Flatten(),
                fc1=nn.Linear(32 * last * last, hidden),
                relu3=nn.ReLU(inplace=True),
            )
        )
        self.regression = nn.Linear(hidden, identity.numel())
        with torch.no_grad():
            self.regression.weight.zero_()
            self.regression.bias.copy_(identity.flatten())

    def forward(self, batch: Tensor) -> Tensor:
        seen = self.features(batch)
        # A coordinate in bfloat16 is off by up to a tenth of a pixel. The meta device knows no autocast.
        with torch.autocast("cuda" if seen.is_cuda else "cpu", enabled=False):
            theta: Tensor = self.regression(seen.float()).unflatten(1, self.shape)
        return theta


class SpatialTransformer(nn.Module):
    """From (N, channels, side, side), an image or a stack of feature maps, to (N, channels, warped, warped).

    `points` 0 makes it affine; else it is a thin-plate spline on `points` times `points` places. `pool` shrinks what
    the localisation network sees, so that it is cheap.
    """

    def __init__(
        self, *, channels: int = 1, side: int = 28, warped: int = 28, points: int = 0, pool: int = 1, hidden: int = 32
    ) -> None:
        super().__init__()
        self.grid = ThinPlateGrid(side=warped, points=points) if points else AffineGrid(side=warped)
        self.localisation = Localisation(self.grid.identity(), channels=channels, side=side, pool=pool, hidden=hidden)
        self.sampler = Sampler()

    def theta(self, batch: Tensor) -> Tensor:
        """Return what the localisation network chose for each of (N, C, H, W): (N, 2, 3), or (N, points², 2)."""
        theta: Tensor = self.localisation(batch)
        return theta

    def warp(self, batch: Tensor) -> Tensor:
        """Return the warped batch, (N, channels, warped, warped)."""
        warped: Tensor = self.sampler(batch, self.grid(self.theta(batch)))
        return warped

    def forward(self, batch: Tensor) -> Tensor:
        return self.warp(batch)


class SpatialTransformerNetwork(SpatialTransformer):
    """A transformer at the input of a classifier: (N, 1, side, side) to (N, classes) scores."""

    def __init__(self, classifier: nn.Module, **settings: int) -> None:
        super().__init__(**settings)
        self.classifier = classifier

    def forward(self, batch: Tensor) -> Tensor:
        scores: Tensor = self.classifier(self.warp(batch))
        return scores


def build(
    *,
    side: int = 28,
    warped: int = 28,
    points: int = 0,
    pool: int = 1,
    locating: int = 32,
    width: int = 24,
    hidden: int = 64,
    classes: int = 10,
) -> SpatialTransformerNetwork:
    """Return a transformer and a digit_cnn behind it; `locating` is the hidden layer of the localisation network."""
    classifier = digit_cnn.build(side=warped, width=width, hidden=hidden, classes=classes)
    return SpatialTransformerNetwork(classifier, side=side, warped=warped, points=points, pool=pool, hidden=locating)

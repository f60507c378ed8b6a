"""The blocks as torch modules. `to_pytorch` copies them from here, so what is exported is what is built.

Each does what the function of the same name in cnnviz.design.blocks says.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn


class Branches(nn.Module):
    """Branches that read the same tensor; None hands on what it reads."""

    def __init__(self, **branches: nn.Module | None) -> None:
        super().__init__()
        self.names = tuple(branches)
        for name, branch in branches.items():
            self.add_module(name, branch)

    def outputs(self, x: Tensor) -> list[Tensor]:
        branches = [getattr(self, name) for name in self.names]
        return [x if branch is None else branch(x) for branch in branches]


class Concat(Branches):
    """Branches, their channels one after another."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat(self.outputs(x), dim=1)


class Add(Branches):
    """Branches, added."""

    def forward(self, x: Tensor) -> Tensor:
        first, *others = self.outputs(x)
        for other in others:
            first = first + other
        return first


class Multiply(Branches):
    """Branches, multiplied."""

    def forward(self, x: Tensor) -> Tensor:
        first, *others = self.outputs(x)
        for other in others:
            first = first * other
        return first


class Residual(nn.Module):
    """What the main branch makes is added to what arrives, or to what the shortcut makes of it; then ReLU."""

    def __init__(self, main: nn.Module, shortcut: nn.Module | None) -> None:
        super().__init__()
        self.main = main
        self.shortcut = shortcut
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out = self.main(x)
        out += x if self.shortcut is None else self.shortcut(x)
        return self.relu(out)  # type: ignore[no-any-return]


def vgg(in_channels: int, convolutions: int, out_channels: int, batch_norm: bool = False) -> nn.Module:
    """Return convolutions of 3x3 with ReLU, then pooling that halves the sides."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for number in range(1, convolutions + 1):
        layers[f"conv{number}"] = nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1)
        if batch_norm:
            layers[f"bn{number}"] = nn.BatchNorm2d(out_channels)
        layers[f"relu{number}"] = nn.ReLU(inplace=True)
        in_channels = out_channels
    layers["pool1"] = nn.MaxPool2d(kernel_size=2)
    return nn.Sequential(layers)


def nin(
    in_channels: int,
    out_channels: int,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] = 1,
    padding: int | str | tuple[int, int] = 0,
) -> nn.Module:
    """Return a convolution and two of 1x1, each with ReLU."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding),
            relu1=nn.ReLU(inplace=True),
            conv2=nn.Conv2d(out_channels, out_channels, kernel_size=1),
            relu2=nn.ReLU(inplace=True),
            conv3=nn.Conv2d(out_channels, out_channels, kernel_size=1),
            relu3=nn.ReLU(inplace=True),
        )
    )


def inception(
    in_channels: int,
    branch1: int,
    branch2: tuple[int, int],
    branch3: tuple[int, int],
    branch4: int,
    kernel_size: int = 5,
    batch_norm: bool = False,
) -> nn.Module:
    """Return four branches, concatenated: 1x1; 1x1 and 3x3; 1x1 and 5x5; pooling and 1x1."""

    def branch(*convolutions: tuple[int, int], pool: bool = False) -> nn.Module:
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        if pool:
            layers["pool1"] = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)
        channels = in_channels
        for number, (out_channels, size) in enumerate(convolutions, 1):
            layers[f"conv{number}"] = nn.Conv2d(channels, out_channels, size, padding=size // 2, bias=not batch_norm)
            if batch_norm:
                layers[f"bn{number}"] = nn.BatchNorm2d(out_channels, eps=0.001)
            layers[f"relu{number}"] = nn.ReLU(inplace=True)
            channels = out_channels
        return nn.Sequential(layers)

    return Concat(
        branch1=branch((branch1, 1)),
        branch2=branch((branch2[0], 1), (branch2[1], 3)),
        branch3=branch((branch3[0], 1), (branch3[1], kernel_size)),
        branch4=branch((branch4, 1), pool=True),
    )


def projection(in_channels: int, out_channels: int, stride: int) -> nn.Module | None:
    """Return the shortcut of a residual block: nothing, unless the size or the channels change."""
    if stride == 1 and in_channels == out_channels:
        return None
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False),
            bn1=nn.BatchNorm2d(out_channels),
        )
    )


def basic(in_channels: int, out_channels: int, stride: int = 1) -> nn.Module:
    """Return two convolutions of 3x3, added to what arrives."""
    main = nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=stride, padding=1, bias=False),
            bn1=nn.BatchNorm2d(out_channels),
            relu1=nn.ReLU(inplace=True),
            conv2=nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1, bias=False),
            bn2=nn.BatchNorm2d(out_channels),
        )
    )
    return Residual(main, projection(in_channels, out_channels, stride))


def bottleneck(
    in_channels: int, out_channels: int, stride: int = 1, groups: int = 1, width: int | None = None
) -> nn.Module:
    """Return 1x1, 3x3 and 1x1 to four times `out_channels`, added to what arrives."""
    width = out_channels if width is None else width
    main = nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(in_channels, width, kernel_size=1, bias=False),
            bn1=nn.BatchNorm2d(width),
            relu1=nn.ReLU(inplace=True),
            conv2=nn.Conv2d(width, width, kernel_size=3, stride=stride, padding=1, groups=groups, bias=False),
            bn2=nn.BatchNorm2d(width),
            relu2=nn.ReLU(inplace=True),
            conv3=nn.Conv2d(width, 4 * out_channels, kernel_size=1, bias=False),
            bn3=nn.BatchNorm2d(4 * out_channels),
        )
    )
    return Residual(main, projection(in_channels, 4 * out_channels, stride))

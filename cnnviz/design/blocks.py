"""Blocks: rows that open. One function a block: the channels that arrive and the block's settings -> its layers.

The parameters of a function, after the channels, are the block's settings in the order in which they are typed.
"""

import inspect
from collections.abc import Callable
from functools import lru_cache

from cnnviz.design import vocabulary
from cnnviz.design.rows import Row, Setting
from cnnviz.design.tree import Join, Parts
from cnnviz.errors import ModelError, ShapeError

Sides = int | tuple[int, ...]


def _layer(kind: str, **settings: Setting) -> tuple[Row, ...]:
    return (Row(kind, tuple(settings.items())),)


_RELU = _layer("ReLU", inplace=True)
_BATCH_NORM = _layer("BatchNorm2d")


def _conv(out_channels: int, kernel_size: Sides, **settings: Setting) -> tuple[Row, ...]:
    return _layer("Conv2d", out_channels=out_channels, kernel_size=kernel_size, **settings)


def vgg(in_channels: int, *, convolutions: int, out_channels: int, batch_norm: bool = False) -> Parts:
    """Convolutions of 3x3 with ReLU, then pooling that halves the sides. Simonyan and Zisserman 2015."""
    if not 1 <= convolutions <= 100:
        raise ShapeError(f"A VGG block has {convolutions} convolutions; it may have 1 to 100.")
    one = _conv(out_channels, 3, padding=1) + (_BATCH_NORM if batch_norm else ()) + _RELU
    return one * convolutions + _layer("MaxPool2d", kernel_size=2)


def nin(in_channels: int, *, out_channels: int, kernel_size: Sides, stride: Sides = 1, padding: Setting = 0) -> Parts:
    """A convolution and two of 1x1, each with ReLU. Lin, Chen and Yan 2014, Network in Network."""
    first = _conv(out_channels, kernel_size, stride=stride, padding=padding)
    return first + _RELU + (_conv(out_channels, 1) + _RELU) * 2


def inception(
    in_channels: int,
    *,
    branch1: int,
    branch2: tuple[int, int],
    branch3: tuple[int, int],
    branch4: int,
    kernel_size: int = 5,
    batch_norm: bool = False,
) -> Parts:
    """1x1; 1x1 and 3x3; 1x1 and 5x5; pooling and 1x1: four branches, concatenated. Szegedy et al. 2015.

    `kernel_size` is that of the third branch's second convolution, 3 in torchvision. With `batch_norm` the
    convolutions have no bias and batch normalisation follows each, as in torchvision.
    """
    for place, channels in ((2, branch2), (3, branch3)):
        if not isinstance(channels, tuple) or len(channels) != 2:
            raise ModelError(f"Branch {place} of an Inception block has two numbers of channels, such as 96/128.")
    if not isinstance(kernel_size, int) or kernel_size % 2 == 0:
        raise ModelError(f"The third branch of an Inception block has an odd kernel such as 5, not {kernel_size}.")

    def conv(channels: int, size: int) -> tuple[Row, ...]:
        if batch_norm:
            return _conv(channels, size, padding=size // 2, bias=False) + _layer("BatchNorm2d", eps=0.001) + _RELU
        return _conv(channels, size, padding=size // 2) + _RELU

    return Join(
        "cat",
        (
            ("branch1", conv(branch1, 1)),
            ("branch2", conv(branch2[0], 1) + conv(branch2[1], 3)),
            ("branch3", conv(branch3[0], 1) + conv(branch3[1], kernel_size)),
            ("branch4", _layer("MaxPool2d", kernel_size=3, stride=1, padding=1) + conv(branch4, 1)),
        ),
    )


def basic(in_channels: int, *, out_channels: int, stride: int = 1) -> Parts:
    """Two convolutions of 3x3, added to what arrives: the block of ResNet-18 and 34. He et al. 2016.

    Where the size or the channels change, a 1x1 convolution with the same stride stands in the shortcut.
    """
    first = _conv(out_channels, 3, stride=stride, padding=1, bias=False) + _BATCH_NORM + _RELU
    return _residual(
        in_channels, first + _conv(out_channels, 3, padding=1, bias=False) + _BATCH_NORM, out_channels, stride
    )


def bottleneck(
    in_channels: int, *, out_channels: int, stride: int = 1, groups: int = 1, width: int | None = None
) -> Parts:
    """1x1, 3x3 and 1x1 to four times `out_channels`, added to what arrives: ResNet-50 and deeper. He et al. 2016.

    The 3x3 convolution has `width` channels, `out_channels` unless given, and the stride, as in torchvision.
    """
    width = out_channels if width is None else width
    narrow = _conv(width, 1, bias=False) + _BATCH_NORM + _RELU
    middle = _conv(width, 3, stride=stride, padding=1, groups=groups, bias=False) + _BATCH_NORM + _RELU
    wide = _conv(4 * out_channels, 1, bias=False) + _BATCH_NORM
    return _residual(in_channels, narrow + middle + wide, 4 * out_channels, stride)


def _residual(in_channels: int, main: tuple[Row, ...], out_channels: int, stride: int) -> Join:
    shortcut: tuple[Row, ...] = ()
    if stride != 1 or in_channels != out_channels:
        shortcut = _conv(out_channels, 1, stride=stride, bias=False) + _BATCH_NORM
    return Join("add", (("main", main), ("shortcut", shortcut)), _RELU[0], in_place=True)


def joined(row: Row) -> Join:
    """Return the branches of a row that has some of its own; raises ModelError where it has fewer than two."""
    if len(row.branches) < 2:
        example = vocabulary.EXAMPLES[row.kind]
        raise ModelError(f"{row.short} needs two branches or more, with | between them, such as {example}.")
    names = (f"branch{number}" for number in range(1, len(row.branches) + 1))
    return Join(vocabulary.JOINS[row.kind], tuple(zip(names, row.branches, strict=True)))


BLOCKS: dict[str, Callable[..., Parts]] = {
    "VGG": vgg,
    "NiN": nin,
    "Inception": inception,
    "Basic": basic,
    "Bottleneck": bottleneck,
}


@lru_cache(maxsize=1024)
def open_block(row: Row, in_channels: int) -> Parts:
    """Return the layers of a block; raises ShapeError for sizes and ModelError for settings that cannot be."""
    if row.kind in vocabulary.JOINS:
        return joined(row)
    parameters = inspect.signature(BLOCKS[row.kind]).parameters.values()
    needed = [each.name for each in parameters if each.default is each.empty and each.name != "in_channels"]
    if missing := [name for name in needed if name not in row.given]:
        example = vocabulary.EXAMPLES[row.kind]
        raise ModelError(f"{row.short} needs its {missing[0]}; it reads {' '.join(needed)}, such as {example}.")
    return BLOCKS[row.kind](in_channels, **row.given)

"""Sizes of pictures that networks usually read, for one that doesn't say which it reads."""

from collections.abc import Callable, Iterable, Iterator
from math import isqrt

from cnnviz.errors import CnnvizError, ModelError

# ImageNet, CIFAR, Tiny-ImageNet, AlexNet's 227 and Inception's 299; for grey pictures MNIST comes first.
_COLOUR = (224, 32, 64, 227, 299, 28, 96, 128, 256)
_GREY = (28, 32, *_COLOUR)

Size = tuple[int, int, int]


def usual_sizes(channels: int | None = None, features: int | None = None) -> Iterator[Size]:
    """Yield sizes (C, H, W) worth trying, the likeliest first, for a first layer of so many channels or features."""
    if features is not None:
        for depth in (1, 3):
            side = isqrt(features // depth)
            if side and depth * side * side == features:
                yield depth, side, side
        return
    for depth in (3, 1) if channels is None else (channels,):
        yield from ((depth, side, side) for side in (_GREY if depth == 1 else _COLOUR))


def first_that_fits(sizes: Iterable[Size], fits: Callable[[Size], object]) -> Size:
    """Return the first size for which `fits` raises no error of ours; raises ModelError where there is none."""
    for size in sizes:
        try:
            fits(size)
        except CnnvizError:
            continue
        return size
    raise ModelError("No usual size of picture fits the network; say which it reads, such as 3x224x224.")

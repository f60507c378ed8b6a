"""The size of a picture that a network reads, where nobody says it: from its first layer, and by trying."""

from collections.abc import Callable, Iterable, Iterator
from math import isqrt
from typing import TYPE_CHECKING

from cnnviz.errors import CnnvizError, ModelError, ShapeError

if TYPE_CHECKING:
    from torch import nn

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


def input_size_of(network: "nn.Module") -> Size:
    """Return the (C, H, W) that a network reads; raises ModelError where no usual size fits."""
    layers = (part for part in network.modules() if hasattr(part, "in_channels") or hasattr(part, "in_features"))
    first = next(layers, None)
    sizes = usual_sizes(getattr(first, "in_channels", None), getattr(first, "in_features", None))
    return first_that_fits(sizes, lambda size: output_size_of(network, size))


def output_size_of(network: "nn.Module", size: Size) -> tuple[int, ...]:
    """Return the size of what a network gives for one picture of (C, H, W), batch included, by running it on zeros.

    Raises ShapeError where the picture doesn't fit, and ModelError where what is given is no tensor.
    """
    import torch

    modes = {part: part.training for part in network.modules()}
    like = next(network.parameters(), torch.zeros(()))
    try:
        with torch.inference_mode():
            scores = network.eval()(torch.zeros(1, *size, device=like.device, dtype=like.dtype))
    # It is somebody's own code, which may raise whatever it likes.
    except Exception as error:
        why = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise ShapeError(f"An input of size 1x{'x'.join(map(str, size))} does not fit this model: {why}.") from error
    finally:
        for part, training in modes.items():
            part.training = training
    if not isinstance(scores, torch.Tensor):
        raise ModelError(f"The network gives a {type(scores).__name__}; it should give a tensor.")
    return tuple(scores.shape)

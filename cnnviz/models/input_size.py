"""The size of a picture that a network reads, where nobody says it: from its first layer, and by trying."""

from typing import TYPE_CHECKING

from cnnviz.design.usual_inputs import first_that_fits, usual_sizes
from cnnviz.errors import ModelError, ShapeError

if TYPE_CHECKING:
    from torch import nn

Size = tuple[int, int, int]


def input_size_of(network: "nn.Module") -> Size:
    """Return the (C, H, W) that a network reads; raises ModelError where no usual size fits, or any would."""
    if is_lazy(network):
        raise ModelError("The network's layers follow the first input; say which it reads, such as 3x224x224.")
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
        # Not inference_mode: what a lazy layer makes in it could never be differentiated.
        with torch.no_grad():
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


def is_lazy(network: "nn.Module") -> bool:
    """Return whether a network has parameters whose sizes follow from the first input that it gets."""
    from torch.nn.parameter import is_lazy

    return any(is_lazy(parameter) for parameter in network.parameters())


def sized(network: "nn.Module", input_size: tuple[int, int, int]) -> "nn.Module":
    """Return the network; where it is lazy, after its first input of (C, H, W)."""
    if is_lazy(network):
        output_size_of(network, input_size)
    return network

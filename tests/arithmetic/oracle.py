"""Torch's real layers, measured: what cnnviz.arithmetic must agree with."""

import warnings
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

Size = tuple[int, ...]
REFUSALS = (RuntimeError, ValueError, AssertionError, NotImplementedError, IndexError, TypeError, ZeroDivisionError)


@dataclass(frozen=True)
class Truth:
    output_size: Size
    weights: int
    biases: int
    buffers: int


@dataclass(frozen=True)
class Saved:
    """Whether a layer's input and output are kept, and the bytes of all other storages, the module's own aside."""

    input: bool
    output: bool
    rest: int


def build(kind: str, size: Size, settings: dict) -> nn.Module:
    """Return torch's layer for an input of `size`; the sizes that arithmetic reads off the input are put in here."""
    first = {}
    if kind.startswith("Conv"):
        first = {"in_channels": size[1]}
    elif kind == "Linear":
        first = {"in_features": size[-1]}
    elif kind.startswith(("BatchNorm", "InstanceNorm")):
        first = {"num_features": size[1]}
    elif kind == "GroupNorm":
        first = {"num_channels": size[1]}
    return getattr(nn, kind)(**first, **settings).eval()


def some_input(layer: nn.Module, size: Size) -> Tensor:
    if isinstance(layer, nn.Embedding):
        return torch.randint(0, layer.num_embeddings, size)
    return torch.rand(size) + 0.5


def run(layer: nn.Module, given: Tensor) -> Tensor:
    made = layer(given)
    return made[0] if isinstance(made, tuple) else made


def accepted(kind: str, size: Size, settings: dict) -> tuple[nn.Module, Truth] | None:
    """Return torch's layer and what it makes in evaluation; None where torch refuses it or where nothing is left."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        try:
            layer = build(kind, size, settings)
            made = run(layer, some_input(layer, size))
        except REFUSALS:
            return None
    if made.numel() == 0:
        return None
    named = dict(layer.named_parameters())
    biases = named["bias"].numel() if "bias" in named else 0
    weights = sum(parameter.numel() for parameter in named.values()) - biases
    return layer, Truth(tuple(made.shape), weights, biases, sum(buffer.numel() for buffer in layer.buffers()))


def flops(layer: nn.Module, size: Size) -> int:
    """Return torch's own count of the floating point operations of convolutions and linear layers."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        layer(torch.rand(size))
    return counter.get_total_flops()


def saved(layer: nn.Module, size: Size) -> Saved | None:
    """Return what autograd keeps of a layer in training, None where torch refuses to train on this input."""
    given = some_input(layer, size)
    if given.is_floating_point():
        # Times 1, so that a layer may work in place.
        given = given.requires_grad_() * 1
    kept = {}

    def pack(tensor):
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    own = {tensor.untyped_storage().data_ptr() for tensor in (*layer.parameters(), *layer.buffers())}
    with warnings.catch_warnings(), torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        warnings.simplefilter("ignore")
        try:
            made = run(layer.train(), given)
        except REFUSALS:
            return None
    output = made.untyped_storage().data_ptr()
    # Indices are no numbers of the type that a layer computes with.
    image = given.untyped_storage().data_ptr() if given.is_floating_point() else None
    rest = sum(size for place, size in kept.items() if place not in own and place not in (image, output))
    return Saved(image in kept and image != output, output in kept, rest)


def unseen(layer: nn.Module, size: Size) -> Size:
    """Return for each axis how many of the last rows have no gradient, all weights and all numbers positive.

    Maxima pass a gradient on to one number alone, and torch's crash where a window holds nothing but padding: there
    the rows are counted that change no output when they rise.
    """
    layer = layer.eval().double()
    for parameter in layer.parameters():
        nn.init.uniform_(parameter, 0.5, 1)
    image = torch.rand(size, dtype=torch.double) + 0.5
    if "Max" in type(layer).__name__:
        last = [_last_that_matters(layer, image, axis) for axis in range(2, len(size))]
    else:
        last = _last_with_gradient(layer, image)
    return tuple(extent - 1 - row for extent, row in zip(size[2:], last, strict=True))


def _last_with_gradient(layer: nn.Module, image: Tensor) -> list[int]:
    image = image.requires_grad_()
    made = run(layer, image * 1)
    (made * (torch.rand_like(made) + 0.5)).sum().backward()
    # Weights that are 0 in fractions come out as rounding errors.
    read = (image.grad.abs() > 1e-9).nonzero()
    return read.max(0).values.tolist()[2:] if len(read) else [-1] * (image.dim() - 2)


def _last_that_matters(layer: nn.Module, image: Tensor, axis: int) -> int:
    before = run(layer, image)
    for row in range(image.shape[axis] - 1, -1, -1):
        raised = image.clone()
        raised.select(axis, row).add_(10)
        if not torch.equal(run(layer, raised), before):
            return row
    return -1

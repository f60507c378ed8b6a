"""Normalisation of a small batch by torch's own functions: which numbers share a mean and a variance, and the result.

>>> normalised("batch", torch.tensor([[1.0], [3.0]])).mean
array([[2.]])
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from cnnviz.errors import ShapeError

WAYS = ("batch", "layer", "instance", "group")
EPS = 1e-5

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Normalised:
    """`mean` and biased `variance` of every set, and the `output` (N, C, *S), in double precision.

    Statistics are (1, C, 1, 1) for batch, (N, 1, 1, 1) for layer, (N, C, 1, 1) for instance and (N, G, 1, 1) for group
    normalisation of images, (1, D) and (N, 1) for vectors. `count` numbers share one.
    """

    mean: Doubles
    variance: Doubles
    output: Doubles
    count: int


def normalised(
    way: str,
    inputs: Tensor,
    *,
    groups: int = 1,
    gamma: Tensor | None = None,
    beta: Tensor | None = None,
    eps: float = EPS,
) -> Normalised:
    """Return a batch (N, C, *S) normalised in one of WAYS, in training, with `gamma` and `beta` (C,), 1 and 0 without.

    They are one a channel for every way, as in batch and group normalisation; nn.LayerNorm has one for every number of
    an image. Raises ShapeError where torch would refuse it.
    """
    _check(way, tuple(inputs.shape), groups)
    inputs = inputs.double()
    channels = inputs.shape[1]
    scale = torch.ones(channels, dtype=torch.float64) if gamma is None else gamma.double()
    shift = torch.zeros(channels, dtype=torch.float64) if beta is None else beta.double()
    if way == "batch":
        output = functional.batch_norm(inputs, None, None, scale, shift, training=True, eps=eps)
    elif way == "instance":
        output = functional.instance_norm(inputs, None, None, scale, shift, eps=eps)
    else:
        # Layer normalisation of an image is a single group; torch's own would want a gamma for each of its numbers.
        output = functional.group_norm(inputs, groups if way == "group" else 1, scale, shift, eps)
    sets, axes = _sets(way, inputs, groups)
    variance, mean = torch.var_mean(sets, axes, correction=0, keepdim=True)
    shape = mean.shape[: inputs.ndim]
    return Normalised(
        mean.reshape(shape).numpy(), variance.reshape(shape).numpy(), output.numpy(), sets.numel() // mean.numel()
    )


def undoing(inputs: Tensor, eps: float = EPS) -> tuple[Doubles, Doubles]:
    """Return the gamma and the beta (C,) with which batch normalisation of (N, C, *S) gives its input back.

    They are the square root of variance + eps, and the mean.
    """
    found = normalised("batch", inputs, eps=eps)
    return np.sqrt(found.variance.reshape(-1) + eps), found.mean.reshape(-1)


def _sets(way: str, inputs: Tensor, groups: int) -> tuple[Tensor, list[int]]:
    """Return the numbers, and the axes over which one mean is taken."""
    positions = list(range(2, inputs.ndim))
    if way == "batch":
        return inputs, [0, *positions]
    if way == "instance":
        return inputs, positions
    count = groups if way == "group" else 1
    split = inputs.reshape(len(inputs), count, -1, *inputs.shape[2:])
    return split, list(range(2, split.ndim))


def _check(way: str, size: tuple[int, ...], groups: int) -> None:
    batch, channels, *positions = size
    side = int(np.prod(positions))
    if way == "batch" and batch * side == 1:
        raise ShapeError(
            "Batch normalisation in training needs more than one number a channel, and a batch of 1 with one position "
            "has one: less its mean it is 0, whatever it was. PyTorch refuses it; take 2 images or more positions."
        )
    if way == "instance" and side == 1:
        raise ShapeError(
            "Instance normalisation needs more than one position in a channel, and here there is one: less its mean it "
            "is 0, whatever it was. PyTorch refuses it; take a map of at least 1x2."
        )
    if way == "group" and channels % groups:
        fits = ", ".join(str(each) for each in range(1, channels + 1) if channels % each == 0)
        raise ShapeError(f"{channels} channels cannot be divided into {groups} groups; {fits} would do.")
    if way in ("layer", "group") and batch * side * channels == (groups if way == "group" else 1):
        raise ShapeError("A group of one number has no variance; take more channels or positions.")

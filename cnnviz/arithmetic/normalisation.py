"""Normalisation layers: a mean and a standard deviation are taken out, then a learned scale and shift put in.

All operations: with running statistics, which batch norm has in evaluation, scale and shift are prepared beforehand and
each number takes a multiplication and an addition. Where a group of n numbers gives its own statistics it takes 5n + 3:
n for the mean, n to subtract it, 2n for the variance, an addition, a root and an inversion, and n to scale; the learned
scale and shift take another operation each a number.
"""

from collections.abc import Sequence
from functools import partial
from math import prod

from cnnviz.arithmetic.checks import image, shown, tensor, whole_number
from cnnviz.arithmetic.formulas import Term, product, total
from cnnviz.arithmetic.mixtures import mixed
from cnnviz.arithmetic.record import Layer, Size, Step
from cnnviz.arithmetic.windows import ranked
from cnnviz.errors import ShapeError


def _batch_norm(
    rank: int,
    input_size: Sequence[int],
    *,
    eps: float = 1e-05,
    momentum: float | None = 0.1,
    affine: bool = True,
    track_running_stats: bool = True,
) -> Layer:
    """Return a batch normalisation of (N, C, ...), as torch.nn.BatchNorm1d (which takes (N, C) too) and its kin.

    2C parameters, 2C + 1 buffers: running mean, running variance and the number of batches. Training keeps the input
    and the batch's mean and standard deviation. Without running statistics every output depends on the whole batch.
    Raises ShapeError.
    """
    kind = f"BatchNorm{rank}d"
    if rank == 1 and len(input_size) == 2:
        size = tensor(kind, input_size, 2)
    else:
        batch, channels, positions = image(kind, input_size, rank)
        size = (batch, channels, *positions)
    group = prod(size) // size[1]
    if not track_running_stats and group == 1:
        raise ShapeError(f"{kind} without running statistics has 1 number a channel in {shown(size)}; it needs 2.")
    return _normalised(
        kind,
        size,
        channels=size[1],
        affine=affine,
        buffers=(2 * size[1] + 1) * track_running_stats,
        groups=0 if track_running_stats else size[1],
        dims=frozenset() if track_running_stats else frozenset(range(len(size))) - {1},
        saved_values=2 * size[1],
    )


def _instance_norm(
    rank: int,
    input_size: Sequence[int],
    *,
    eps: float = 1e-05,
    momentum: float = 0.1,
    affine: bool = False,
    track_running_stats: bool = False,
) -> Layer:
    """Return a normalisation of every channel of every image of (N, C, ...), as torch.nn.InstanceNorm2d and its kin.

    Training keeps the input, a mean and a standard deviation a channel and image, and copies of the scale and of the
    running statistics for each image. Raises ShapeError.
    """
    kind = f"InstanceNorm{rank}d"
    batch, channels, positions = image(kind, input_size, rank)
    size = (batch, channels, *positions)
    if not track_running_stats and prod(positions) == 1:
        raise ShapeError(f"{kind} has 1 position a channel in {shown(size)}; it needs at least 2.")
    return _normalised(
        kind,
        size,
        channels=channels,
        affine=affine,
        buffers=(2 * channels + 1) * track_running_stats,
        groups=0 if track_running_stats else batch * channels,
        dims=frozenset() if track_running_stats else frozenset(range(2, len(size))),
        saved_values=batch * channels * (2 + affine + 2 * track_running_stats),
    )


def group_norm(input_size: Sequence[int], *, num_groups: int, eps: float = 1e-05, affine: bool = True) -> Layer:
    """Return a normalisation of groups of channels of each image of (N, C, ...), as torch.nn.GroupNorm.

    Every output depends on all positions. Training keeps the input, a mean and a standard deviation a group.
    Raises ShapeError.
    """
    size = tensor("GroupNorm", input_size, 2)
    batch, channels = size[:2]
    if channels % whole_number("number of groups", num_groups):
        raise ShapeError(f"{channels} channels cannot be divided into {num_groups} groups.")
    if prod(size) == num_groups:
        raise ShapeError(f"GroupNorm has 1 number a group in {shown(size)} with {num_groups} groups; it needs 2.")
    return _normalised(
        "GroupNorm",
        size,
        channels=channels,
        affine=affine,
        groups=batch * num_groups,
        dims=frozenset(range(1, len(size))),
        saved_values=2 * batch * num_groups,
    )


def layer_norm(
    input_size: Sequence[int],
    *,
    normalized_shape: int | Sequence[int],
    eps: float = 1e-05,
    elementwise_affine: bool = True,
    bias: bool = True,
) -> Layer:
    """Return a normalisation over the last dimensions of (N, ...), which are `normalized_shape`; torch.nn.LayerNorm.

    One scale and one shift a number of `normalized_shape`. Training keeps the input, a mean and a standard deviation
    for each group that is normalised. Raises ShapeError.
    """
    size = tensor("LayerNorm", input_size, 2)
    shape = tuple(normalized_shape) if isinstance(normalized_shape, tuple | list) else (normalized_shape,)
    if not shape or size[-len(shape) :] != shape:
        raise ShapeError(
            f"LayerNorm is over {shown(shape)}, but the last sizes of its input {shown(size)} are "
            f"{shown(size[-max(len(shape), 1) :])}."
        )
    groups = prod(size) // prod(shape)
    return _normalised(
        "LayerNorm",
        size,
        channels=prod(shape),
        affine=elementwise_affine,
        bias=bias,
        groups=groups,
        dims=frozenset(range(len(size) - len(shape), len(size))),
        saved_values=2 * groups,
    )


def local_response_norm(
    input_size: Sequence[int], *, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Layer:
    """Return each number over a power of the squares of `size` neighbouring channels, as torch.nn.LocalResponseNorm.

    Nothing is learned. All operations: a number takes its square, size - 1 additions, then the mean, alpha, k, the
    power and the division. Training keeps, as PyTorch computes it, the input, the squares padded by size - 1 channels
    and two tensors of the input's size. Raises ShapeError.
    """
    given = tensor("LocalResponseNorm", input_size, 3)
    whole_number("size", size)
    count = prod(given)
    return Layer(
        "LocalResponseNorm",
        given,
        given,
        operations=count * (size + 5),
        unseen=(0,) * len(given[2:]),
        saves=("input",),
        saved_values=count // given[1] * (given[1] + size - 1) + 2 * count,
    )


def _normalised(
    kind: str,
    size: Size,
    *,
    channels: int,
    affine: bool,
    groups: int,
    dims: frozenset[int],
    saved_values: int,
    bias: bool = True,
    buffers: int = 0,
) -> Layer:
    """Return a normalisation whose `groups` of numbers give their own statistics; none do with running statistics."""
    weights, biases = channels * affine, channels * (affine and bias)
    count, learned = prod(size), affine + (affine and bias)
    reads = mixed(size, dims)
    return Layer(
        kind,
        size,
        size,
        weights=weights,
        biases=biases,
        buffers=buffers,
        operations=(5 + learned) * count + 3 * groups if groups else 2 * count,
        window=reads.window,
        whole=reads.whole,
        unseen=(0,) * len(size[2:]),
        saves=("input",),
        saved_values=saved_values,
        links=reads.links,
        explain=partial(_steps, channels, weights, biases),
    )


def _steps(channels: int, weights: int, biases: int) -> tuple[Step, ...]:
    term: Term = ("C", channels)
    made = tuple(product(name, count, term) for name, count in (("weights", weights), ("biases", biases)) if count)
    return (*made, total(weights, biases))


batch_norm1d, batch_norm2d, batch_norm3d = ranked(_batch_norm)
instance_norm1d, instance_norm2d, instance_norm3d = ranked(_instance_norm)

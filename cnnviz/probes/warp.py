"""Images warped by six numbers, by torch's own affine_grid and grid_sample, once, twice and by the identity.

    >>> warped(torch.eye(4)[None], IDENTITY, (4, 4), Sampling()).output.diagonal(axis1=1, axis2=2)
    array([[1., 1., 1., 1.]], dtype=float32)

All is computed in double precision, so that what is shown is the formula's value and not the rounding's.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from cnnviz.arithmetic.affine import IDENTITY, Theta, product
from cnnviz.errors import ShapeError
from cnnviz.probes.arrays import Floats, to_numpy

Size = tuple[int, int]

MODES = ("nearest", "bilinear", "bicubic")
PADDING_MODES = ("zeros", "border", "reflection")
LARGEST = 512


@dataclass(frozen=True)
class Sampling:
    """How a grid is made and read, by torch's names; align_corners is one of affine_grid and one of grid_sample."""

    mode: str = "bilinear"
    padding_mode: str = "zeros"
    align_grid: bool = False
    align_sample: bool = False


@dataclass(frozen=True, eq=False)
class Warped:
    """`output` (C, h, w)."""

    output: Floats


@dataclass(frozen=True)
class Apart:
    """How far two images are apart: the largest and the mean absolute difference of their pixels."""

    most: float
    mean: float


@dataclass(frozen=True, eq=False)
class Identities:
    """What the identity makes of an image (C, H, W) under each pair of settings of align_corners.

    `outputs` is (4, C, H, W), `apart` how far each is from the image, in the order of PAIRS.
    """

    outputs: Floats
    apart: tuple[Apart, ...]


@dataclass(frozen=True, eq=False)
class Twice:
    """Two warps: `first` (C, h, w), then `second` (C, H, W) of that, and `direct`, one warp by the `product` of both.

    `apart` compares `second` with `direct`; `from_input` compares `second` with the image itself.
    """

    first: Floats
    second: Floats
    direct: Floats
    product: Theta
    apart: Apart
    from_input: Apart


# (align_corners of affine_grid, of grid_sample)
PAIRS = ((False, False), (True, True), (True, False), (False, True))


def warp(image: Tensor, theta: Theta, size: Size, sampling: Sampling) -> Tensor:
    """Return an image (C, H, W) read at the places of theta's grid of `size` (h, w): float64 (C, h, w).

    Raises ShapeError for sizes beyond 1 to LARGEST, for numbers that are not finite, and for unknown modes.
    """
    if not all(1 <= side <= LARGEST for side in size):
        raise ShapeError(f"An output of {size[0]} × {size[1]} cannot be made; each side can have 1 to {LARGEST}.")
    if not all(map(math.isfinite, theta)):
        raise ShapeError(f"Theta needs six finite numbers, not {', '.join(f'{number:g}' for number in theta)}.")
    for value, known in ((sampling.mode, MODES), (sampling.padding_mode, PADDING_MODES)):
        if value not in known:
            raise ShapeError(f"grid_sample knows {', '.join(known)}, not {value!r}.")
    matrix = torch.tensor(theta, dtype=torch.float64, device=image.device).reshape(1, 2, 3)
    grid = functional.affine_grid(matrix, [1, len(image), *size], align_corners=sampling.align_grid)
    return functional.grid_sample(
        image[None].double(),
        grid,
        mode=sampling.mode,
        padding_mode=sampling.padding_mode,
        align_corners=sampling.align_sample,
    )[0]


def warped(image: Tensor, theta: Theta, size: Size, sampling: Sampling) -> Warped:
    """Return one warp."""
    return Warped(to_numpy(warp(image, theta, size, sampling)))


def identities(image: Tensor, *, mode: str = "bilinear", padding_mode: str = "zeros") -> Identities:
    """Return what the identity does, to the image's own size, where both settings agree and where they are mixed."""
    size = image.shape[1], image.shape[2]
    outputs = [warp(image, IDENTITY, size, Sampling(mode, padding_mode, *pair)) for pair in PAIRS]
    return Identities(to_numpy(torch.stack(outputs)), tuple(_apart(each, image) for each in outputs))


def warped_twice(image: Tensor, first: Theta, then: Theta, size: Size, sampling: Sampling) -> Twice:
    """Return two warps one after the other, by way of an image of `size`, back at the size of the image."""
    whole = image.shape[1], image.shape[2]
    middle = warp(image, first, size, sampling)
    second = warp(middle, then, whole, sampling)
    both = product(first, then)
    direct = warp(image, both, whole, sampling)
    return Twice(
        to_numpy(middle), to_numpy(second), to_numpy(direct), both, _apart(second, direct), _apart(second, image)
    )


def _apart(one: Tensor, other: Tensor) -> Apart:
    gaps = (one - other).abs()
    return Apart(float(gaps.max()), float(gaps.mean()))

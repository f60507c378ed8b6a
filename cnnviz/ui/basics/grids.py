"""Inputs and kernels of a few numbers to start from, over one, two or three axes."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz import images
from cnnviz.engine.requests import Picture

Values = NDArray[np.float64]

INPUTS = ("digit", "photo", "edge", "checkerboard", "random")
KERNELS = ("identity", "box blur", "Gaussian blur", "sharpen", "Sobel x", "Sobel y", "Laplacian", "emboss", "random")
_DIGIT, _NEXT = 32, 10  # the first channel's test image, and how far on the next channel's is


def input_values(name: str, channels: int, size: int, rank: int, picture: Picture | None) -> Values:
    """Return an input (channels, size, ...) over `rank` axes; `name` is one of INPUTS, every channel is another."""
    return np.stack([_input(name, channel, channels, size, rank, picture) for channel in range(channels)])


def kernel_values(name: str, filters: int, channels: int, size: int, rank: int) -> Values:
    """Return kernels (filters, channels, size, ...): the first filter is `name`, the next ones those after it.

    A filter has the same kernel for every channel, unless it is random.
    """
    first = KERNELS.index(name)
    named = [name if name == "random" else KERNELS[(first + number) % (len(KERNELS) - 1)] for number in range(filters)]
    stack = [
        [kernel(each, size, rank, seed=channels * number + channel) for channel in range(channels)]
        for number, each in enumerate(named)
    ]
    return np.array(stack)


def kernel(name: str, size: int, rank: int, *, seed: int = 0) -> Values:
    """Return one kernel of `size` along each of `rank` axes; at 3x3 those that image processing knows by the names.

    Sobel (1968): a binomial blur across, a difference along. Sharpen is what the Laplacian takes away, added.
    """
    centre = np.zeros((size,) * rank)
    centre[((size - 1) // 2,) * rank] = 1
    blur, slope = _binomial(size), _difference(size)
    if name == "identity":
        return centre
    if name == "box blur":
        return np.full(centre.shape, 1 / centre.size)
    if name == "Gaussian blur":
        return _outer([blur / blur.sum()] * rank)
    if name == "Sobel x":
        return _outer([blur] * (rank - 1) + [slope])
    if name == "Sobel y":
        return _outer([blur] * (rank - 2) + [slope] + [blur] * min(1, rank - 1))
    if name == "Laplacian":
        return _laplacian(size, rank)
    if name == "sharpen":
        return centre - _laplacian(size, rank)
    if name == "emboss":
        offsets = np.indices(centre.shape) - (size - 1) / 2
        return np.asarray(offsets[-2:].sum(axis=0) + centre)
    return np.random.default_rng(seed).integers(-2, 3, centre.shape).astype(float)


def _input(name: str, channel: int, channels: int, size: int, rank: int, picture: Picture | None) -> Values:
    places = np.indices((size,) * rank)
    if name == "edge":
        return np.asarray(places[-1 - channel % rank] >= size // 2, float)
    if name == "checkerboard":
        return np.asarray((places // (channel + 1)).sum(axis=0) % 2, float)
    if name == "photo" and picture is not None:
        colours = patch(picture, size)
        grey = np.round(colours.mean(axis=2), 2)
        planes = [grey] * size if channels == 1 else [*np.moveaxis(colours, 2, 0), grey]
        return _to_rank(lambda number: planes[(channel + number) % len(planes)], rank, size)
    if name == "digit":
        return _to_rank(lambda number: digit((_DIGIT + _NEXT * (channel + number)) % 100, size), rank, size)
    return np.random.default_rng(channel).integers(0, 10, places.shape[1:]).astype(float)


def _to_rank(plane: Callable[[int], Values], rank: int, size: int) -> Values:
    """Return plane(0) (size, size) as it is, its middle row, or several planes as the slices of a volume."""
    if rank == 1:
        return np.asarray(plane(0)[size // 2])
    return np.asarray(plane(0) if rank == 2 else np.stack([plane(number) for number in range(size)]))


@lru_cache(maxsize=256)
def digit(index: int, size: int) -> Values:
    """Return test digit `index` made small, (size, size), in tenths from 0 to 1."""
    whole = Image.fromarray(images.sheet("digits")[index])
    return np.round(np.asarray(whole.resize((size, size), Image.Resampling.BOX)) / 255, 1)


@lru_cache(maxsize=64)
def patch(picture: Picture, size: int) -> Values:
    """Return the liveliest patch of a photo made small, (size, size, 3), in hundredths from 0 to 1."""
    high, wide = picture.pixels.shape[:2]
    shrink = min(1.0, 12 * size / min(high, wide))
    target = max(size, round(wide * shrink)), max(size, round(high * shrink))
    small = np.asarray(Image.fromarray(picture.pixels).resize(target, Image.Resampling.BOX)) / 255
    step = max(1, size // 2)
    corners = [
        (row, column)
        for row in range(0, small.shape[0] - size + 1, step)
        for column in range(0, small.shape[1] - size + 1, step)
    ]
    row, column = max(
        corners, key=lambda at: float(small[at[0] : at[0] + size, at[1] : at[1] + size].var(axis=(0, 1)).sum())
    )
    return np.round(small[row : row + size, column : column + size], 2)


def _binomial(size: int) -> Values:
    row = np.ones(1)
    for _ in range(size - 1):
        row = np.convolve(row, [1, 1])
    return row


def _difference(size: int) -> Values:
    if size == 1:
        return np.zeros(1)
    if size == 2:
        return np.array([-1.0, 1.0])
    return np.convolve(_binomial(size - 2), [-1.0, 0.0, 1.0])


def _laplacian(size: int, rank: int) -> Values:
    """Return what the neighbours have more than the centre: the nearest ones at size 3, else all of the window."""
    shape = (size,) * rank
    middle = ((size - 1) // 2,) * rank
    weights = np.ones(shape)
    if size == 3:
        weights = (np.abs(np.indices(shape) - 1).sum(axis=0) == 1).astype(float)
    weights[middle] = 0
    weights[middle] = -weights.sum()
    return weights


def _outer(rows: list[Values]) -> Values:
    out = np.ones(())
    for row in rows:
        out = np.multiply.outer(out, row)
    return np.asarray(out)

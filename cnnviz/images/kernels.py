"""The kernels of image processing by their names, over one, two or three axes. NumPy only."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

KERNELS = ("identity", "box blur", "Gaussian blur", "sharpen", "Sobel x", "Sobel y", "Laplacian", "emboss", "random")


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


def in_torch_order(weights: NDArray[np.float32], groups: int) -> NDArray[np.float32]:
    """Return weights (C_out, C_in / groups, ...) as a transposed convolution has them: (C_in, C_out / groups, ...)."""
    filters, each = weights.shape[:2]
    apart = weights.reshape(groups, filters // groups, *weights.shape[1:]).swapaxes(1, 2)
    return apart.reshape(groups * each, filters // groups, *weights.shape[2:])

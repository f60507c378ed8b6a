"""From fully connected to convolution: the same numbers as a matrix product and as what the step is called.

>>> connected("shared", torch.arange(7.), torch.tensor([1., 2, 3]), stride=2).matrix.shape
(3, 7)
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from cnnviz.probes.arrays import Floats, to_numpy

STEPS = ("all", "local", "shared")


@dataclass(frozen=True, eq=False)
class Connected:
    """`matrix` (O, I) times the inputs gives `product` (O,); `owners` (O, I) is the weight at each place, -1 for none.

    `other` (O,) is computed without the matrix: by torch's convolution, for "local" by one window after the other.
    """

    matrix: Floats
    owners: NDArray[np.int32]
    product: Floats
    other: Floats


@dataclass(frozen=True, eq=False)
class Collapsed:
    """Two kernels over an image, one after the other, and the one kernel that does the same.

    `composed` (k + l - 1, ...) gives `single` (H, W), the two give `stacked`; `gap` is the largest difference. With a
    ReLU between they give `rectified`; `best` is what the one kernel of that size gives that comes nearest to it, and
    `misses` the share of the rectified output's variance that it leaves.
    """

    composed: Floats
    stacked: Floats
    single: Floats
    gap: float
    rectified: Floats
    best: Floats
    misses: float


def connected(step: str, inputs: Tensor, weights: Tensor, *, stride: int = 1) -> Connected:
    """Return the outputs of inputs (*S) over one or two axes.

    `weights` are (O, *S) for "all", (O, *K) for "local", (*K) for "shared"; the outputs are flat.
    """
    axes = inputs.ndim
    places = torch.arange(inputs.numel()).reshape(inputs.shape)
    if step == "all":
        windows = places.flatten().expand(len(weights), -1)
        other = _convolution(inputs, weights, 1)[:, 0]
    else:
        kernel = weights.shape[weights.ndim - axes :]
        windows = _windows(places, kernel, stride)
        each = _windows(inputs, kernel, stride)
        if step == "local":
            other = (each * weights.flatten(1)).sum(dim=1)
        else:
            other = _convolution(inputs, weights[None], stride)[0]
    owners = torch.full((len(windows), inputs.numel()), -1)
    numbers = torch.arange(weights.numel()).reshape(-1 if step == "shared" else weights.shape[0], windows.shape[1])
    numbers = numbers.expand(windows.shape) if step == "shared" else numbers
    owners.scatter_(1, windows, numbers)
    matrix = torch.where(owners >= 0, weights.flatten()[owners.clamp(min=0)], 0.0)
    product = matrix @ inputs.flatten()
    return Connected(to_numpy(matrix), owners.to(torch.int32).numpy(), to_numpy(product), to_numpy(other))


def collapsed(image: Tensor, first: Tensor, second: Tensor) -> Collapsed:
    """Return what two kernels (k, k) and (l, l) make of an image (H, W), in cross-correlation without padding."""
    image, first, second = (each.double()[None, None] for each in (image, first, second))
    stacked = functional.conv2d(functional.conv2d(image, first), second)
    # What both make of a single dot, turned round: the kernel itself.
    spread = [size - 1 for size in second.shape[2:]]
    composed = functional.conv2d(first, second.flip(2, 3), padding=spread)
    single = functional.conv2d(image, composed)
    rectified = functional.conv2d(functional.conv2d(image, first).relu(), second)
    columns = functional.unfold(image, composed.shape[2:])[0].T
    columns = torch.cat([columns, torch.ones(len(columns), 1, dtype=torch.float64)], dim=1)
    wanted = rectified.flatten()
    best = columns @ torch.linalg.lstsq(columns, wanted[:, None], driver="gelsd").solution[:, 0]
    variance = float((wanted - wanted.mean()).square().sum())
    misses = float((wanted - best).square().sum()) / variance if variance else 0.0
    # In single precision, as a network computes them.
    image, first, second = image.float(), first.float(), second.float()
    two = functional.conv2d(functional.conv2d(image, first), second)
    gap = float((two - functional.conv2d(image, composed.float())).abs().max())
    one, kernel, both, broken = (to_numpy(each[0, 0]) for each in (single, composed, stacked, rectified))
    return Collapsed(kernel, both, one, gap, broken, to_numpy(best.reshape(broken.shape)), misses)


def _windows(values: Tensor, kernel: Any, stride: int) -> Tensor:
    """Return the windows (O, taps) of values (*S)."""
    for axis, size in enumerate(kernel):
        values = values.unfold(axis, size, stride)
    axes = len(kernel)
    return values.reshape(*values.shape[:axes], -1).flatten(0, axes - 1)


def _convolution(inputs: Tensor, weights: Tensor, stride: int) -> Tensor:
    """Return torch's convolution of (*S) with (O, *K), (O, positions)."""
    convolution: Any = functional.conv1d if inputs.ndim == 1 else functional.conv2d
    made: Tensor = convolution(inputs[None, None], weights[:, None], stride=stride)[0].flatten(1)
    return made

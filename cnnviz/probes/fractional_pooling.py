"""Fractional max pooling: which regions torch draws, and what it makes of a picture (Graham 2014).

>>> starts(18, 12, 0.3).tolist()  # where the twelve regions of two pixels begin along a side of eighteen
[0, 1, 3, 4, 6, 7, 9, 10, 12, 13, 14, 16]
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from cnnviz.images import Preprocessing

KERNEL = 2  # pixels a side of a region: one that begins a pixel after another overlaps it


def starts(size: int, output: int, sample: float, kernel: int = KERNEL) -> NDArray[np.int64]:
    """Return where the regions of one axis begin (output,), for a number drawn from 0 to 1.

    The steps between them are those of a pseudorandom sequence of step (size - kernel) / (output - 1), as torch has it:
    floor((i + u) a) - floor(u a), and the last region ends with the picture.
    """
    if output == 1:
        return np.array([size - kernel])
    # torch computes with numbers of 32 bits, which decide where a product is almost whole.
    step = np.float32(size - kernel) / np.float32(output - 1)
    drawn = np.float32(sample)
    places = [math.floor((np.float32(at) + drawn) * step) - math.floor(drawn * step) for at in range(output - 1)]
    return np.array([*places, size - kernel])


def pooled(picture: Tensor, output: tuple[int, int], samples: Tensor) -> Tensor:
    """Return (C, H, W) pooled to (C, *output), every channel by the same two numbers `samples` (1, 1, 2).

    The first is that of the width.
    """
    drawn = samples.expand(1, len(picture), 2)
    found: Tensor = functional.fractional_max_pool2d(picture[None], KERNEL, output_size=output, _random_samples=drawn)
    return found[0]


def side_before(output: int, ratio: float) -> int:
    """Return how long a side is that pooling by `ratio`, from 1 to 2, takes to `output`."""
    return max(output + KERNEL - 1, round(output * ratio))


def larger(how: Preprocessing, ratio: float) -> Preprocessing:
    """Return the preparation of a picture that pooling by `ratio` makes as large as `how` does."""
    high, wide = (side_before(side, ratio) for side in how.crop)
    resize = max(round(how.resize * ratio), high, wide) if isinstance(how.resize, int) else (high, wide)
    return replace(how, resize=resize, crop=(high, wide))

"""A drawn digit, put where MNIST's makers put theirs."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE, DIGIT = 28, 20


def centre_digit(drawn: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return white strokes on black (H, W) as MNIST has them: uint8 (28, 28), 20x20 of it the digit, centred by mass.

    Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits". An empty drawing gives an empty image.
    """
    rows, columns = np.nonzero(drawn.any(axis=1))[0], np.nonzero(drawn.any(axis=0))[0]
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    if not rows.size:
        return canvas
    digit = Image.fromarray(drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    scale = DIGIT / max(digit.size)
    size = (max(1, round(digit.width * scale)), max(1, round(digit.height * scale)))
    small = np.asarray(digit.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR))
    mass = small.astype(np.float64)
    total = mass.sum() or 1.0
    down = (np.arange(len(small)) + 0.5) @ mass.sum(axis=1) / total
    across = (np.arange(small.shape[1]) + 0.5) @ mass.sum(axis=0) / total
    top = int(np.clip(round(SIDE / 2 - down), 0, SIDE - small.shape[0]))
    left = int(np.clip(round(SIDE / 2 - across), 0, SIDE - small.shape[1]))
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas

"""A picture of any shape as a small square."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def small_square(pixels: NDArray[np.uint8], *, smallest: int, largest: int) -> NDArray[np.uint8]:
    """Return the middle of a picture (H, W, 3) as a square (C, S, S) of `smallest` to `largest` pixels a side.

    A grey picture has C = 1.
    """
    side = min(pixels.shape[:2])
    top, left = ((length - side) // 2 for length in pixels.shape[:2])
    cut = pixels[top : top + side, left : left + side]
    wanted = min(max(side, smallest), largest)
    if wanted != side:
        method = Image.Resampling.BOX if wanted < side else Image.Resampling.NEAREST
        cut = np.asarray(Image.fromarray(np.ascontiguousarray(cut)).resize((wanted, wanted), method))
    grey = (cut == cut[..., :1]).all()
    return np.ascontiguousarray(cut.transpose(2, 0, 1)[: 1 if grey else 3])

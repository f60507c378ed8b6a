"""The middle of a picture as a small square, which can be warped as fast as a pointer moves."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SMALLEST = 8  # pixels a side: of a smaller picture every pixel is repeated


def small_square(pixels: NDArray[np.uint8], most: int) -> NDArray[np.uint8]:
    """Return the middle of a picture (H, W, 3) as a square (C, S, S), S from SMALLEST to `most`; grey has C = 1."""
    side = min(pixels.shape[:2])
    top, left = ((length - side) // 2 for length in pixels.shape[:2])
    cut = pixels[top : top + side, left : left + side]
    small = min(max(side, SMALLEST), most)
    if small != side:
        method = Image.Resampling.BOX if small < side else Image.Resampling.NEAREST
        cut = np.asarray(Image.fromarray(np.ascontiguousarray(cut)).resize((small, small), method))
    grey = (cut == cut[..., :1]).all()
    return np.ascontiguousarray(cut.transpose(2, 0, 1)[: 1 if grey else 3])

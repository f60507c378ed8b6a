"""Samples of 16, 32 and 64 bits, whole numbers or floats -> 8 bits."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bands = Callable[[], Iterator[tuple[int, NDArray[np.generic]]]]
BAND_SAMPLES = 1_000_000


def eight_bit(bands: Bands, shape: tuple[int, ...], *, full_range: bool = False) -> NDArray[np.uint8]:
    """An array of this shape, (H, W) or (H, W, channels); each call of `bands` gives (first row, rows) from the top.

    The whole picture at once would be held several times over. With `full_range`, white is the greatest number of 16
    bits. Otherwise cameras and microscopes leave the upper bits empty, so white is the smallest of 8, 10, 12, 14, 15
    and 16 bits, or any more, that holds the brightest sample. Floats within 0 to 1, or within 0 to 255, keep that
    range; any others, and whole numbers below 0, are stretched from least to greatest.
    """
    low, factor, rounding = (0.0, 1 / 256, 0.0) if full_range else _scale(bands)
    scaled = np.empty(shape, np.uint8)
    for top, band in bands():
        # float32 holds every whole number of 16 bits.
        values: NDArray[Any] = band.astype(np.float64 if band.dtype.itemsize > 4 else np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            values = np.nan_to_num((values - low) * factor + rounding, nan=0.0, posinf=255.0, neginf=0.0)
        scaled[top : top + len(band)] = np.clip(values, 0, 255)
    return scaled


def _scale(bands: Bands) -> tuple[float, float, float]:
    """(least, factor, rounding): whole numbers drop their lower bits, as Pillow does for 16-bit colour."""
    low, high, whole = math.inf, -math.inf, False
    for _, band in bands():
        whole = band.dtype.kind in "iu"
        finite = band if whole else band[np.isfinite(band)]
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    if whole and low >= 0:
        bits = next((bits for bits in (8, 10, 12, 14, 15) if high < 2**bits), max(16, int(high).bit_length()))
        return 0.0, 256 / 2**bits, 0.0
    if 0 <= low <= high <= 255:
        return 0.0, 255.0 if high <= 1 else 1.0, 0.5
    # Halves, for the difference of the two may be more than a float holds.
    return (low, 127.5 / (high / 2 - low / 2), 0.5) if low < high else (0.0, 0.0, 0.0)

"""Feature maps in a quarter of the bytes: one uint8 a value, as many levels as the colours that draw them.

The codes 0..TOP run evenly from a map's least to its greatest finite value. Four codes stand for what must stay
exact: zero, the infinities and NaN.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

TOP, ZERO, MINUS_INFINITY, PLUS_INFINITY, NAN = 251, 252, 253, 254, 255


def quantise(maps: NDArray[Any]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return codes (N, H, W) and each map's (least, greatest) finite value, (N, 2), for maps (N, H, W).

    A value is restored to within half of (greatest - least) / TOP; zeros, both ends, infinities and NaN exactly.
    """
    maps = np.ascontiguousarray(maps, dtype=np.float32)
    flat = maps.reshape(len(maps), -1)
    least, greatest = flat.min(axis=1), flat.max(axis=1)
    odd = None if np.isfinite(least).all() and np.isfinite(greatest).all() else ~np.isfinite(flat)
    values = flat
    if odd is not None:
        least = np.where(odd, np.inf, flat).min(axis=1)
        greatest = np.where(odd, -np.inf, flat).max(axis=1)
        empty = least > greatest
        least[empty], greatest[empty] = 0, 0
        values = np.where(odd, least[:, None], flat)
    span = greatest.astype(np.float64) - least
    scale = np.divide(TOP, span, out=np.zeros_like(span), where=span > 0)
    # Single precision is exact enough for 8 bits, unless the span or its inverse overflows it.
    exact = np.float64 if span.max(initial=0) > 1e30 or scale.max(initial=0) > 1e30 else np.float32
    steps = np.subtract(values, least[:, None], dtype=exact)
    steps *= scale[:, None].astype(exact)
    steps += exact(0.5)
    codes = np.minimum(steps, exact(TOP), out=steps).astype(np.uint8)
    if ((least < 0) & (greatest > 0)).any():
        np.putmask(codes, flat == 0, ZERO)
    if odd is not None:
        codes[flat == -np.inf] = MINUS_INFINITY
        codes[flat == np.inf] = PLUS_INFINITY
        codes[np.isnan(flat)] = NAN
    return codes.reshape(maps.shape), np.stack([least, greatest], axis=1).astype(np.float32)

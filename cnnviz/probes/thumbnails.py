"""The strongest maps of every layer of a network, small enough that all of them are sent at once."""

from collections.abc import Sequence
from math import isfinite

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnviz.probes.arrays import to_numpy

MOST_BYTES = 1_200_000
"""Of all thumbnails together, a byte a value: a photo and what is known of each map come besides, to 1.5 MB in all."""
MAPS, NUMBERS = 4, 16
"""How many maps of a layer are taken, and how many where a map is one number."""
_SIDES = (64, 56, 48, 40, 32, 28, 24, 20, 16, 14, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1)

Maps = tuple[int, int, int]


def steps(sizes: Sequence[Maps]) -> list[int]:
    """Return for each layer's maps (C, H, W) the step between the rows and columns of its thumbnails.

    Thumbnails of all layers have at most MOST_BYTES values, and none has a side of more than 64.
    """
    for side in _SIDES:
        found = [max(1, -(-max(height, width) // side)) for _, height, width in sizes]
        if sum(_values(size, step) for size, step in zip(sizes, found, strict=True)) <= MOST_BYTES:
            break
    return found


def _values(size: Maps, step: int) -> int:
    channels, height, width = size
    return taken(size) * -(-height // step) * -(-width // step) if channels else 0


def taken(size: Maps) -> int:
    """Return how many maps of a layer are taken."""
    channels, height, width = size
    return min(channels, NUMBERS if height * width == 1 else MAPS)


def strongest_maps(maps: Tensor, step: int) -> tuple[NDArray[np.int32], NDArray[np.float32], tuple[float, float]]:
    """Return of a layer's maps (C, H, W) those with the greatest maxima, of equals the first ones first.

    That are their channels (K,), every `step`-th row and column of each, (K, h, w), and the layer's (least, greatest)
    finite value.
    """
    height, width = maps.shape[1:]
    # A NaN would be the greatest of all.
    peaks = torch.nan_to_num(maps.flatten(1).amax(1).float(), nan=-torch.inf)
    order = torch.sort(peaks, descending=True, stable=True).indices[: taken((len(maps), height, width))]
    low, high = torch.stack(torch.aminmax(maps)).tolist()
    if not (isfinite(low) and isfinite(high)):
        finite = maps[torch.isfinite(maps)]
        low, high = torch.stack(torch.aminmax(finite)).tolist() if finite.numel() else (0.0, 0.0)
    return order.to("cpu", torch.int32).numpy(), to_numpy(maps[order, ::step, ::step]), (low, high)

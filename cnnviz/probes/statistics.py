"""How a layer's values are distributed, and which of its channels say most. NumPy only."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import ModelError

Sort = Literal["index", "mean", "maximum"]


@dataclass(frozen=True)
class LayerStatistics:
    """`zeros` is the share of values that are exactly zero; `dead` counts channels that are zero everywhere."""

    count: int
    channels: int
    zeros: float
    dead: int
    mean: float
    deviation: float
    low: float
    high: float


def statistics(maps: NDArray[np.float32]) -> LayerStatistics:
    """Return the statistics of maps (C, H, W); mean and standard deviation are taken in double precision."""
    zero = maps == 0
    return LayerStatistics(
        count=maps.size,
        channels=len(maps),
        zeros=float(zero.mean()),
        dead=int(zero.reshape(len(maps), -1).all(axis=1).sum()),
        mean=float(maps.mean(dtype=np.float64)),
        deviation=float(maps.std(dtype=np.float64)),
        low=float(maps.min()),
        high=float(maps.max()),
    )


def channel_order(maps: NDArray[np.float32], by: Sort) -> NDArray[np.intp]:
    """Return the channels of maps (C, H, W) by their number, or by mean or maximum with the largest first."""
    flat = maps.reshape(len(maps), -1)
    if by == "index":
        return np.arange(len(maps))
    if by == "mean":
        return np.argsort(-flat.mean(axis=1), kind="stable")
    if by == "maximum":
        return np.argsort(-flat.max(axis=1), kind="stable")
    raise ModelError(f"Channels are sorted by index, mean or maximum, not by {by!r}.")


def strongest_unit(values: NDArray[np.float32]) -> tuple[int, ...]:
    """Return the index of the largest value, the first of equals."""
    return tuple(int(place) for place in np.unravel_index(int(np.argmax(values)), values.shape))

"""Inputs of a few numbers to start from, over one, two or three axes: pictures made small, and patterns."""

from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.images.gallery import sheet

Values = NDArray[np.float64]

INPUTS = ("digit", "photo", "edge", "checkerboard", "random")
_DIGIT, _NEXT = 32, 10  # the first channel's test image, and how far on the next channel's is


class Photo(Protocol):
    """A picture (H, W, 3) uint8 that can be told from others: its hash stands for its pixels."""

    @property
    def pixels(self) -> NDArray[np.uint8]: ...

    def __hash__(self) -> int: ...


def input_values(name: str, channels: int, size: int, rank: int, picture: Photo | None) -> Values:
    """Return an input (channels, size, ...) over `rank` axes; `name` is one of INPUTS, every channel is another."""
    return np.stack([_input(name, channel, channels, size, rank, picture) for channel in range(channels)])


def _input(name: str, channel: int, channels: int, size: int, rank: int, picture: Photo | None) -> Values:
    places = np.indices((size,) * rank)
    if name == "edge":
        return np.asarray(places[-1 - channel % rank] >= size // 2, float)
    if name == "checkerboard":
        return np.asarray((places // (channel + 1)).sum(axis=0) % 2, float)
    if name == "photo" and picture is not None:
        colours = patch(picture, size)
        grey = np.round(colours.mean(axis=2), 2)
        planes = [grey] * size if channels == 1 else [*np.moveaxis(colours, 2, 0), grey]
        return _to_rank(lambda number: planes[(channel + number) % len(planes)], rank, size)
    if name == "digit":
        return _to_rank(lambda number: digit((_DIGIT + _NEXT * (channel + number)) % 100, size), rank, size)
    return np.random.default_rng(channel).integers(0, 10, places.shape[1:]).astype(float)


def _to_rank(plane: Callable[[int], Values], rank: int, size: int) -> Values:
    """Return plane(0) (size, size) as it is, its middle row, or several planes as the slices of a volume."""
    if rank == 1:
        return np.asarray(plane(0)[size // 2])
    return np.asarray(plane(0) if rank == 2 else np.stack([plane(number) for number in range(size)]))


@lru_cache(maxsize=256)
def digit(index: int, size: int) -> Values:
    """Return test digit `index` made small, (size, size), in tenths from 0 to 1."""
    whole = Image.fromarray(sheet("digits")[index])
    return np.round(np.asarray(whole.resize((size, size), Image.Resampling.BOX)) / 255, 1)


@lru_cache(maxsize=64)
def patch(picture: Photo, size: int) -> Values:
    """Return the liveliest patch of a photo made small, (size, size, 3), in hundredths from 0 to 1."""
    high, wide = picture.pixels.shape[:2]
    shrink = min(1.0, 12 * size / min(high, wide))
    target = max(size, round(wide * shrink)), max(size, round(high * shrink))
    small = np.asarray(Image.fromarray(picture.pixels).resize(target, Image.Resampling.BOX)) / 255
    step = max(1, size // 2)
    corners = [
        (row, column)
        for row in range(0, small.shape[0] - size + 1, step)
        for column in range(0, small.shape[1] - size + 1, step)
    ]
    row, column = max(
        corners, key=lambda at: float(small[at[0] : at[0] + size, at[1] : at[1] + size].var(axis=(0, 1)).sum())
    )
    return np.round(small[row : row + size, column : column + size], 2)

"""Patches of the gallery's photos, in colour: which photo does each come from?

The photos are cut into squares. A fifth of each photo's squares, drawn by a seed, are kept for the test, and no patch
reaches over its square: no pixel is in both parts.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cnnviz.images.example_sets import EXAMPLE_SETS, PATCHED, PATCHES
from cnnviz.images.gallery import gallery_image

SQUARE = 64  # pixels
_EVERY = 5


@lru_cache(maxsize=2)
def photo_patches(part: str, seed: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return patches (N, 32, 32, 3) and the numbers of their photos in PATCHED (N,), of "train" or "test".

    One of each photo follows another, so that the first few are of all photos.
    """
    size = EXAMPLE_SETS[PATCHES]
    each = (size.count if part == "train" else size.tests) // len(PATCHED)
    found = [
        np.stack([pixels[row : row + size.side, column : column + size.side] for row, column in corners])
        for pixels, corners in (
            (np.asarray(gallery_image(name)), corners_of(name, part, each, size.side, seed)) for name in PATCHED
        )
    ]
    patches = np.stack(found, axis=1).reshape(-1, size.side, size.side, 3)
    return patches, np.tile(np.arange(len(PATCHED), dtype=np.uint8), each)


def corners_of(name: str, part: str, count: int, side: int, seed: int) -> list[tuple[int, int]]:
    """Return the upper left corners, (row, column), of so many patches of a photo: each square in turn has one."""
    width, height = gallery_image(name).size
    across, down = width // SQUARE, height // SQUARE
    draw = np.random.default_rng([seed, PATCHED.index(name)])
    order, held = draw.permutation(across * down), across * down // _EVERY
    squares = order[:held] if part == "test" else order[held:]
    draw = np.random.default_rng([seed, PATCHED.index(name), part == "test"])
    shifts = draw.integers(0, SQUARE - side + 1, (count, 2))
    rows, columns = np.divmod(squares[np.arange(count) % len(squares)], across)
    corners = SQUARE * np.stack([rows, columns], axis=1) + shifts
    return [(int(row), int(column)) for row, column in corners]

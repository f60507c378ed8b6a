"""The pictures that come with the project: photos, and sheets of a hundred test digits and clothes."""

from functools import cache

import numpy as np
from PIL import Image

from cnnviz.assets import GALLERY

_TILE = 28


@cache
def gallery_names() -> tuple[str, ...]:
    """The names of the photos, in alphabetical order; who made them is in assets/gallery/ATTRIBUTION.md."""
    return tuple(sorted(path.stem for path in GALLERY.glob("*.jpg")))


def gallery_image(name: str) -> Image.Image:
    """The photo of that name, RGB, at most 640 pixels on its longer side; KeyError for one not in `gallery_names()`."""
    if name not in gallery_names():
        raise KeyError(name)
    with Image.open(GALLERY / f"{name}.jpg") as image:
        return image.convert("RGB")


@cache
def sheet(name: str) -> np.ndarray:
    """One hundred test images, uint8 (100, 28, 28), read-only: ten of each class in the order of the classes.

    `name` is "digits" (MNIST) or "clothes" (Fashion-MNIST); KeyError for any other.
    """
    if name not in ("digits", "clothes"):
        raise KeyError(name)
    with Image.open(GALLERY / f"{name}.png") as image:
        grid = np.asarray(image.convert("L"))
    tiles = grid.reshape(10, _TILE, 10, _TILE).swapaxes(1, 2).reshape(100, _TILE, _TILE)
    tiles.flags.writeable = False
    return tiles


def sheet_labels() -> np.ndarray:
    """The class, 0 to 9, of each image of a sheet: int64 (100,)."""
    return np.arange(100) // 10

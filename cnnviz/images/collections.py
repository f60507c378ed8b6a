"""Small collections of pictures in classes, cut from those that come with the project."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.images.gallery import gallery_image, sheet, sheet_labels

# Of the gallery: each class is cut from one photo.
CUT = {
    "things": ("chelsea", "coffee", "flower"),
    "portraits": ("astronaut", "grace_hopper", "camera"),
}
COLLECTIONS = (*CUT, "clothes")
CROPS = 10
_SIDE = 256  # pixels


@cache
def collection(name: str) -> tuple[tuple[NDArray[np.uint8], int], ...]:
    """Return pictures (H, W, 3) uint8 with the number of the class of each; KeyError for a name not in COLLECTIONS.

    "clothes" are the hundred test images, ten of each of ten classes; the others are squares cut out of photos.
    """
    if name == "clothes":
        images = np.repeat(sheet("clothes")[..., None], 3, axis=-1)
        return tuple(zip(images, sheet_labels().tolist(), strict=True))
    return tuple((crop, label) for label, photo in enumerate(CUT[name]) for crop in crops(gallery_image(photo)))


def crops(photo: Image.Image, count: int = CROPS, seed: int = 0) -> list[NDArray[np.uint8]]:
    """Return squares (256, 256, 3) of half to nine tenths of the shorter side, at random places, half of them mirrored.

    Equal seeds cut equal squares.
    """
    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        side = random.uniform(0.5, 0.9) * min(photo.size)
        left, top = (random.uniform(0, length - side) for length in photo.size)
        box = (left, top, left + side, top + side)
        square = np.asarray(photo.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC, box))
        found.append(square[:, ::-1] if random.random() < 0.5 else square)
    return found

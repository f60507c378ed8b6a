"""Sets of small pictures that come with the project: patches of the gallery's photos, digits and clothes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.images.gallery import gallery_image, gallery_names, sheet
from cnnviz.images.prepare import prepare
from cnnviz.images.preprocessing import Preprocessing

_CROP = 224


@dataclass(frozen=True)
class PatchSet:
    """Patches of `side` by `side` pixels in one or three `channels`, of the photos or of the test images of a sheet."""

    side: int
    channels: int
    sheet: str | None = None

    @property
    def length(self) -> int:
        """The numbers of one patch."""
        return self.side * self.side * self.channels

    @property
    def components(self) -> int:
        """The components with a variance: fewer than the patches, and no more than the numbers of each."""
        return min(self.length, 99) if self.sheet else self.length


SETS = {
    "grey patches": PatchSet(8, 1),
    "colour patches": PatchSet(8, 3),
    "digits": PatchSet(28, 1, "digits"),
    "clothes": PatchSet(28, 1, "clothes"),
}


def pictures_of(name: str) -> Iterator[NDArray[np.uint8]]:
    """Yield every picture (H, W, C) of the set, its sides multiples of the patches' side; KeyError for no such set."""
    if (of := SETS[name].sheet) is not None:
        yield from (each[..., None] for each in sheet(of))
        return
    for photo in gallery_names():
        yield as_patches(name, np.asarray(gallery_image(photo)))


def as_patches(name: str, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a photo as the set has its own, the middle of 224 by 224 pixels, or a test image: (H, W, C)."""
    kind = SETS[name]
    size = (kind.side, kind.side) if kind.sheet else (_CROP, _CROP)
    how = Preprocessing(resize=size if kind.sheet else 256, crop=size, mean=(0.0,), std=(1.0,), channels=kind.channels)
    return np.ascontiguousarray(prepare(pixels, how).view[..., : kind.channels])

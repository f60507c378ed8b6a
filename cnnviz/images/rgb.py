"""An image in any of Pillow's modes -> 8-bit RGB, with transparency laid on white."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from cnnviz.images.tones import BAND_SAMPLES, eight_bit

FULL_RANGE = {"PNG", "JPEG2000", "HEIF"}


def to_rgb(image: Image.Image, format: str) -> Image.Image:
    """A plain RGB copy of a loaded image; `format` is Pillow's name for where it came from.

    Samples of more than 8 bits are brought to 8 by `cnnviz.images.tones`; those of PNG and JPEG 2000 fill 16 bits.
    """
    if image.mode[0] in "IF":
        bands, shape = partial(_bands, image), (image.height, image.width)
        return Image.fromarray(eight_bit(bands, shape, full_range=format in FULL_RANGE)).convert("RGB")
    if image.mode == "LAB":
        return _from_lab(image)
    if image.mode in ("La", "RGBa"):
        image = image.convert({"La": "LA", "RGBa": "RGBA"}[image.mode])
    if image.has_transparency_data:
        clear = image if image.mode in ("LA", "RGBA") else image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(clear, mask=clear)
        return white
    return image.convert("RGB")


def _bands(image: Image.Image) -> Iterator[tuple[int, NDArray[np.generic]]]:
    rows = max(1, BAND_SAMPLES // image.width)
    for top in range(0, image.height, rows):
        yield top, np.asarray(image.crop((0, top, image.width, min(top + rows, image.height))))


def _from_lab(image: Image.Image) -> Image.Image:
    profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, *profiles, outputMode="RGB")
    assert converted is not None
    return converted

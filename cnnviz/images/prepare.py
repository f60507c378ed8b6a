"""An RGB image -> the array a network gets, equal to torchvision's preset to the last bit, and where it came from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cnnviz.images.preprocessing import Preprocessing

PILLOW_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}
_MAX_RESIZED = 24_000_000  # pixels, 4 bytes each: a 30000 x 1 image has 7,680,000 x 256 when its shorter side is 256


@dataclass(frozen=True, eq=False)
class Prepared:
    """A picture as a network gets it.

    `tensor` is float32 (1, C, H, W). `crop_box` (left, top, right, bottom) is the part of the original image that it
    shows, in the original's pixels; it reaches beyond the image where the crop was padded. `view` is uint8 (H, W, 3):
    the tensor as a picture, before standardisation.
    """

    tensor: np.ndarray
    crop_box: tuple[float, float, float, float]
    view: np.ndarray


def prepare(picture: Image.Image | NDArray[np.uint8], how: Preprocessing) -> Prepared:
    """Resize, crop about the centre and standardise, as torchvision's `ImageClassification` preset does to a PIL image.

    `picture` may be its pixels as well, (H, W) or (H, W, 3). Pillow resizes them, since no other library agrees with it
    to the last bit. Inversion comes first, so that padding stays zero. An image so thin that its resized form would
    have more than 24 million pixels is resized only where the crop will be; its values may then differ by one level in
    255.
    """
    mode = "L" if how.channels == 1 else "RGB"
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image = image if image.mode == mode else image.convert(mode)
    if how.invert:
        image = ImageOps.invert(image)
    width, height = resized_size(image.size, how.resize)
    crop_height, crop_width = how.crop
    left, top = _crop_start(width, crop_width), _crop_start(height, crop_height)
    box = (max(left, 0), max(top, 0), min(left + crop_width, width), min(top + crop_height, height))
    part = _resized_part(image, (width, height), box, PILLOW_FILTERS[how.interpolation])
    canvas = Image.new(mode, (crop_width, crop_height))
    canvas.paste(part, (box[0] - left, box[1] - top))
    across, down = image.width / width, image.height / height
    crop_box = (left * across, top * down, (left + crop_width) * across, (top + crop_height) * down)
    pixels = np.atleast_3d(np.asarray(canvas))
    return Prepared(_standardised(pixels, how), crop_box, np.repeat(pixels, 3 // pixels.shape[2], axis=2))


def resized_size(size: tuple[int, int], resize: int | tuple[int, int]) -> tuple[int, int]:
    """(width, height) after the resize: torchvision rounds the longer side down."""
    if not isinstance(resize, int):
        return resize[1], resize[0]
    width, height = size
    return (resize, int(resize * height / width)) if width <= height else (int(resize * width / height), resize)


def _crop_start(length: int, crop: int) -> int:
    """Where the crop starts along one side, negative where zeros are padded; torchvision rounds halves to even."""
    return round((length - crop) / 2.0) if length >= crop else -((crop - length) // 2)


def _resized_part(
    image: Image.Image, size: tuple[int, int], box: tuple[int, int, int, int], resample: Image.Resampling
) -> Image.Image:
    width, height = size
    # Pillow resizes the width first, so between the two steps it holds the new width at the old height.
    if width * max(height, image.height) <= _MAX_RESIZED:
        return image.resize(size, resample).crop(box)
    across, down = image.width / width, image.height / height
    rows = image.resize((image.width, box[3] - box[1]), resample, (0, box[1] * down, image.width, box[3] * down))
    return rows.resize((box[2] - box[0], rows.height), resample, (box[0] * across, 0, box[2] * across, rows.height))


def _standardised(pixels: np.ndarray, how: Preprocessing) -> np.ndarray:
    """uint8 (H, W, C) -> float32 (1, C, H, W)."""
    values = pixels.transpose(2, 0, 1).astype(np.float32) / np.float32(255)
    mean, std = (np.asarray(numbers, np.float32)[:, None, None] for numbers in (how.mean, how.std))
    return np.ascontiguousarray((values - mean) / std)[None]

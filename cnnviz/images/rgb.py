"""An image in any of Pillow's modes -> 8-bit RGB, with transparency laid on white."""

import math
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageCms

_BAND_PIXELS = 1_000_000


def to_rgb(image: Image.Image, format: str) -> Image.Image:
    """A plain RGB copy of a loaded image; `format` is Pillow's name for where it came from.

    Deep samples: 16 bits of a PNG are by its specification the full range. Elsewhere cameras and microscopes leave the
    upper bits empty, so white is the smallest of 8, 10, 12, 14, 15, 16 or 32 bits that holds the brightest pixel.
    Floats within 0 to 1, or within 0 to 255, keep that range; any others are stretched from least to greatest.
    """
    if image.mode[0] in "IF":
        return _eight_bit(image, full_range=format == "PNG").convert("RGB")
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


def _eight_bit(image: Image.Image, *, full_range: bool) -> Image.Image:
    low, factor, rounding = (0.0, 1 / 256, 0.0) if full_range else _scale(image)
    scaled = np.empty((image.height, image.width), np.uint8)
    for top, band in _bands(image):
        with np.errstate(over="ignore", invalid="ignore"):
            values = np.nan_to_num((band - low) * factor + rounding, nan=0.0, posinf=255.0, neginf=0.0)
        scaled[top : top + len(band)] = np.clip(values, 0, 255)
    return Image.fromarray(scaled)


def _scale(image: Image.Image) -> tuple[float, float, float]:
    """(least, factor, rounding): whole numbers drop their lower bits, as Pillow does for 16-bit colour."""
    low, high = math.inf, -math.inf
    for _, band in _bands(image):
        finite = band[np.isfinite(band)]
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    if image.mode != "F" and low >= 0:
        bits = next((bits for bits in (8, 10, 12, 14, 15, 16) if high < 2**bits), 32)
        return 0.0, 256 / 2**bits, 0.0
    if 0 <= low <= high <= 255:
        return 0.0, 255.0 if high <= 1 else 1.0, 0.5
    return (low, 255 / (high - low), 0.5) if low < high else (0.0, 0.0, 0.0)


def _bands(image: Image.Image) -> Iterator[tuple[int, np.ndarray]]:
    """(first row, float32 values) of strips of rows: the whole image at once would be held four times over."""
    rows = max(1, _BAND_PIXELS // image.width)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        yield top, np.asarray(strip).astype(np.float32)


def _from_lab(image: Image.Image) -> Image.Image:
    profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, *profiles, outputMode="RGB")
    assert converted is not None
    return converted

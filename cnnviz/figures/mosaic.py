"""All maps of a layer as one picture to keep."""

import io
import math

import numpy as np
from PIL import Image

from cnnviz import colours


def mosaic_png(maps: np.ndarray, order: np.ndarray, *, shared: bool, gap: int = 1) -> bytes:
    """Return maps (C, H, W) as the bytes of a PNG, in `order`, one pixel a value, on the same colours as the screen.

    With `shared` one scale serves the layer, else each map has its own. Layers of single numbers become squares of 8.
    """
    count, height, width = maps.shape
    limits = np.stack([maps.min(axis=(1, 2)), maps.max(axis=(1, 2))], axis=1).astype(np.float64)
    if shared or height * width == 1:
        limits[:] = limits[:, 0].min(), limits[:, 1].max()
    signed = bool((limits[:, 0] < 0).any())
    if signed:
        limits[:, 1] = np.abs(limits).max(axis=1)
        limits[:, 0] = -limits[:, 1]
    else:
        limits[:, 0] = 0
    span = np.maximum(limits[:, 1] - limits[:, 0], 1e-30)[:, None, None]
    levels = np.nan_to_num((maps - limits[:, :1, None]) / span).clip(0, 1)
    table = np.frombuffer(colours.table(colours.SIGNED if signed else colours.POSITIVE), np.uint8).reshape(256, 3)
    tiles = table[(levels * 255).round().astype(np.uint8)][order]
    if height * width == 1:
        tiles, height, width = tiles.repeat(8, axis=1).repeat(8, axis=2), 8, 8
    columns = math.ceil(math.sqrt(count * height / width))
    rows = math.ceil(count / columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), 255, np.uint8)
    for place, tile in enumerate(tiles):
        top, left = (place // columns) * (height + gap), (place % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = tile
    buffer = io.BytesIO()
    Image.fromarray(sheet).save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()

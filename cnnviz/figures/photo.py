"""Photos, what was cut out of them, and gradients drawn as pictures."""

import base64
import hashlib
import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from cnnviz.figures.plain import PICTURE, plain_figure
from cnnviz.figures.style import INPUT

_WIDEST = 640


def photo(pixels: np.ndarray, *, height: int = 260, exact: bool = True) -> go.Figure:
    """Return a picture of uint8 `pixels` (H, W, 3) or (H, W), one screen pixel a cell, never smoothed away.

    A photo that need not be `exact`, to the last bit of a pixel, takes a tenth of the bytes.
    """
    shown = {**image(pixels, exact=exact), "hovertemplate": "row %{y}, column %{x}<extra></extra>"}
    return plain_figure([shown], PICTURE, height=height)


def crop(pixels: np.ndarray, box: tuple[float, float, float, float], *, height: int = 260) -> go.Figure:
    """Return the photo with the part the network gets outlined; `box` is (left, top, right, bottom) in its pixels.

    The rest is dimmed. A box that reaches beyond the photo shows where the network sees padding.
    """
    high, wide = pixels.shape[:2]
    shrink = min(1.0, _WIDEST / max(high, wide))
    size = max(1, round(wide * shrink)), max(1, round(high * shrink))
    small = Image.fromarray(pixels).resize(size, reducing_gap=2.0)
    # The picture is drawn in the photo's own pixels, so that the box needs no translation and neither does a reader.
    step, start = 1 / shrink, 0.5 / shrink - 0.5
    # A view of the whole, of which nobody reads a pixel: as a PNG it took longer than all else on a page with a photo.
    drawn = {"type": "image", "source": _address(small, "JPEG", quality=90), "hoverinfo": "skip"}
    drawn |= {"x0": start, "dx": step, "y0": start, "dy": step}
    left, top, right, bottom = (edge - 0.5 for edge in box)
    outer = [-0.5, -0.5, wide - 0.5, high - 0.5]
    shade = {"type": "rect", "fillcolor": "rgba(255,255,255,0.55)", "line": {"width": 0}, "layer": "above"}
    shapes = [
        {**shade, "x0": x0, "y0": y0, "x1": x1, "y1": y1}
        for x0, y0, x1, y1 in (
            (outer[0], outer[1], outer[2], max(top, outer[1])),
            (outer[0], min(bottom, outer[3]), outer[2], outer[3]),
            (outer[0], max(top, outer[1]), max(left, outer[0]), min(bottom, outer[3])),
            (min(right, outer[2]), max(top, outer[1]), outer[2], min(bottom, outer[3])),
        )
    ]
    edge = {"color": INPUT, "width": 3}
    shapes.append({"type": "rect", "x0": left, "y0": top, "x1": right, "y1": bottom, "line": edge})
    across = {**PICTURE["xaxis"], "range": [min(outer[0], left), max(outer[2], right)]}
    down = {**PICTURE["yaxis"], "range": [max(outer[3], bottom), min(outer[1], top)], "autorange": False}
    return plain_figure([drawn], {"xaxis": across, "yaxis": down, "shapes": shapes}, height=height)


def image(pixels: np.ndarray, *, exact: bool = True) -> dict[str, Any]:
    """Return a trace that draws pixels uint8 (H, W), (H, W, 3) or, if `exact`, seen through, (H, W, 4) as they are."""
    return {"type": "image", "source": _encoded(_Pixels(pixels), exact)}


class _Pixels:
    """Pixels that are equal to others where their digests are: what is encoded once need not be kept itself."""

    def __init__(self, pixels: np.ndarray) -> None:
        self.pixels: np.ndarray | None = np.ascontiguousarray(pixels)
        self.name = pixels.shape, hashlib.blake2b(self.pixels.data, digest_size=16).digest()

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pixels) and self.name == other.name


@lru_cache(maxsize=64)
def _encoded(drawn: _Pixels, exact: bool) -> str:
    """Return the address of a PNG with these pixels, or of a JPEG, kept for the next act: encoding takes half of some.

    Compressed lightly: this runs while a person waits, and the pixels must arrive as they are.
    """
    assert drawn.pixels is not None
    picture = Image.fromarray(drawn.pixels)
    address = _address(picture, "PNG", compress_level=1) if exact else _address(picture, "JPEG", quality=90)
    drawn.pixels = None
    return address


def _address(picture: Image.Image, kind: str, **how: int) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **how)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def sheet(tiles: Sequence[np.ndarray], captions: Sequence[str], *, columns: int = 3, side: int = 160) -> go.Figure:
    """Return pictures, each uint8 (h, w, 3), side by side as one image with a caption under each."""
    gap, below = 8, 26
    rows = -(-len(tiles) // columns)
    canvas = np.full(
        (rows * (side + below), columns * (side + gap) - gap, 4), 0, np.uint8
    )  # what is between is seen through
    notes = []
    for index, (tile, caption) in enumerate(zip(tiles, captions, strict=True)):
        high, wide = tile.shape[:2]
        scale = side / max(high, wide)
        size = (max(1, round(wide * scale)), max(1, round(high * scale)))
        # A patch of a few pixels stays a patch of a few squares: smoothing would invent what the unit did not see.
        method = Image.Resampling.NEAREST if scale > 2 else Image.Resampling.BILINEAR
        drawn = np.asarray(Image.fromarray(tile).resize(size, method))
        top, left = (index // columns) * (side + below), (index % columns) * (side + gap)
        top_in, left_in = top + (side - size[1]) // 2, left + (side - size[0]) // 2
        canvas[top_in : top_in + size[1], left_in : left_in + size[0]] = np.dstack([drawn, np.full(size[::-1], 255)])
        notes.append({"x": left + side / 2, "y": top + side + below / 2 - 2, "text": caption, "showarrow": False})
    picture = {**image(canvas), "hoverinfo": "skip"}
    return plain_figure([picture], {**PICTURE, "annotations": notes}, height=rows * (side + below) + 16)


def gradient_picture(gradient: np.ndarray) -> np.ndarray:
    """Return a gradient (C, H, W) as uint8 (H, W, 3): grey is no influence, lighter raises the unit, darker lowers it.

    Scaled so that the 99.5th percentile of the magnitude reaches full black or white: single pixels may saturate.
    """
    most = float(np.percentile(np.abs(gradient), 99.5)) or float(np.abs(gradient).max()) or 1.0
    grey = np.clip(127.5 + 127.5 * gradient / most, 0, 255).astype(np.uint8)
    return np.repeat(grey.transpose(1, 2, 0), 3 if len(grey) == 1 else 1, axis=2)[:, :, :3]

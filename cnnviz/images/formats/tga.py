"""Truevision TGA, which has no magic bytes: its header is believed where every field of it makes sense."""

import struct
from functools import partial
from io import BytesIO

from PIL import Image

from cnnviz.images.source import Source, Truncated, check_size

_DEPTHS = {1: {8}, 2: {15, 16, 24, 32}, 3: {8, 16}}  # palette, colour, grey; run-length coded with 8 more
_MAP_DEPTHS = {15, 16, 24, 32}


def begins(data: bytes) -> bool:
    """Whether these bytes begin with a header that a TGA file may have."""
    if len(data) < 18:
        return False
    _, has_map, kind, first, colours, map_depth, _, _, width, height, depth, flags = _header(data)
    if has_map not in (0, 1) or kind & ~8 not in _DEPTHS or depth not in _DEPTHS[kind & 7] or not width or not height:
        return False
    mapped = map_depth in _MAP_DEPTHS and 0 < colours <= 256 if has_map else not first | colours | map_depth
    return mapped and (has_map == 1 or kind & 7 != 1) and flags & 0xC0 == 0 and flags & 15 in (0, 1, 8)


def read(data: bytes) -> Source:
    """The picture of a TGA file."""
    length, has_map, kind, _, colours, map_depth, _, _, width, height, depth, flags = _header(data)
    check_size("TGA", width, height)
    start = 18 + length + has_map * colours * ((map_depth + 7) // 8)
    if len(data) < start + (0 if kind & 8 else width * height * ((depth + 7) // 8)):
        raise Truncated
    # Without a bit for alpha, what stands in its place is nothing.
    draw = partial(_opaque, data) if kind & 7 == 2 and flags & 15 == 0 else None
    return Source("TGA", data, (width, height), layout=f"{depth} bits a pixel", draw=draw)


def _opaque(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data), formats=("TGA",)) as image:
        return image.convert("RGB")


def _header(data: bytes) -> tuple[int, ...]:
    return struct.unpack_from("<BBBHHBHHHHBB", data)

"""WebP (RFC 9649). libwebp checks that frames fit the canvas, so the header's size is the one that counts."""

import struct

from cnnviz.images.orientation import orientation
from cnnviz.images.source import Damaged, Source, Truncated, check_parts, check_size

MAX_PIXELS = 14_000_000  # its decoder holds 16 bytes a pixel: two canvases, the frame it hands out, and our copy


def read(data: bytes) -> Source:
    """The first frame of a WebP file."""
    if len(data) < 30:
        raise Truncated
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    else:
        raise Damaged("no picture")
    check_size("WebP", width, height, MAX_PIXELS)
    if len(data) < 8 + int.from_bytes(data[4:8], "little"):
        raise Truncated
    blocks = _metadata(data) if kind == b"VP8X" else {}
    return Source("WEBP", data, (width, height), orientation(blocks.get(b"EXIF", b""), blocks.get(b"XMP ", b"")))


def _metadata(data: bytes) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    position, parts = 12, 0
    while position + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, position)
        if name in (b"EXIF", b"XMP "):
            found.setdefault(name, data[position + 8 : position + 8 + length])
        position += 8 + length + length % 2
        parts += 1
        check_parts("WebP", parts)
    return found

"""Windows icon or cursor: of its pictures the largest, the deepest of those; a PNG, or a bitmap with a mask."""

import struct

from cnnviz.images.formats import png
from cnnviz.images.source import Damaged, Source, Truncated, check_size


def read(data: bytes) -> Source:
    """The largest picture of an ICO or CUR file."""
    (count,) = struct.unpack_from("<H", data, 4)
    entries = [data[at : at + 16] for at in range(6, 6 + 16 * count, 16)]
    if not entries or len(entries[-1]) < 16:
        raise Truncated
    chosen = max(entries, key=lambda entry: ((entry[0] or 256) * (entry[1] or 256), _depth(data, entry)))
    length, start = struct.unpack_from("<LL", chosen, 8)
    body = data[start : start + length]
    if len(body) < max(length, 40):
        raise Truncated
    if body.startswith(png.SIGNATURE):
        return png.read(body)
    header, width, height = struct.unpack_from("<Lll", body)
    if header != 40 or height < 2:
        raise Damaged("bitmap header")
    check_size("icon", width, height // 2)
    # The entry names the colours of an icon, and the place to click of a cursor: the bitmap itself knows its depth.
    entry = bytes([width % 256, height // 2 % 256, 0, 0]) + struct.pack("<HHLL", 1, _depth(data, chosen), length, 22)
    return Source("ICO", struct.pack("<HHH", 0, 1, 1) + entry + body, (width, height // 2))


def _depth(data: bytes, entry: bytes) -> int:
    """Bits a pixel of the picture that an entry points at."""
    (start,) = struct.unpack_from("<L", entry, 12)
    body = data[start : start + 16]
    if len(body) < 16 or body.startswith(png.SIGNATURE):
        return 32
    return int(struct.unpack_from("<H", body, 14)[0])

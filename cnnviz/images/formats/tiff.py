"""TIFF (revision 6.0): a new directory with only the entries that draw the first picture is put behind the file."""

import struct

from cnnviz.errors import ImageError
from cnnviz.images.formats.jpeg import MAX_SCAN_PIXELS
from cnnviz.images.source import MAX_DECODER_BYTES, MAX_PIXELS, Damaged, Source, Truncated, check_size

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _TURNED, _SAMPLES, _STRIP_ROWS, _TILE_WIDTH, _TILE_HEIGHT = (
    *(256, 257, 258, 259, 274, 277, 278, 322, 323),
)
# Photometric, fill order, strips, planes, fax options, predictor, colours, tiles, inks, extra samples, sample format,
# JPEG tables, YCbCr.
_OTHERS = {262, 266, 273, 279, 280, 281, 284, 292, 293, 317, 320, 324, 325, 332, 338, 339, 347, 529, 530, 531, 532}
_KEPT = {_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _SAMPLES, _STRIP_ROWS, _TILE_WIDTH, _TILE_HEIGHT, *_OTHERS}
_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_COMPRESSIONS = {1, 2, 3, 4, 5, 7, 8, 32773, 32946}  # none, fax, LZW, JPEG, deflate, PackBits
_MAX_VALUES = 70_000


def read(data: bytes) -> Source:
    """The first page of a TIFF file."""
    order = "<" if data.startswith(b"II") else ">"
    if data[2:4] in (b"+\0", b"\0+"):
        raise ImageError("This is a BigTIFF file, which cannot be read here; save it as an ordinary TIFF or as PNG.")
    try:
        (start,) = struct.unpack_from(order + "L", data, 4)
        (count,) = struct.unpack_from(order + "H", data, start)
        found: dict[int, bytes] = {}
        for position in range(start + 2, start + 2 + 12 * count, 12):
            (tag,) = struct.unpack_from(order + "H", data, position)
            if tag in _KEPT or tag == _TURNED:
                found.setdefault(tag, data[position : position + 12])
        numbers = {tag: _numbers(data, order, entry) for tag, entry in found.items()}
    except struct.error as error:
        raise Truncated from error
    _check(data, numbers)
    entries = [found[tag] for tag in sorted(found) if tag in _KEPT]
    padding = b"\0" * (len(data) % 2)
    directory = struct.pack(order + "H", len(entries)) + b"".join(entries) + bytes(4)
    header = data[:4] + struct.pack(order + "L", len(data) + len(padding))
    turned = numbers.get(_TURNED, (1,))[0]
    size = (numbers[_WIDTH][0], numbers[_HEIGHT][0])
    return Source("TIFF", header + data[8:] + padding + directory, size, turned if 1 <= turned <= 8 else 1)


def _numbers(data: bytes, order: str, entry: bytes) -> tuple[int, ...]:
    """The first few whole numbers of a directory entry."""
    _, kind, count = struct.unpack_from(order + "HHL", entry)
    unit = _BYTES.get(kind, 0)
    if not unit or not count or (count > _MAX_VALUES and kind not in (1, 2, 7)):
        raise Damaged("directory entry")
    place = entry[8:]
    if unit * count > 4:
        (offset,) = struct.unpack(order + "L", entry[8:])
        place = data[offset : offset + unit * count]
        if len(place) < unit * count:
            raise Truncated
    if kind not in (1, 3, 4):
        return (0,)
    letter = {1: "B", 3: "H", 4: "L"}[kind]
    return struct.unpack_from(f"{order}{min(count, 8)}{letter}", place)


def _check(data: bytes, numbers: dict[int, tuple[int, ...]]) -> None:
    if _WIDTH not in numbers or _HEIGHT not in numbers:
        raise Damaged("no size")
    width, height = numbers[_WIDTH][0], numbers[_HEIGHT][0]
    check_size("TIFF", width, height)
    compression = numbers.get(_COMPRESSION, (1,))[0]
    if compression not in _COMPRESSIONS:
        raise ImageError(
            f"This TIFF file is compressed in a way (number {compression}) that cannot be read here; "
            "save it with LZW compression or as PNG."
        )
    tile = numbers.get(_TILE_WIDTH, (0,))[0], numbers.get(_TILE_HEIGHT, (0,))[0]
    block = tile[0] * tile[1] or width * min(numbers.get(_STRIP_ROWS, (height,))[0], height)
    samples = numbers.get(_SAMPLES, (1,))[0]
    needed = block * max(4, samples * max(numbers.get(_BITS, (1,))) // 8) + 4 * width * height
    if needed > MAX_DECODER_BYTES or block > MAX_PIXELS:
        raise ImageError(
            f"This TIFF file would take {needed // 10**6:,} MB to decode, and at most {MAX_DECODER_BYTES // 10**6} MB "
            "are allowed; make the picture smaller or save it as an 8-bit PNG."
        )
    if compression == 7 and data.count(b"\xff\xda") * block > MAX_SCAN_PIXELS:
        raise ImageError("This TIFF file draws its pixels in too many JPEG passes; save it again as PNG or JPEG.")

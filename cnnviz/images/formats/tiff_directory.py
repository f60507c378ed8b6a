"""The first directory of a TIFF file (revision 6.0): its entries, and how another one is put behind the file."""

import struct
from dataclasses import dataclass
from enum import IntEnum

from cnnviz.errors import ImageError
from cnnviz.images.source import Damaged, Truncated


class Tag(IntEnum):
    """The entries that draw a picture, by TIFF's numbers."""

    WIDTH = 256
    HEIGHT = 257
    BITS = 258
    COMPRESSION = 259
    PHOTOMETRIC = 262
    FILL_ORDER = 266
    STRIPS = 273
    TURNED = 274
    SAMPLES = 277
    STRIP_ROWS = 278
    STRIP_BYTES = 279
    PLANES = 284
    PREDICTOR = 317
    TILE_WIDTH = 322
    TILE_HEIGHT = 323
    TILES = 324
    TILE_BYTES = 325
    EXTRA_SAMPLES = 338
    SAMPLE_FORMAT = 339
    XMP = 700


# Minimum and maximum of grey levels, fax options, colours, inks, JPEG tables, YCbCr.
_OTHERS = {280, 281, 292, 293, 320, 332, 347, 529, 530, 531, 532}
_KNOWN = _OTHERS | set(Tag)
_MAX_VALUES = 70_000
NUMBER_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_LETTERS = {1: "B", 3: "H", 4: "L"}
_HEADER = 8


@dataclass(frozen=True)
class Directory:
    """`order` is "<" or ">"; `entries` are the twelve bytes of each, `numbers` the first few whole numbers in it."""

    order: str
    entries: dict[int, bytes]
    numbers: dict[int, tuple[int, ...]]

    def one(self, tag: Tag, default: int) -> int:
        """The first number of an entry."""
        return self.numbers.get(tag, (default,))[0]

    def values(self, data: bytes, tag: Tag) -> bytes:
        """The values of an entry as they are stored; nothing where there is no such entry."""
        _, kind, count, offset = struct.unpack(self.order + "HHLL", self.entries.get(tag, bytes(12)))
        length = NUMBER_BYTES.get(kind, 0) * count
        return data[offset : offset + length] if length > 4 else self.entries[tag][8 : 8 + length] if length else b""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the picture."""
        return self.one(Tag.WIDTH, 0), self.one(Tag.HEIGHT, 0)

    @property
    def block(self) -> tuple[int, int]:
        """(width, height) of what is decompressed at once: a tile or a strip."""
        width, height = self.size
        tile = self.one(Tag.TILE_WIDTH, 0), self.one(Tag.TILE_HEIGHT, 0)
        return tile if tile[0] * tile[1] else (width, min(self.one(Tag.STRIP_ROWS, height), height))

    def file(self, data: bytes, entries: dict[int, bytes]) -> bytes:
        """The file `data` with these entries for its only directory."""
        padding = b"\0" * (len(data) % 2)
        packed = struct.pack(self.order + "H", len(entries)) + b"".join(entries[tag] for tag in sorted(entries))
        header = data[:4] + struct.pack(self.order + "L", len(data) + len(padding))
        return header + data[_HEADER:] + padding + packed + bytes(4)


def first_directory(data: bytes) -> Directory:
    """The entries that draw the first page; Truncated or Damaged where they cannot be read."""
    order = "<" if data.startswith(b"II") else ">"
    found: dict[int, bytes] = {}
    try:
        (start,) = struct.unpack_from(order + "L", data, 4)
        (count,) = struct.unpack_from(order + "H", data, start)
        for position in range(start + 2, start + 2 + 12 * count, 12):
            (tag,) = struct.unpack_from(order + "H", data, position)
            if tag in _KNOWN:
                found.setdefault(tag, data[position : position + 12])
        numbers = {tag: _numbers(data, order, entry) for tag, entry in found.items() if tag != Tag.XMP}
    except struct.error as error:
        raise Truncated from error
    return Directory(order, found, numbers)


def _numbers(data: bytes, order: str, entry: bytes) -> tuple[int, ...]:
    """The first few whole numbers of a directory entry."""
    _, kind, count = struct.unpack_from(order + "HHL", entry)
    unit = NUMBER_BYTES.get(kind, 0)
    if not unit or not count:
        raise Damaged("directory entry")
    if count > _MAX_VALUES and kind not in (1, 2, 7):
        raise ImageError(
            f"This TIFF file has {count:,} values in one entry of its directory, and at most {_MAX_VALUES:,} can be "
            "read; save it as an 8-bit PNG."
        )
    place = entry[8:]
    if unit * count > 4:
        (offset,) = struct.unpack(order + "L", entry[8:])
        place = data[offset : offset + unit * count]
        if len(place) < unit * count:
            raise Truncated
    if kind not in _LETTERS:
        return (0,)
    return struct.unpack_from(f"{order}{min(count, 8)}{_LETTERS[kind]}", place)

"""TIFF samples of any whole number of bytes, with a sign or without, or floats: Pillow has no mode for most of them.

libtiff still undoes the compression: it is shown each plane as a picture of 8-bit samples, one a byte, and the bytes
that it gives back are read as the numbers they are.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cnnviz.images.formats.tiff_directory import NUMBER_BYTES, Directory, Tag
from cnnviz.images.source import Damaged, Source, check_memory
from cnnviz.images.tones import BAND_SAMPLES, eight_bit

_KINDS = {1: "u", 2: "i", 3: "f"}  # SampleFormat
_PREDICTED = {5, 8, 32946}  # LZW and deflate; elsewhere the entry means nothing
_COMPRESSIONS = {1, 32773, *_PREDICTED}


@dataclass(frozen=True)
class Layout:
    """How the samples of one page are stored.

    `dtype` has the file's byte order; `size` is (width, height); `samples` are those of a pixel, of which the first
    `colours` (1 or 3) are drawn; `alpha` is "A" where the next is their alpha, "a" where they are multiplied by it, and
    empty without; `tile` is a tile's width, 0 for strips; `predictor` is TIFF's number.
    """

    dtype: np.dtype[np.generic]
    size: tuple[int, int]
    samples: int
    colours: int
    alpha: str
    planar: bool
    tile: int
    predictor: int
    white_is_zero: bool

    @property
    def row_bytes(self) -> int:
        """Bytes in a row of one plane, whole tiles."""
        width = -(-self.size[0] // self.tile) * self.tile if self.tile else self.size[0]
        return width * self.unit

    @property
    def unit(self) -> int:
        """Bytes of one pixel in one plane."""
        return self.dtype.itemsize * (1 if self.planar else self.samples)

    @property
    def lanes(self) -> int:
        """Bytes that libtiff is shown as one pixel: four as CMYK, or one as grey."""
        return 1 if self.row_bytes % 4 or self.tile * self.unit % 4 else 4


def read(data: bytes, directory: Directory, turned: int) -> Source | None:
    """The page as a picture that is drawn here; None where this file is nothing for it."""
    layout = _layout(directory)
    if layout is None:
        return None
    (width, height), planes = layout.size, layout.colours + len(layout.alpha) if layout.planar else 1
    stored = layout.row_bytes * height * planes
    across = layout.tile * layout.unit or layout.row_bytes
    # Pillow refuses twice as many pixels as it warns of, and takes each byte for one where they are shown as grey.
    held = stored if layout.lanes == 4 else 2 * stored
    check_memory("TIFF", across * directory.block[1] + held + 4 * layout.colours * width * height)
    files = [_plane_file(data, directory, layout, plane) for plane in range(planes)]
    return Source("TIFF", b"", layout.size, turned, draw=partial(draw, files, layout))


def _layout(directory: Directory) -> Layout | None:
    bits, kinds = set(directory.numbers.get(Tag.BITS, (1,))), set(directory.numbers.get(Tag.SAMPLE_FORMAT, (1,)))
    photometric, samples = directory.one(Tag.PHOTOMETRIC, 1), directory.one(Tag.SAMPLES, 1)
    kind = _KINDS.get(kinds.pop()) if len(kinds) == 1 else None
    if len(bits) != 1 or not bits <= {8, 16, 32, 64} or not kind or photometric not in (0, 1, 2):
        return None
    compression = directory.one(Tag.COMPRESSION, 1)
    if compression not in _COMPRESSIONS or directory.one(Tag.PREDICTOR, 1) not in (1, 2, 3):
        return None
    colours = 3 if photometric == 2 else 1
    if samples < colours:
        raise Damaged("too few samples")
    extra = directory.one(Tag.EXTRA_SAMPLES, 0) if samples > colours else 0
    if bits == {8} and kind == "u" and (samples == colours or (samples == colours + 1 and (extra or colours == 3))):
        return None  # as most files are, and Pillow reads those
    return Layout(
        dtype=np.dtype(f"{directory.order}{kind}{bits.pop() // 8}"),
        size=directory.size,
        samples=samples,
        colours=colours,
        alpha={1: "a", 2: "A"}.get(extra, ""),
        planar=directory.one(Tag.PLANES, 1) == 2 and samples > 1,
        tile=directory.one(Tag.TILE_WIDTH, 0),
        predictor=directory.one(Tag.PREDICTOR, 1) if compression in _PREDICTED else 1,
        white_is_zero=photometric == 0,
    )


def _plane_file(data: bytes, directory: Directory, layout: Layout, plane: int) -> bytes:
    """A TIFF file of one plane, or of all where they lie together, as a grey picture of its bytes."""
    parts = directory.one(Tag.SAMPLES, 1) if layout.planar else 1
    entries = {
        Tag.WIDTH: layout.row_bytes // layout.lanes,
        Tag.HEIGHT: layout.size[1],
        Tag.BITS: 8,
        Tag.COMPRESSION: directory.one(Tag.COMPRESSION, 1),
        Tag.PHOTOMETRIC: 5 if layout.lanes == 4 else 1,
        Tag.SAMPLES: layout.lanes,
        Tag.STRIP_ROWS: min(directory.one(Tag.STRIP_ROWS, layout.size[1]), layout.size[1]),
    }
    if layout.tile:
        across = layout.tile * layout.unit // layout.lanes
        entries |= {
            Tag.TILE_WIDTH: across,
            Tag.TILE_HEIGHT: directory.one(Tag.TILE_HEIGHT, 0),
        }
    packed: dict[int, bytes] = {
        tag: struct.pack(directory.order + "HHLL", tag, 4, 1, value) for tag, value in entries.items()
    }
    if Tag.FILL_ORDER in directory.entries:
        packed[Tag.FILL_ORDER] = directory.entries[Tag.FILL_ORDER]
    for tag in (Tag.STRIPS, Tag.STRIP_BYTES, Tag.TILES, Tag.TILE_BYTES):
        if tag in directory.entries:
            packed[tag] = _part(data, directory, tag, plane, parts)
    return directory.file(data, packed)


def _part(data: bytes, directory: Directory, tag: Tag, part: int, parts: int) -> bytes:
    """The directory entry `tag` with only its `part`-th of so many equal parts."""
    _, kind, count = struct.unpack_from(directory.order + "HHL", directory.entries[tag])
    length = count // parts * NUMBER_BYTES[kind]
    if count % parts:
        raise Damaged("planes of several sizes")
    (offset,) = struct.unpack_from(directory.order + "L", directory.entries[tag], 8)
    value = struct.pack(directory.order + "L", offset + part * length)
    if length <= 4:
        value = directory.values(data, tag)[part * length : part * length + length]
    return struct.pack(directory.order + "HHL", tag, kind, count // parts) + value.ljust(4, b"\0")


def draw(planes: list[bytes], layout: Layout) -> Image.Image:
    """The picture, L, LA, RGB or RGBA; `planes` are TIFF files of one plane each, or one of all, shown as bytes."""
    pixels = [_plane(data, layout) for data in planes]
    width, height = layout.size
    shape = (height, width, layout.colours)
    scaled = eight_bit(partial(_bands, pixels, layout, 0, layout.colours), shape)
    channels = [Image.fromarray(scaled[..., channel]) for channel in range(layout.colours)]
    if layout.white_is_zero:
        channels = [ImageOps.invert(channel) for channel in channels]
    if layout.alpha:
        alpha = eight_bit(partial(_bands, pixels, layout, layout.colours, layout.colours + 1), (height, width, 1))
        channels.append(Image.fromarray(alpha[..., 0]))
    return Image.merge(("L" if layout.colours == 1 else "RGB") + layout.alpha, channels)


def _plane(data: bytes, layout: Layout) -> Image.Image:
    with Image.open(BytesIO(data), formats=("TIFF",)) as image:
        if image.size != (layout.row_bytes // layout.lanes, layout.size[1]):
            raise Damaged("two sizes in one file")
        image.load()
        return image.copy()


def _bands(
    planes: list[Image.Image], layout: Layout, first: int, last: int
) -> Iterator[tuple[int, NDArray[np.generic]]]:
    """(first row, values (rows, width, channels)) of the samples from `first` to before `last`."""
    width, height = layout.size
    rows = max(1, BAND_SAMPLES // (width * layout.samples))
    for top in range(0, height, rows):
        box = (0, top, layout.row_bytes // layout.lanes, min(top + rows, height))
        chosen = planes[first:last] if layout.planar else planes
        parts = [_values(np.asarray(plane.crop(box)).reshape(-1, layout.row_bytes), layout) for plane in chosen]
        yield top, np.concatenate(parts, axis=2) if layout.planar else parts[0][..., first:last]


def _values(stored: NDArray[np.uint8], layout: Layout) -> NDArray[np.generic]:
    """Rows of bytes -> native numbers (rows, width, samples), the predictor undone in each row of each tile."""
    rows, size = len(stored), layout.dtype.itemsize
    samples = layout.unit // size
    across = layout.tile or layout.size[0]
    native = layout.dtype.newbyteorder("=")
    if layout.predictor == 3:
        steps = stored.reshape(rows, -1, across * size, samples)
        summed = np.cumsum(steps, axis=2, dtype=np.uint8).reshape(rows, -1, size, across * samples)
        big = np.ascontiguousarray(np.moveaxis(summed, 2, 3)).view(layout.dtype.newbyteorder(">"))
        values = big.astype(native)
    elif layout.predictor == 2:
        unsigned = np.dtype(f"u{size}")
        steps = stored.view(unsigned.newbyteorder(layout.dtype.byteorder)).reshape(rows, -1, across, samples)
        values = np.cumsum(steps, axis=2, dtype=unsigned).view(native)
    else:
        values = stored.view(layout.dtype).astype(native)
    return values.reshape(rows, -1, samples)[:, : layout.size[0]]

"""TIFF (revision 6.0): a new directory with only the entries that draw the first picture is put behind the file."""

from cnnviz.errors import ImageError
from cnnviz.images.formats import tiff_samples
from cnnviz.images.formats.jpeg import MAX_SCAN_PIXELS
from cnnviz.images.formats.tiff_directory import Directory, Tag, first_directory
from cnnviz.images.orientation import in_xmp, valid
from cnnviz.images.source import MAX_PIXELS, Damaged, Source, check_memory, check_size

_COMPRESSIONS = {1, 2, 3, 4, 5, 7, 8, 32773, 32946}  # none, fax, LZW, JPEG, deflate, PackBits
_SAMPLES = {1: "whole numbers", 2: "whole numbers with a sign", 3: "floats", 5: "complex numbers", 6: "complex floats"}


def read(data: bytes) -> Source:
    """The first page of a TIFF file."""
    if data[2:4] in (b"+\0", b"\0+"):
        raise ImageError("This is a BigTIFF file, which cannot be read here; save it as an ordinary TIFF or as PNG.")
    directory = first_directory(data)
    if Tag.WIDTH not in directory.entries or Tag.HEIGHT not in directory.entries:
        raise Damaged("no size")
    check_size("TIFF", *directory.size)
    compression = directory.one(Tag.COMPRESSION, 1)
    if compression not in _COMPRESSIONS:
        raise ImageError(
            f"This TIFF file is compressed in a way (number {compression}) that cannot be read here; "
            "save it with LZW compression or as PNG."
        )
    turned = valid(directory.one(Tag.TURNED, 0) or in_xmp(directory.values(data, Tag.XMP)))
    if deep := tiff_samples.read(data, directory, turned):
        return deep
    _check(data, directory)
    entries = {tag: entry for tag, entry in directory.entries.items() if tag not in (Tag.TURNED, Tag.XMP)}
    return Source("TIFF", directory.file(data, entries), directory.size, turned, layout=_layout(directory))


def _check(data: bytes, directory: Directory) -> None:
    width, height = directory.size
    block = directory.block[0] * directory.block[1]
    stored = directory.one(Tag.SAMPLES, 1) * max(directory.numbers.get(Tag.BITS, (1,))) // 8
    check_memory("TIFF", block * max(4, stored) + 4 * width * height if block <= MAX_PIXELS else 8 * block)
    if directory.one(Tag.COMPRESSION, 1) == 7 and data.count(b"\xff\xda") * block > MAX_SCAN_PIXELS:
        raise ImageError("This TIFF file draws its pixels in too many JPEG passes; save it again as PNG or JPEG.")


def _layout(directory: Directory) -> str:
    samples, bits, photometric = (directory.one(tag, 1) for tag in (Tag.SAMPLES, Tag.BITS, Tag.PHOTOMETRIC))
    kind = _SAMPLES.get(directory.one(Tag.SAMPLE_FORMAT, 1), "values")
    return f"{samples:,} {kind} of {bits:,} bits a pixel, photometric interpretation {photometric:,}"

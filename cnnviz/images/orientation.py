"""Which way up a photo is: the one entry of EXIF, and of XMP, that matters here."""

import re
import struct

from PIL import Image

_TAG = 0x0112
_INTEGERS = {1: "B", 3: "H", 4: "L"}  # TIFF's numbers of the types
_XMP = re.compile(rb"tiff:Orientation\s*(?:=\s*[\"']|>)\s*([1-8])\b")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def orientation(exif: bytes, xmp: bytes = b"") -> int:
    """The orientation, 1 to 8: that of the EXIF block, else that of the XMP packet, else 1 (upright as stored).

    Of EXIF only the first directory is read, and of it only this entry, so a hostile block costs nothing. Some writers
    store the number as a LONG or a BYTE, where the standard has a SHORT.
    """
    return valid(_in_exif(exif.removeprefix(b"Exif\0\0")) or in_xmp(xmp))


def valid(number: int) -> int:
    """The number, or 1 where it is none of EXIF's eight."""
    return number if 1 <= number <= 8 else 1


def in_xmp(packet: bytes) -> int:
    """The number in an XMP packet, 0 when there is none."""
    match = _XMP.search(packet)
    return int(match[1]) if match else 0


def _in_exif(exif: bytes) -> int:
    """The number as it is stored; 0 when the block has none or cannot be read."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 0
    try:
        (start,) = struct.unpack_from(order + "L", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, start)
        for entry in range(start + 2, start + 2 + 12 * min(count, 1000), 12):
            tag, kind = struct.unpack_from(order + "HH", exif, entry)
            if tag == _TAG:
                return int(struct.unpack_from(order + _INTEGERS.get(kind, "H"), exif, entry + 8)[0])
    except struct.error:
        return 0
    return 0


def upright(image: Image.Image, turned: int) -> Image.Image:
    """The image turned and mirrored as the EXIF orientation `turned` asks."""
    return image.transpose(_TURNS[turned]) if turned in _TURNS else image

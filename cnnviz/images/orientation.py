"""Which way up a photo is: the one EXIF entry that matters here."""

import struct

from PIL import Image

_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def orientation(exif: bytes) -> int:
    """The EXIF orientation, 1 to 8; 1 (upright as stored) when the block has none or cannot be read.

    Only the first directory is read, and of it only this entry, so a hostile block costs nothing.
    """
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "L", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, start)
        for entry in range(start + 2, start + 2 + 12 * min(count, 1000), 12):
            tag, _, _, value = struct.unpack_from(order + "HHLH", exif, entry)
            if tag == _TAG:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def upright(image: Image.Image, turned: int) -> Image.Image:
    """The image turned and mirrored as the EXIF orientation `turned` asks."""
    return image.transpose(_TURNS[turned]) if turned in _TURNS else image

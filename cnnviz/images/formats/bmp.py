"""Windows bitmap: nothing to cut out, but the run-length coded kind is decoded by slow code."""

import struct

from cnnviz.errors import ImageError
from cnnviz.images.source import Source, Truncated, check_size

_MAX_RUN_LENGTH_BYTES = 2_000_000


def read(data: bytes) -> Source:
    """The picture of a BMP file."""
    if len(data) < 34:
        raise Truncated
    (header,) = struct.unpack_from("<I", data, 14)
    if header == 12:
        (width, height), coding = struct.unpack_from("<HH", data, 18), 0
    else:
        width, height, coding = struct.unpack_from("<iixxxxI", data, 18)
    check_size("BMP", abs(width), abs(height))
    if coding in (1, 2) and len(data) > _MAX_RUN_LENGTH_BYTES:
        raise ImageError(
            f"This run-length coded BMP file has {len(data):,} bytes, and at most {_MAX_RUN_LENGTH_BYTES:,} can be "
            "read; save it as PNG."
        )
    return Source("BMP", data, (abs(width), abs(height)))

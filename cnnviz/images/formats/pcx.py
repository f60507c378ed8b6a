"""PC Paintbrush: a header of 128 bytes and run-length coded rows; of 256 colours, the palette ends the file."""

import struct

from cnnviz.images.source import Source, Truncated, check_size

_HEADER = 128


def begins(data: bytes) -> bool:
    """Whether these bytes begin with a header that a PCX file may have."""
    return data[:1] == b"\x0a" and data[1:2] in (b"\0", b"\2", b"\3", b"\4", b"\5") and data[2:4] in _DEPTHS


_DEPTHS = (b"\1\1", b"\1\2", b"\1\4", b"\1\x08")


def read(data: bytes) -> Source:
    """The picture of a PCX file."""
    if len(data) < _HEADER:
        raise Truncated
    left, top, right, bottom = struct.unpack_from("<4H", data, 4)
    size = right - left + 1, bottom - top + 1
    check_size("PCX", *size)
    return Source("PCX", data, size, layout=f"{data[65]} planes of {data[3]} bits")

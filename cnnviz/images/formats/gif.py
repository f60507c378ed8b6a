"""GIF (GIF89a specification): screen, palettes, transparency and the first frame are kept."""

import struct

from cnnviz.images.source import Damaged, Source, Truncated, check_parts, check_size


def read(data: bytes) -> Source:
    """The first frame of a GIF file, on its logical screen."""
    if len(data) < 13:
        raise Truncated
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    position = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    head = data[:position]
    control = b""
    parts = 0
    try:
        while data[position] == 0x21:
            start, label = position, data[position + 1]
            position += 2
            while data[position]:
                position += data[position] + 1
                parts += 1
                check_parts("GIF", parts)
            position += 1
            parts += 1
            if label == 0xF9:
                # Only the transparent colour matters for one frame; the way of disposal would cost memory.
                control = b"\x21\xf9\x04" + bytes([data[start + 3] & 1]) + data[start + 4 : start + 7] + b"\0"
            check_parts("GIF", parts)
        if data[position] != 0x2C:
            raise Damaged("no frame")
        left, top, across, down = struct.unpack_from("<HHHH", data, position + 1)
    except (IndexError, struct.error) as error:
        raise Truncated from error
    width, height = max(width, left + across), max(height, top + down)
    check_size("GIF", width, height)
    return Source("GIF", head + control + data[position:], (width, height))

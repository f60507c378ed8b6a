"""JPEG (ITU-T T.81), also the first picture of an MPO: tables, frame and scans; of EXIF only the orientation."""

import re
import struct

from cnnviz.errors import ImageError
from cnnviz.images.orientation import orientation
from cnnviz.images.source import (
    MAX_DECODER_BYTES,
    MAX_PIXELS,
    Damaged,
    Source,
    Truncated,
    check_parts,
    check_size,
)

MAX_SCAN_PIXELS = 1_000_000_000  # pixels times scans: a progressive file may ask for the whole picture again and again
_MOST_PIXELS = 89_000_000  # where Pillow starts to warn
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_TABLES = {0xC4, 0xDB, 0xDD}
_MARKER = re.compile(rb"\xff([^\xff])", re.DOTALL)


def read(data: bytes) -> Source:
    """The first picture of a JPEG file, `reduce` chosen so that very large photos fit into the memory limit."""
    kept = [b"\xff\xd8"]
    frame: bytes | None = None
    frame_marker = 0
    turned = 1
    position, parts = 2, 0
    while match := _MARKER.search(data, position):
        marker, position = match[1][0], match.end()
        parts += 1
        check_parts("JPEG", parts, 5_000)
        if marker in (0x00, 0x01) or 0xD0 <= marker <= 0xD8:
            continue
        if marker == 0xD9:
            raise Damaged("no picture")
        if position + 2 > len(data):
            raise Truncated
        length = struct.unpack_from(">H", data, position)[0]
        body = data[position + 2 : position + length]
        if marker in _FRAMES:
            if frame is not None:
                raise Damaged("two frames")
            frame, frame_marker = body, marker
        if marker == 0xE1 and body.startswith(b"Exif\0\0") and turned == 1:
            turned = orientation(body)
        wanted = marker in _TABLES or marker in _FRAMES or (marker, body[:4]) in ((0xEE, b"Adob"), (0xE0, b"JFIF"))
        if marker == 0xDA:
            return _source(kept, data[match.start() :], frame, frame_marker, turned)
        if wanted:
            kept.append(b"\xff" + bytes([marker]) + data[position : position + length])
        position += max(length, 2)
    raise Truncated


def _source(kept: list[bytes], scans: bytes, frame: bytes | None, marker: int, turned: int) -> Source:
    if frame is None or len(frame) < 6 + 3 * frame[5]:
        raise Damaged("no frame")
    if marker > 0xC2 or frame[0] != 8:
        raise ImageError(
            f"This JPEG file uses a rare kind of coding (frame type {marker - 0xC0}, {frame[0]} bits) that cannot be "
            "read here; save it as an ordinary 8-bit JPEG or PNG."
        )
    height, width, components = struct.unpack_from(">HHB", frame, 1)
    check_size("JPEG", width, height, _MOST_PIXELS)
    end = scans.find(b"\xff\xd9") + 2
    scans = scans[:end] if end > 1 else scans
    count = scans.count(b"\xff\xda")
    if count * width * height > MAX_SCAN_PIXELS:
        raise ImageError(
            f"This JPEG file draws its {width:,} x {height:,} pixels in {count:,} passes, and at most "
            f"{MAX_SCAN_PIXELS // (width * height):,} can be read at this size; save it again as an ordinary JPEG."
        )
    held = _coefficients(frame, width, height) if marker == 0xC2 or scans[4] != components else 0
    for reduce in (1, 2, 4, 8):
        pixels = width * height // reduce**2
        if pixels <= MAX_PIXELS and held + 4 * pixels <= MAX_DECODER_BYTES:
            return Source("JPEG", b"".join([*kept, scans]), (width, height), turned, reduce)
    raise ImageError(
        f"This progressive JPEG has {width:,} x {height:,} pixels, which would take {held // 10**6:,} MB to decode, "
        f"and at most {MAX_DECODER_BYTES // 10**6} MB are allowed; make it smaller or save it as a baseline JPEG."
    )


def _coefficients(frame: bytes, width: int, height: int) -> int:
    """Bytes in which libjpeg keeps every coefficient of a picture that comes in more than one scan."""
    sampling = [(factor >> 4, factor & 15) for factor in frame[7 : 6 + 3 * frame[5] : 3]]
    across, down = max(h for h, _ in sampling), max(v for _, v in sampling)
    if not all(1 <= h <= 4 and 1 <= v <= 4 for h, v in sampling):
        raise Damaged("sampling factors")
    return sum(2 * (width * h // across + 8 * h) * (height * v // down + 8 * v) for h, v in sampling)

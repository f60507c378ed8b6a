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
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_END = b"\xff\xd9"
_NOISE = b"\xb5\x4a" * 300  # bits that draw something else than the zeros that a decoder puts for missing ones
_SCAN = re.compile(rb"\xff\xda..(.)", re.DOTALL)
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_MARKER = re.compile(rb"\xff([^\xff])", re.DOTALL)


def read(data: bytes) -> Source:
    """The first picture of a JPEG file, `reduce` chosen so that very large photos fit into the memory limit."""
    bare = data.rstrip(b"\0")
    if len(bare) + 16 < len(data):  # a download that was broken off may be filled up
        data = bare
    kept = [b"\xff\xd8"]
    frame: bytes | None = None
    frame_marker = 0
    exif = xmp = b""
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
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            exif = exif or body
        if marker == 0xE1 and body.startswith(_XMP):
            xmp = xmp or body
        wanted = marker in _TABLES or marker in _FRAMES or (marker, body[:4]) in ((0xEE, b"Adob"), (0xE0, b"JFIF"))
        if marker == 0xDA:
            return _source(kept, data[match.start() :], frame, frame_marker, orientation(exif, xmp))
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
    scans, ended, _ = scans.partition(_END)
    scans = scans if ended else scans.removesuffix(b"\xff")
    if not ended and not _every_coefficient(frame, scans):
        raise Truncated
    # A picture whose end is missing is drawn twice.
    count = scans.count(b"\xff\xda") * (1 if ended else 2)
    if count * width * height > MAX_SCAN_PIXELS:
        raise ImageError(
            f"This JPEG file draws its {width:,} x {height:,} pixels in {count:,} passes, and at most "
            f"{MAX_SCAN_PIXELS // (width * height):,} can be read at this size; save it again as an ordinary JPEG."
        )
    held = _coefficients(frame, width, height) if marker == 0xC2 or scans[4] != components else 0
    for reduce in (1, 2, 4, 8):
        pixels = width * height // reduce**2
        if pixels <= MAX_PIXELS and held + 4 * pixels <= MAX_DECODER_BYTES:
            noisy = b"" if ended else b"".join([*kept, scans, _noise(scans), _END])
            return Source("JPEG", b"".join([*kept, scans, _END]), (width, height), turned, reduce, noisy=noisy)
    raise ImageError(
        f"This progressive JPEG has {width:,} x {height:,} pixels, which would take {held // 10**6:,} MB to decode, "
        f"and at most {MAX_DECODER_BYTES // 10**6} MB are allowed; make it smaller or save it as a baseline JPEG."
    )


def _noise(scans: bytes) -> bytes:
    """Bits for what the last scan may lack: the rest of its interval, and any whole intervals between restarts."""
    restarts = len(_RESTART.findall(scans, scans.rfind(b"\xff\xda")))
    return _NOISE + b"".join(b"\xff" + bytes([0xD0 + (restarts + k) % 8]) + _NOISE for k in range(8))


def _every_coefficient(frame: bytes, scans: bytes) -> bool:
    """Whether every component's 64 coefficients are sent to their last bit by the scans that have begun."""
    sent: dict[int, set[int]] = {}
    for match in _SCAN.finditer(scans):
        start, count = match.end(), match[1][0]
        rest = scans[start + 2 * count : start + 2 * count + 3]
        if len(rest) == 3 and rest[2] & 15 == 0:
            for component in scans[start : start + 2 * count : 2]:
                sent.setdefault(component, set()).update(range(rest[0], min(rest[1], 63) + 1))
    return all(len(sent.get(component, ())) == 64 for component in frame[6 : 6 + 3 * frame[5] : 3])


def _coefficients(frame: bytes, width: int, height: int) -> int:
    """Bytes in which libjpeg keeps every coefficient of a picture that comes in more than one scan."""
    sampling = [(factor >> 4, factor & 15) for factor in frame[7 : 6 + 3 * frame[5] : 3]]
    across, down = max(h for h, _ in sampling), max(v for _, v in sampling)
    if not all(1 <= h <= 4 and 1 <= v <= 4 for h, v in sampling):
        raise Damaged("sampling factors")
    return sum(2 * (width * h // across + 8 * h) * (height * v // down + 8 * v) for h, v in sampling)

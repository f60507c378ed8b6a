"""PNG (W3C PNG specification, third edition): header, palette, transparency and one block of image data are kept."""

import struct
import zlib

from cnnviz.images.orientation import orientation
from cnnviz.images.source import MAX_PIXELS, Damaged, Source, Truncated, check_parts, check_size

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_XMP = b"XML:com.adobe.xmp\0\0"  # the second zero: not compressed, as Adobe has it


def read(data: bytes) -> Source:
    """The first picture of a PNG file; of an animated one, the picture that viewers without animation show."""
    head: dict[bytes, bytes] = {}
    pixels: list[bytes] = []
    exif = xmp = b""
    position, parts = len(SIGNATURE), 0
    while position + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        body = position + 8
        if name == b"IEND":
            break
        if name == b"IDAT":
            pixels.append(data[body : body + length])
        elif name in (b"IHDR", b"PLTE", b"tRNS"):
            head.setdefault(name, data[body : body + length])
        elif name == b"eXIf":
            exif = data[body : body + length]
        elif name == b"iTXt" and data.startswith(_XMP, body):
            xmp = data[body : body + length]
        position = body + length + 4
        parts += 1
        check_parts("PNG", parts)
    header = head.get(b"IHDR", b"")
    if len(header) < 13:
        raise Truncated if position >= len(data) else Damaged
    width, height = struct.unpack_from(">II", header)
    if header[8] == 16 and header[9] in (2, 6):
        check_size("16-bit colour PNG", width, height, MAX_PIXELS // 2)
    check_size("PNG", width, height)
    if not pixels:
        raise Truncated if position >= len(data) else Damaged
    kept = [*head.items(), (b"IDAT", b"".join(pixels)), (b"IEND", b"")]
    return Source("PNG", SIGNATURE + b"".join(_chunk(*part) for part in kept), (width, height), orientation(exif, xmp))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))

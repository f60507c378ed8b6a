"""One file a format: bytes that start like that format in, a `Source` with only the picture in it out.

Metadata, colour profiles and further frames are cut out unread: they draw nothing, and most ways to make a small file
cost much time or memory hide there.
"""

from collections.abc import Callable
from typing import NamedTuple

from cnnviz.images.formats import bmp, gif, heif, ico, jpeg, jpeg2000, pcx, pfm, png, pnm, tga, tiff, webp
from cnnviz.images.source import Source


class Format(NamedTuple):
    """How files of one kind are known by their first bytes, and read."""

    begins: Callable[[bytes], bool]
    read: Callable[[bytes], Source]


def _magic(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(starts)


# Every kind that is read, by the name that users see; TGA before ICO, for a cursor never looks like a TGA file.
FORMATS: dict[str, Format] = {
    "JPEG": Format(_magic(b"\xff\xd8\xff"), jpeg.read),
    "PNG": Format(_magic(png.SIGNATURE), png.read),
    "HEIC": Format(lambda data: heif.kind_of(data) == "HEIC", heif.read),
    "AVIF": Format(lambda data: heif.kind_of(data) == "AVIF", heif.read),
    "WebP": Format(lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP", webp.read),
    "GIF": Format(_magic(b"GIF87a", b"GIF89a"), gif.read),
    "TIFF": Format(_magic(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), tiff.read),
    "BMP": Format(lambda data: data[:2] == b"BM" and data[15:18] == bytes(3), bmp.read),
    "JPEG 2000": Format(_magic(b"\0\0\0\x0cjP  \r\n", b"\xff\x4f\xff\x51"), jpeg2000.read),
    "PNM": Format(pnm.begins, pnm.read),
    "PFM": Format(pfm.begins, pfm.read),
    "PCX": Format(pcx.begins, pcx.read),
    "TGA": Format(tga.begins, tga.read),
    "ICO": Format(_magic(b"\0\0\1\0", b"\0\0\2\0"), ico.read),
}

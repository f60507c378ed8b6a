"""One file a format: bytes that start like that format in, a `Source` with only the picture in it out.

Metadata, colour profiles and further frames are cut out unread: they draw nothing, and most ways to make a small file
cost much time or memory hide there.
"""

from collections.abc import Callable

from cnnviz.images.formats import bmp, gif, heif, jpeg, png, pnm, tiff, webp
from cnnviz.images.source import Source

READERS: dict[str, Callable[[bytes], Source]] = {
    "JPEG": jpeg.read,
    "PNG": png.read,
    "WebP": webp.read,
    "GIF": gif.read,
    "HEIC": heif.read,
    "AVIF": heif.read,
    "BMP": bmp.read,
    "TIFF": tiff.read,
    "PNM": pnm.read,
}

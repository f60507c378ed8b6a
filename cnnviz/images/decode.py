"""Any bytes from a stranger -> an upright RGB image, or one sentence that says what is wrong with them."""

import re
from io import BytesIO
from zlib import crc32

from PIL import Image, UnidentifiedImageError

from cnnviz.errors import ImageError
from cnnviz.images.camera_raw import raw_kind
from cnnviz.images.file_types import refusal
from cnnviz.images.formats import FORMATS
from cnnviz.images.orientation import upright
from cnnviz.images.rgb import to_rgb
from cnnviz.images.source import MAX_BYTES, Damaged, Source, Truncated

# A picture's first bytes, of kinds that have enough of them to be no accident.
_START = re.compile(rb"\xff\xd8\xff[\xc0-\xfe]|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF....WEBP", re.DOTALL)
_MOST_STRAY = 32


def decode(data: bytes) -> Image.Image:
    """The first picture in a file: RGB, upright by its EXIF or XMP orientation, transparency laid on white.

    Read are the kinds of `cnnviz.images.formats.FORMATS`, of at most 10 MB. Samples of more than 8 bits are brought to
    8 (see `cnnviz.images.tones`). A JPEG of more than 25 million pixels comes back at a half, a quarter or an eighth of
    its size; other formats have a limit on pixels. Colour profiles (ICC) are ignored, as they were when the networks
    were trained. Pillow's global settings are left as they are.

    Raises ImageError, and nothing else, with one sentence for the user.
    """
    if not data:
        raise ImageError("This file is empty (0 bytes); choose a photo saved as JPEG, PNG or WebP.")
    if len(data) > MAX_BYTES:
        raise ImageError(
            f"This file has {len(data):,} bytes, and at most {MAX_BYTES:,} (10 MB) can be read; "
            "make the picture smaller or save it as JPEG."
        )
    data = _from_its_start(data)
    kind = "" if raw_kind(data) else _kind(data)
    if not kind:
        raise ImageError(refusal(data))
    source = None
    try:
        source = FORMATS[kind].read(data)
        rgb = _picture(source)
        rgb.info = {}
        return upright(rgb, source.orientation)
    except ImageError:
        raise
    except Exception as error:  # Pillow's plugins raise some twenty kinds on broken files
        raise ImageError(_reason(error, kind, len(data), source)) from error


def _kind(data: bytes) -> str:
    return next((name for name, format in FORMATS.items() if format.begins(data)), "")


def _from_its_start(data: bytes) -> bytes:
    """The file without the few bytes that a script may have written before a picture: an empty line, a byte order."""
    start = _START.search(data, 0, _MOST_STRAY)
    return data[start.start() :] if start and not _kind(data) else data


def _reason(error: Exception, kind: str, length: int, source: Source | None) -> str:
    """The sentence for a file of a known kind that could not be decoded."""
    said = str(error)
    if isinstance(error, Truncated) or "truncated" in said or "not enough image data" in said:
        return f"This {kind} file ends too early, after {length:,} bytes; download or save it again."
    if isinstance(error, MemoryError):
        return f"There is not enough memory now to decode this {kind} file of {length:,} bytes; use a smaller picture."
    if isinstance(error, UnidentifiedImageError) or said.startswith("Unsupported"):
        layout = f" ({source.layout})" if source and source.layout else ""
        return f"This {kind} file stores its pixels in a way that cannot be read here{layout}; save it as an 8-bit PNG."
    return (
        f"This {kind} file of {length:,} bytes is damaged and cannot be read; "
        "open it in a picture viewer and save it again as PNG or JPEG."
    )


def _picture(source: Source) -> Image.Image:
    """The decoded picture as RGB, not yet upright. The decoder's own memory is given back on return."""
    if source.draw:
        return to_rgb(source.draw(), source.format)
    other = _checksum(_pixels(source.noisy, source)) if source.noisy else 0
    rgb = _pixels(source.data, source)
    if source.noisy and _checksum(rgb) != other:
        raise Truncated
    return rgb


def _pixels(data: bytes, source: Source) -> Image.Image:
    with Image.open(BytesIO(data), formats=(source.format,)) as image:
        if image.size != source.size:
            raise Damaged("two sizes in one file")
        if source.reduce > 1:
            width, height = source.size
            image.draft(None, (width // source.reduce, height // source.reduce))
        image.load()
        return to_rgb(image, source.format)


def _checksum(image: Image.Image) -> int:
    """CRC-32 of the pixels, in strips of rows: all of them at once would be held twice."""
    found, rows = 0, max(1, 1_000_000 // image.width)
    for top in range(0, image.height, rows):
        found = crc32(image.crop((0, top, image.width, min(top + rows, image.height))).tobytes(), found)
    return found

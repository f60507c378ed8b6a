"""What is known about a picture's file before a single pixel is decoded, and the limits every file is held to."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from cnnviz.errors import ImageError

MAX_BYTES = 10 * 2**20
MAX_PIXELS = 25_000_000
MAX_SIDE = 65_535
MAX_PARTS = 100_000  # a hostile file of ten million one-byte pieces would spend its time in the loop that walks them
MAX_DECODER_BYTES = 250_000_000


class Truncated(Exception):  # noqa: N818
    """The file ends before the picture does."""


class Damaged(Exception):  # noqa: N818
    """The file breaks the rules of its own format."""


@dataclass(frozen=True)
class Source:
    """A file reduced to the parts that draw its first picture.

    `format` is Pillow's name for it; `data` holds no metadata, profile or further frame where the format lets them be
    cut out; `size` is (width, height) as stored, `orientation` the EXIF number 1 to 8 that makes it upright, and
    `reduce` the whole number by which a JPEG is shrunk while it is decoded.

    `layout` says how the pixels are stored, for files that Pillow may not know. `draw` makes the picture where
    another decoder than Pillow does. `noisy` is the file with noise in place of a missing end: a picture that this
    changes was not all there.
    """

    format: str
    data: bytes
    size: tuple[int, int]
    orientation: int = 1
    reduce: int = 1
    layout: str = ""
    draw: Callable[[], Image.Image] | None = None
    noisy: bytes = b""


def check_size(kind: str, width: int, height: int, max_pixels: int = MAX_PIXELS) -> None:
    """Raise ImageError when a picture of this many pixels may not be decoded, Damaged when it has none."""
    if width < 1 or height < 1:
        raise Damaged("no pixels")
    if width * height > max_pixels:
        raise ImageError(
            f"This {kind} picture has {width:,} x {height:,} = {width * height:,} pixels, and at most {max_pixels:,} "
            "can be read in this format; make it smaller first."
        )
    if max(width, height) > MAX_SIDE:
        raise ImageError(
            f"This {kind} picture is {max(width, height):,} pixels long, and at most {MAX_SIDE:,} can be read; "
            "cut a part out of it first."
        )


def check_memory(kind: str, needed: int) -> None:
    """Raise ImageError when decoding would hold more bytes than are allowed."""
    if needed > MAX_DECODER_BYTES:
        raise ImageError(
            f"This {kind} file would take {needed // 10**6:,} MB to decode, and at most "
            f"{MAX_DECODER_BYTES // 10**6} MB are allowed; make the picture smaller or save it as an 8-bit PNG."
        )


def check_parts(kind: str, count: int, most: int = MAX_PARTS) -> None:
    """Raise ImageError when a file is chopped into more parts than any real one."""
    if count > most:
        raise ImageError(f"This {kind} file is chopped into more than {most:,} parts; save it again as PNG or JPEG.")

"""JPEG 2000 (ITU-T T.800), as a JP2 file or as a bare codestream."""

import struct

from cnnviz.images.formats.item_boxes import boxes
from cnnviz.images.source import Damaged, Source, Truncated, check_parts, check_size

MAX_PIXELS = 9_000_000  # OpenJPEG holds four bytes a sample, and takes some 0.1 s a million pixels
_START = b"\xff\x4f\xff\x51"
_END = b"\xff\xd9"
_MAX_SAMPLES = 4
_MAX_TILES = 10_000


def read(data: bytes) -> Source:
    """The picture of a JPEG 2000 file."""
    at = 0
    if not data.startswith(_START):
        at = next((start for name, start, _ in boxes(data, 0, len(data)) if name == b"jp2c"), -1)
    if at < 0 or len(data) < at + 42:
        raise Truncated
    if not data.startswith(_START, at):
        raise Damaged("no codestream")
    right, lower, left, top, across, down, first, second, samples = struct.unpack_from(">8LH", data, at + 8)
    width, height = right - left, lower - top
    check_size("JPEG 2000", width, height, MAX_PIXELS)
    if not across or not down or first > left or second > top:
        raise Damaged("tiles")
    check_parts("JPEG 2000", -(-(right - first) // across) * -(-(lower - second) // down), _MAX_TILES)
    if samples > _MAX_SAMPLES:
        raise Damaged("too many samples")
    if data.find(_END, at) < 0:  # no two bytes of the coded data look like this
        raise Truncated
    return Source("JPEG2000", data, (width, height), layout=f"{samples} samples a pixel")

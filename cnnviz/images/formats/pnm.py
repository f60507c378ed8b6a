"""Portable bitmap, greymap and pixmap (Netpbm's PBM, PGM and PPM), binary forms; brought to 8 bits a sample."""

import re

import numpy as np

from cnnviz.errors import ImageError
from cnnviz.images.source import Damaged, Source, Truncated, check_size

_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_HEADER = re.compile(rb"P([456])" + _GAP + rb"(\d{1,10})" + _GAP + rb"(\d{1,10})(?:" + _GAP + rb"(\d{1,5}))?")


def read(data: bytes) -> Source:
    """The first picture of a PBM, PGM or PPM file."""
    if data[1:2] in b"123":
        raise ImageError("This PBM, PGM or PPM file is in text form (P1, P2 or P3); save it in binary form or as PNG.")
    form = int(data[1:2])
    # A bitmap has no maximum, and its pixels may look like digits.
    header = data[:1000]
    match = _HEADER.match(header)
    if match is None:
        raise Damaged("header")
    width, height = int(match[2]), int(match[3])
    check_size("PNM", width, height)
    if form == 4:
        return _source(b"P4", width, height, data[match.end(3) + 1 :], (width + 7) // 8 * height)
    most = int(match[4] or 0)
    if not 0 < most < 65_536:
        raise Damaged("maximum")
    count = width * height * (3 if form == 6 else 1)
    body = data[match.end() + 1 :]
    if most == 255:
        return _source(b"P%d" % form, width, height, body, count)
    stored = np.dtype(">u2") if most > 255 else np.dtype("u1")
    if len(body) < count * stored.itemsize:
        raise Truncated
    samples = np.frombuffer(body, stored, count).astype(np.uint32)
    scaled = np.minimum((samples * 255 + most // 2) // most, 255).astype(np.uint8)
    return _source(b"P%d" % form, width, height, scaled.tobytes(), count)


def _source(magic: bytes, width: int, height: int, body: bytes, length: int) -> Source:
    if len(body) < length:
        raise Truncated
    ending = b"" if magic == b"P4" else b" 255"
    return Source("PPM", b"%s %d %d%s\n" % (magic, width, height, ending) + body[:length], (width, height))

"""Portable bitmap, greymap and pixmap (Netpbm's PBM, PGM and PPM), binary or text; brought to 8 bits a sample."""

import re

import numpy as np
from numpy.typing import NDArray

from cnnviz.images.source import Damaged, Source, Truncated, check_size

_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_HEADER = re.compile(rb"P([1-6])" + _GAP + rb"(\d{1,10})" + _GAP + rb"(\d{1,10})(?:" + _GAP + rb"(\d{1,5}))?")
_COMMENT = re.compile(rb"#[^\r\n]*")
_WRITTEN = re.compile(rb"[\s\d]*")
_SPACE = b" \t\r\n\v\f"
_AFTER = {b" ", b"\t", b"\r", b"\n", b"#"}


def begins(data: bytes) -> bool:
    """Whether these bytes begin as the header of a PBM, PGM or PPM file."""
    return data[:1] == b"P" and data[1:2] in (b"1", b"2", b"3", b"4", b"5", b"6") and data[2:3] in _AFTER


def read(data: bytes) -> Source:
    """The first picture of a PBM, PGM or PPM file."""
    form = int(data[1:2])
    # A bitmap has no maximum, and its pixels may look like digits.
    header = data[:1000]
    match = _HEADER.match(header)
    if match is None:
        raise Damaged("header")
    width, height = int(match[2]), int(match[3])
    check_size("PNM", width, height)
    if form == 1:
        bits = _COMMENT.sub(b"", data[match.end(3) :]).translate(None, _SPACE)[: width * height]
        if bits.translate(None, b"01"):
            raise Damaged("not a bit")
        return _scaled(5, width, height, 1 - (np.frombuffer(bits, np.uint8, _enough(bits, width * height)) & 1), 1)
    if form == 4:
        return _source(b"P4", width, height, data[match.end(3) + 1 :], (width + 7) // 8 * height)
    most = int(match[4] or 0)
    if not 0 < most < 65_536:
        raise Damaged("maximum")
    count = width * height * (3 if form in (3, 6) else 1)
    body = data[match.end() + 1 :]
    if form < 4:
        return _scaled(form + 3, width, height, _numbers(data[match.end() :], count), most)
    if most == 255:
        return _source(b"P%d" % form, width, height, body, count)
    stored = np.dtype(">u2") if most > 255 else np.dtype("u1")
    return _scaled(form, width, height, np.frombuffer(body, stored, _enough(body, count, stored.itemsize)), most)


def _enough(body: bytes, count: int, size: int = 1) -> int:
    if len(body) < count * size:
        raise Truncated
    return count


def _numbers(text: bytes, count: int) -> NDArray[np.int64]:
    """Whole numbers that are written out; what a comment says is left out."""
    text = _COMMENT.sub(b"", text)
    written = _WRITTEN.match(text)
    assert written  # it may be empty
    # NumPy is not told how many, and never given a blank: it would make the missing ones up.
    digits = written[0].strip().decode("ascii")
    numbers = np.fromstring(digits, np.int64, sep=" ") if digits else np.zeros(0, np.int64)
    if len(numbers) < count:
        raise Damaged("not a number") if written.end() < len(text) else Truncated
    return numbers[:count]


def _scaled(form: int, width: int, height: int, samples: NDArray[np.integer], most: int) -> Source:
    samples = np.minimum(samples, most).astype(np.uint32)
    scaled = ((samples * 255 + most // 2) // most).astype(np.uint8)
    return _source(b"P%d" % form, width, height, scaled.tobytes(), len(scaled))


def _source(magic: bytes, width: int, height: int, body: bytes, length: int) -> Source:
    if len(body) < length:
        raise Truncated
    ending = b"" if magic == b"P4" else b" 255"
    return Source("PPM", b"%s %d %d%s\n" % (magic, width, height, ending) + body[:length], (width, height))

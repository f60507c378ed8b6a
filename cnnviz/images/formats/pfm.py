"""Portable float map (PFM): rows of 32-bit floats from the bottom up, one or three a pixel, in either byte order."""

import re
from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.images.source import Damaged, Source, Truncated, check_size
from cnnviz.images.tones import BAND_SAMPLES, eight_bit

_HEADER = re.compile(rb"P([Ff])\s+(\d{1,10})\s+(\d{1,10})\s+([-+]?[\d.]{1,20}(?:[eE][-+]?\d{1,3})?)\s")


def begins(data: bytes) -> bool:
    """Whether these bytes begin as the header of a PFM file."""
    return data[:2] in (b"PF", b"Pf") and data[2:3] in (b"\n", b"\r", b" ", b"\t")


def read(data: bytes) -> Source:
    """The picture of a PFM file; of its scale only the sign counts, which is the order of the bytes."""
    header = _HEADER.match(data[:1000])
    if header is None:
        raise Damaged("header")
    width, height = int(header[2]), int(header[3])
    check_size("PFM", width, height)
    shape = (height, width, 3 if header[1] == b"F" else 1)
    stored = np.dtype("<f4" if header[4].startswith(b"-") else ">f4")
    if len(data) < header.end() + 4 * width * height * shape[2]:
        raise Truncated
    values = np.frombuffer(data, stored, width * height * shape[2], header.end()).reshape(shape)[::-1]
    return Source("PFM", b"", (width, height), draw=partial(_draw, values))


def _draw(values: NDArray[np.float32]) -> Image.Image:
    scaled = eight_bit(partial(_bands, values), values.shape)
    return Image.fromarray(scaled if values.shape[2] == 3 else scaled[..., 0])


def _bands(values: NDArray[np.float32]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    rows = max(1, BAND_SAMPLES // (values.shape[1] * values.shape[2]))
    for top in range(0, len(values), rows):
        yield top, values[top : top + rows]

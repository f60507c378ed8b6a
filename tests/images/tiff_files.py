"""TIFF files of any samples, written byte by byte from an array."""

import struct
import zlib

import numpy as np

FORMATS = {"u": 1, "i": 2, "f": 3}


def samples_tiff(
    array: np.ndarray,
    order: str = "<",
    *,
    deflated: bool = False,
    predictor: int = 1,
    planar: bool = False,
    tile: tuple[int, int] | None = None,
    photometric: int | None = None,
    extra: int | None = None,
    turned: tuple[int, list[int]] | None = None,
    xmp: bytes = b"",
) -> bytes:
    """The array (H, W) or (H, W, samples) as a TIFF in strips of seven rows, or in tiles (height, width)."""
    pixels = array if array.ndim == 3 else array[..., None]
    height, width, samples = pixels.shape
    planes = [pixels[..., [k]] for k in range(samples)] if planar else [pixels]
    tall, wide = tile or (7, width)
    blocks = []
    for plane in planes:
        for top in range(0, height, tall):
            for left in range(0, width, wide):
                block = plane[top : top + tall, left : left + wide]
                if tile:
                    missing = tall - block.shape[0], wide - block.shape[1]
                    block = np.pad(block, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge")
                packed = b"".join(_row(row, order, predictor if deflated else 1) for row in block)
                blocks.append(zlib.compress(packed) if deflated else packed)
    starts = np.cumsum([8, *map(len, blocks)])[:-1].tolist()
    entries = {
        256: (4, [width]),
        257: (4, [height]),
        258: (3, [array.dtype.itemsize * 8] * samples),
        259: (3, [8 if deflated else 1]),
        262: (3, [(2 if samples >= 3 else 1) if photometric is None else photometric]),
        277: (3, [samples]),
        284: (3, [2 if planar else 1]),
        317: (3, [predictor]),
        339: (3, [FORMATS[array.dtype.kind]] * samples),
        **({322: (4, [wide]), 323: (4, [tall]), 324: (4, starts), 325: (4, [*map(len, blocks)])} if tile else {}),
        **({} if tile else {273: (4, starts), 278: (4, [tall]), 279: (4, [*map(len, blocks)])}),
        **({} if extra is None else {338: (3, [extra])}),
        **({} if turned is None else {274: turned}),
        **({700: (1, [*xmp])} if xmp else {}),
    }
    return _file(b"".join(blocks), entries, order)


def _row(row: np.ndarray, order: str, predictor: int) -> bytes:
    width, samples = row.shape
    if predictor == 2:
        numbers = row.view(f"u{row.itemsize}").copy()
        for x in range(width - 1, 0, -1):
            numbers[x] -= numbers[x - 1]
        return numbers.astype(numbers.dtype.newbyteorder(order)).tobytes()
    if predictor == 3:
        big = row.astype(row.dtype.newbyteorder(">")).tobytes()
        planes = bytearray(b"".join(big[k :: row.itemsize] for k in range(row.itemsize)))
        for at in range(len(planes) - 1, samples - 1, -1):
            planes[at] = (planes[at] - planes[at - samples]) % 256
        return bytes(planes)
    return row.astype(row.dtype.newbyteorder(order)).tobytes()


def _file(body: bytes, entries: dict[int, tuple[int, list[int]]], order: str) -> bytes:
    start = 8 + len(body)
    behind = start + 2 + 12 * len(entries) + 4
    directory, values = struct.pack(order + "H", len(entries)), b""
    for tag, (kind, numbers) in sorted(entries.items()):
        packed = struct.pack(f"{order}{len(numbers)}{'.BHHL'[kind]}", *numbers)
        if len(packed) > 4:
            packed, values = struct.pack(order + "L", behind + len(values)), values + packed
        directory += struct.pack(order + "HHL", tag, kind, len(numbers)) + packed.ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "L", start)
    return head + body + directory + bytes(4) + values

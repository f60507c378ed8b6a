"""More than a thousand files as strangers have them: cut, flipped, glued, swapped, vast, or not pictures at all."""

import random
import struct
from functools import cache

from PIL import Image

from tests.images.files import SIGNATURE, blank_png, chunk, encode, good_files, header, heic, photo

CUTS, FLIPS, RANDOM = 8, 8, 12


@cache
def strange_files() -> dict[str, bytes]:
    """The files by a name that says what was done to them; the same ones every time."""
    return {**_of_good_files(), **_noise(), **_edges(), **_vast()}


def _of_good_files() -> dict[str, bytes]:
    files, chance = {}, random.Random(0)
    good = good_files()
    names = sorted(good)
    for name, data in good.items():
        for length in sorted(chance.sample(range(len(data)), CUTS)):
            files[f"{name}, cut after {length}"] = data[:length]
        for k in range(FLIPS):
            # Headers are near the start, where one bit does most.
            reach = min(len(data), 200) if k % 2 else len(data)
            changed = bytearray(data)
            for _ in range(chance.choice([1, 1, 4, 30])):
                changed[chance.randrange(reach)] ^= 1 << chance.randrange(8)
            files[f"{name}, flipped {k}"] = bytes(changed)
        other = good[chance.choice(names)]
        start = chance.randrange(len(data))
        files[f"{name}, without its middle"] = data[: start // 2] + data[start // 2 + 40 :]
        files[f"{name}, filled up with zeros"] = data[:start] + bytes(len(data) - start)
        files[f"{name}, with the end of another"] = data[:start] + other[len(other) // 2 :]
        files[f"{name}, twice"] = data + data
    return files


def _noise() -> dict[str, bytes]:
    files, chance = {}, random.Random(1)
    heads = {name: data[:16] for name, data in good_files().items()}
    for name, head in heads.items():
        for k in range(RANDOM // 4):
            files[f"{name}, its first bytes and noise {k}"] = head[: chance.choice([4, 8, 12, 16])] + chance.randbytes(
                chance.choice([0, 3, 60, 3000])
            )
    for k in range(RANDOM):
        files[f"noise {k}"] = chance.randbytes(4**k % 70_000)
        files[f"zeros {k}"] = bytes(3**k)
    return files


def _edges() -> dict[str, bytes]:
    """Pictures of one pixel, of one row, and of the widest row that a format can hold."""
    files = {}
    for format in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "TGA", "JPEG2000", "AVIF"):
        for size in ((1, 1), (2, 1), (1, 3), (9_000, 1), (1, 9_000), (17, 3)):
            for mode in ("RGB", "L"):
                files[f"{format} {mode} of {size}"] = encode(photo(*size).convert(mode), format)
    for size in ((33, 17), (64, 64), (3_000, 100)):
        files[f"HEIC of {size}"] = heic(photo(*size))
    return files


def _vast() -> dict[str, bytes]:
    """Small files that say they are large, and files that are not pictures."""
    sides = ((60_000, 60_000), (2**31 - 1, 2**31 - 1), (65_536, 400), (0, 5), (30_000, 30_000))
    files = {
        "many empty parts": SIGNATURE + chunk(b"IDAT", b"") * 100_001,
        "thin png": blank_png(65_536, 1, 8, 2),
        "a black gif": encode(Image.new("L", (9_000, 9_000)), "GIF"),
        **{f"text {k}": text for k, text in enumerate((b"", b" ", b"P1", b"P6 ", b"BM", b"GIF89a", b"RIFF", b"<svg"))},
        **{f"only the start of {name}": data[:20] for name, data in good_files().items()},
    }
    for width, height in sides:
        narrow = min(width, 65_535), min(height, 65_535)
        files |= {
            f"png of {width}": SIGNATURE + header(width, height, 8, 6) + chunk(b"IDAT", b"x\x9c"),
            f"gif of {width}": b"GIF89a" + struct.pack("<HH", *narrow) + bytes(3) + b",\0\0\0\0\1\0\1\0\0\2\2D\1\0;",
            f"bmp of {width}": b"BM" + bytes(12) + struct.pack("<LllHHLLllLL", 40, width, height, 1, 24, *[0] * 6),
            f"pgm of {width}": b"P5 %d %d 255\n" % (width, height),
            f"text pgm of {width}": b"P2 %d %d 255\n1 2" % (width, height),
            f"tga of {width}": struct.pack("<BBBHHBHHHHBB", 0, 0, 10, 0, 0, 0, 0, 0, *narrow, 24, 0) + b"\xff" * 90,
            f"jpeg 2000 of {width}": b"\xff\x4f\xff\x51" + struct.pack(">HH8LH", 47, 0, *(width, height, 0, 0) * 2, 3),
        }
        for kind in ("heic", "avif"):
            data = good_files()[kind]
            at = data.index(b"ispe") + 8
            files[f"{kind} of {width}"] = data[:at] + struct.pack(">LL", width, height) + data[at + 8 :]
    return files

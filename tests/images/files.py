"""Picture files made on the spot: good ones in every format and mode, and hostile ones."""

import io
import struct
import zlib
from functools import cache
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image

from tests.images.tiff_files import samples_tiff

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encode(image: Image.Image, format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def heic(image: Image.Image, *others: Image.Image, **options: Any) -> bytes:
    """The image as a HEIC file; Pillow's registry is left as it is."""
    buffer = io.BytesIO()
    file = pillow_heif.from_pillow(image)
    for other in others:
        file.add_from_pillow(other)
    file.save(buffer, **options)
    return buffer.getvalue()


def photo(width: int = 61, height: int = 43) -> Image.Image:
    """A smooth picture with a red, a green and a blue side, so that turning and channel order show."""
    y, x = np.mgrid[0:height, 0:width]
    red, green = 255 * x / max(width - 1, 1), 255 * y / max(height - 1, 1)
    return Image.fromarray(np.stack([red, green, 255 - red], -1).astype(np.uint8))


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def header(width: int, height: int, bits: int, colour: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))


@cache
def blank_png(width: int, height: int, bits: int, colour: int, between: bytes = b"") -> bytes:
    """A black picture that is small on disk whatever its size; `between` goes before the pixels."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    line = bytes(1 + (width * bits * samples + 7) // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    return SIGNATURE + header(width, height, bits, colour) + between + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan is there `scans` times more: each costs time, and only a few bytes."""
    data = encode(Image.new("RGB", (side, side), "red"), "JPEG", progressive=True, subsampling=0)
    last = data[data.rindex(b"\xff\xc4") : -2]
    return data[:-2] + last * scans + b"\xff\xd9"


def tiff(entries: dict[int, tuple[int, int, int]], body: bytes = b"") -> bytes:
    """A little-endian TIFF of entries tag -> (type, count, value or offset); `body` starts behind the directory."""
    packed = b"".join(struct.pack("<HHLL", tag, *entry) for tag, entry in sorted(entries.items()))
    return b"II*\0" + struct.pack("<LH", 8, len(entries)) + packed + bytes(4) + body


@cache
def good_files() -> dict[str, bytes]:
    """Files that must decode, by a name that says what they are."""
    rgb = photo()
    grey, clear = rgb.convert("L"), rgb.copy()
    clear.putalpha(grey)
    deep = np.asarray(grey).astype(np.uint16) * 257
    files = {
        "jpeg": encode(rgb, "JPEG"),
        "progressive jpeg": encode(rgb, "JPEG", progressive=True),
        "grey jpeg": encode(grey, "JPEG"),
        "cmyk jpeg": encode(rgb.convert("CMYK"), "JPEG"),
        "mpo": encode(rgb, "MPO", save_all=True, append_images=[grey.convert("RGB")]),
        "png rgb": encode(rgb, "PNG"),
        "png rgba": encode(clear, "PNG"),
        "png la": encode(clear.convert("LA"), "PNG"),
        "png l": encode(grey, "PNG"),
        "png 1": encode(rgb.convert("1"), "PNG"),
        "png p": encode(rgb.quantize(64), "PNG"),
        "png p clear": encode(rgb.quantize(64), "PNG", transparency=3),
        "png p half clear": encode(rgb.quantize(64), "PNG", transparency=bytes(range(64))),
        "png 16": encode(Image.fromarray(deep), "PNG"),
        "apng": encode(rgb, "PNG", save_all=True, append_images=[clear.convert("RGB").rotate(180)]),
        "gif": encode(rgb, "GIF"),
        "animated gif": encode(rgb, "GIF", save_all=True, append_images=[rgb.rotate(180)]),
        "clear gif": encode(rgb.quantize(64), "GIF", transparency=3),
        "webp": encode(rgb, "WEBP"),
        "lossless webp": encode(clear, "WEBP", lossless=True),
        "animated webp": encode(rgb, "WEBP", save_all=True, append_images=[rgb.rotate(180)]),
        "bmp": encode(rgb, "BMP"),
        "bmp 1": encode(rgb.convert("1"), "BMP"),
        "bmp p": encode(rgb.quantize(200), "BMP"),
        "pbm": encode(rgb.convert("1"), "PPM"),
        "pgm": encode(grey, "PPM"),
        "pgm 16": encode(Image.fromarray(deep.astype(np.int32)), "PPM"),
        "ppm": encode(rgb, "PPM"),
        "heic": heic(rgb),
        "heic with alpha": heic(clear),
        "heic grid": heic(rgb, tile_size=32),
        "heic of two": heic(rgb, rgb.rotate(180)),
        "avif": encode(rgb, "AVIF"),
        "avif with alpha": encode(clear, "AVIF"),
        "animated avif": encode(rgb, "AVIF", save_all=True, append_images=[rgb.rotate(180)]),
        "jpeg 2000": encode(rgb, "JPEG2000"),
        "bare jpeg 2000": encode(clear, "JPEG2000", no_jp2=True),
        "tga": encode(rgb, "TGA"),
        "tga rle": encode(clear, "TGA", compression="tga_rle"),
        "ico": encode(rgb, "ICO", sizes=[rgb.size]),
        "ico bmp": encode(rgb, "ICO", sizes=[rgb.size], bitmap_format="bmp"),
        "pbm in text": text_pnm(1, np.asarray(rgb.convert("1")) ^ 1, 1),
        "pgm in text": text_pnm(2, np.asarray(grey), 255),
        "ppm in text": text_pnm(3, np.asarray(rgb), 255),
        "pfm": pfm(np.asarray(rgb) / 255),
        "grey pfm": encode(grey.convert("F"), "PPM"),
        "pcx": encode(rgb, "PCX"),
        "pcx 1": encode(rgb.convert("1"), "PCX"),
        "tiff f8": samples_tiff(np.asarray(rgb) / 255),
        "tiff f2 planar": samples_tiff((np.asarray(rgb) / 255).astype("f2"), ">", planar=True, tile=(16, 16)),
        "tiff u4 predicted": samples_tiff(np.asarray(grey).astype("u4") << 24, ">", deflated=True, predictor=2),
        "multi-page tiff": encode(rgb, "TIFF", save_all=True, append_images=[rgb.rotate(180)]),
    }
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I", "F", "I;16"):
        image = Image.fromarray(deep) if mode == "I;16" else _as(rgb, mode)
        for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
            files[f"tiff {mode} {compression}"] = encode(image, "TIFF", compression=compression)
    files["tiff jpeg"] = encode(rgb, "TIFF", compression="jpeg")
    files["tiff fax"] = encode(rgb.convert("1"), "TIFF", compression="group4")
    return files


def pfm(values: np.ndarray, order: str = "<") -> bytes:
    """A PFM file of floats (H, W) or (H, W, 3), whose rows it keeps from the bottom up."""
    head = (
        f"P{'F' if values.ndim == 3 else 'f'}\n{values.shape[1]} {values.shape[0]}\n{'-' if order == '<' else ''}1.0\n"
    )
    return head.encode() + values[::-1].astype(f"{order}f4").tobytes()


def text_pnm(form: int, samples: np.ndarray, most: int) -> bytes:
    """A PBM, PGM or PPM file in text, form 1, 2 or 3."""
    height, width = samples.shape[:2]
    head = f"P{form}\n{width} {height}\n" + ("" if form == 1 else f"{most}\n")
    return (head + " ".join(map(str, samples.astype(int).ravel().tolist())) + "\n").encode()


def _as(rgb: Image.Image, mode: str) -> Image.Image:
    if mode == "LAB":
        return Image.merge("LAB", rgb.split())
    return rgb.convert("L").convert(mode) if mode in ("I", "F") else rgb.convert(mode)

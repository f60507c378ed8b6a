"""`cnnviz.images.decode` of the largest files that it accepts: worst time, and memory beyond what the process had.

    python bench/decode.py [--rounds 3]

Each file is decoded in a process of its own, whose peak memory is read from the system; `Pillow` is Image.open and
load of the same bytes with Pillow's own limits. An ordinary photo of 12 megapixels comes first: times are also given
as ratios to Pillow's time for it.
"""

import argparse
import io
import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import _run
import numpy as np
import pillow_heif
from PIL import Image

from cnnviz.images import decode

pillow_heif.register_heif_opener()


def picture(pixels: int, mode: str = "RGB", block: int = 16, smooth: bool = True) -> Image.Image:
    """Return a picture of about `pixels` pixels, 4:3, with another colour every `block` of them."""
    height = int((pixels * 3 / 4) ** 0.5)
    size = (pixels // height, height)
    noise = np.random.default_rng(0).integers(0, 256, (size[1] // block, size[0] // block, 3), dtype=np.uint8)
    how = Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST
    return Image.fromarray(noise).resize(size, how).convert(mode)


def flat(pixels: int, mode: str = "RGB") -> Image.Image:
    """Return a picture that lossless formats can hold in 10 MB."""
    plain = picture(pixels, "RGB", 8, smooth=False)
    return plain.convert("P", dither=Image.Dither.NONE) if mode == "P" else plain.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


_QUICK = {"preset": "ultrafast"}
FILES: dict[str, Callable[[], bytes]] = {
    "an ordinary JPEG, 12 MP": lambda: saved(picture(12_000_000), "JPEG", quality=88),
    "JPEG, 24.9 MP": lambda: saved(picture(24_900_000), "JPEG"),
    "JPEG, 60 MP": lambda: saved(picture(60_000_000, block=32), "JPEG"),
    "progressive JPEG, 20 MP": lambda: saved(picture(20_000_000), "JPEG", progressive=True),
    "CMYK JPEG, 24.9 MP": lambda: saved(picture(24_900_000, "CMYK", 32), "JPEG"),
    "PNG, 24.9 MP": lambda: saved(flat(24_900_000), "PNG"),
    "RGBA PNG, 24.9 MP": lambda: saved(flat(24_900_000, "RGBA"), "PNG"),
    "palette PNG, 24.9 MP": lambda: saved(flat(24_900_000, "P"), "PNG"),
    "16-bit grey PNG, 24.9 MP": lambda: saved(
        Image.fromarray(np.asarray(flat(24_900_000, "L")).astype(np.uint16) * 257), "PNG"
    ),
    "WebP, 13.9 MP": lambda: saved(picture(13_900_000), "WEBP", method=0),
    "HEIC, 24.9 MP, in tiles": lambda: saved(picture(24_900_000), "HEIF", tile_size=512, enc_params=_QUICK),
    "AVIF, 24.9 MP": lambda: saved(picture(24_900_000), "AVIF", speed=10),
    "JPEG 2000, 8.9 MP": lambda: saved(picture(8_900_000), "JPEG2000", quality_mode="rates", quality_layers=[20]),
    "GIF, 24.9 MP": lambda: saved(flat(24_900_000, "P"), "GIF"),
    "BMP, 3.4 MP": lambda: saved(picture(3_400_000), "BMP"),
    "TIFF, deflated, 20 MP": lambda: saved(flat(20_000_000), "TIFF", compression="tiff_adobe_deflate"),
    "PPM, 3.4 MP": lambda: saved(picture(3_400_000), "PPM"),
}


def plainly(data: bytes) -> None:
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(data)) as image:
        image.load()


WAYS: dict[str, Callable[[bytes], object]] = {"decode": decode, "Pillow": plainly}


def peak(restart: bool = False) -> float:
    """Return the most memory in MB that this process has held since the last restart."""
    if restart:
        Path("/proc/self/clear_refs").write_text("5")
    return next(int(x.split()[1]) for x in Path("/proc/self/status").open() if x.startswith("VmHWM")) / 1024


def alone(way: str, data: bytes, answer: Connection) -> None:
    """Send the seconds, the growth of the peak in MB and what went wrong, of one decoding."""
    WAYS[way](saved(picture(10_000), "JPEG"))
    before, began, note = peak(restart=True), time.perf_counter(), ""
    try:
        WAYS[way](data)
    except Exception as error:
        note = str(error)[:60]
    answer.send((time.perf_counter() - began, peak() - before, note))


def measure(way: str, data: bytes) -> tuple[float, float, str]:
    # A process that is forked begins with its parent's peak: a fresh one is needed for each figure.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=alone, args=(way, data, theirs))
    process.start()
    found = ours.recv()
    process.join()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds, rows, ordinary = parser.parse_args().rounds, [], None
    for name, make in FILES.items():
        data = make()
        found = {way: [] for way in WAYS}
        for _ in range(rounds):
            for way in WAYS:
                found[way].append(measure(way, data))
        least = {way: min(each[0] for each in found[way]) for way in WAYS}
        memory = {way: max(each[1] for each in found[way]) for way in WAYS}
        worst = max(each[0] for each in found["decode"])
        ordinary = ordinary or least["Pillow"]
        ratio = least["decode"] / least["Pillow"], least["decode"] / ordinary
        times = f"{1000 * least['decode']:.0f} to {1000 * worst:.0f}", f"{1000 * least['Pillow']:.0f}"
        sizes = f"{len(data) / 1e6:.1f}", f"{memory['decode']:.0f}", f"{memory['Pillow']:.0f}"
        rows.append((name, *times, *(f"{each:.2f}" for each in ratio), *sizes, found["decode"][0][2]))
    columns = (
        "file",
        "decode ms",
        "Pillow ms",
        "ratio",
        "to the ordinary",
        "MB of file",
        "peak MB",
        "Pillow's MB",
        "refused",
    )
    _run.table(columns, rows)


if __name__ == "__main__":
    main()

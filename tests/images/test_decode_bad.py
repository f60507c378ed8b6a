"""Files that are not fine: one plain sentence, quickly, in little memory, and never any other exception."""

import os
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnnviz.errors import ImageError
from cnnviz.images import decode
from tests.conftest import some
from tests.images.files import (
    SIGNATURE,
    blank_png,
    chunk,
    encode,
    good_files,
    header,
    heic,
    many_scans,
    pfm,
    photo,
    tiff,
)
from tests.images.tiff_files import samples_tiff

GOOD = good_files()
HEADS = [
    *(b"\xff\xd8\xff", SIGNATURE, b"GIF89a", b"RIFF\0\0\0\0WEBPVP8X", b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0"),
    *(b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"P6\n3 2\n255\n", b"P3 2 1 9 ", b"P1 9 9 ", b"", b"<svg", b"%PDF-1.7"),
    *(b"PF\n3 2\n-1.0\n", b"\x0a\5\1\x08\0\0\0\0\x09\0\x09\0", b"\n\xff\xd8\xff", b"II*\0\x10\0\0\0CR\2\0"),
    *(b"\0\0\0\x10ftypheic\0\0\0\0", b"\0\0\0\x10ftypavif\0\0\0\0", b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"),
    *(b"\0\0\1\0\1\0", b"\0\0\x0a\0\0\0\0\0\0\0\0\0\x09\0\x09\0\x20\0"),
]


def outcome(data: bytes) -> str | None:
    """None when the file decodes to RGB, otherwise the sentence; anything else is a failure of the test."""
    try:
        image = decode(data)
    except ImageError as error:
        sentence = str(error)
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert "Traceback" not in sentence
        assert len(sentence) < 240
        return sentence
    assert image.mode == "RGB"
    return None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty (0 bytes)"),
        (b"\xff\xd8\xff" + bytes(10 * 2**20), "10,485,763 bytes, and at most 10,485,760"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"\xef\xbb\xbf\n <svg/>", "SVG"),
        ('<?xml version="1.0"?><svg/>'.encode("utf-16"), "SVG"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"Dear Sir or Madam", "text"),
        (b"%PDF-1.4\n", "PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC file ends too early"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1miaf", "AVIF file ends too early"),
        (b"\0\0\0\x18ftyphevc\0\0\0\0msf1hevc\0\0\0\x08moov", "film and no still picture"),
        (b"\0\0\0\x20ftypisom\0\0\0\0isomiso2", "video"),
        (b"\x1aE\xdf\xa3", "video"),
        (b"PK\x03\x04", "ZIP"),
        (bytes(range(256)), "256 bytes is not a picture of a known kind"),
        (SIGNATURE + header(60_000, 60_000, 8, 6), "60,000 x 60,000 = 3,600,000,000 pixels"),
        (blank_png(20_000, 20_000, 1, 0), "20,000 x 20,000 = 400,000,000 pixels"),
        (b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;", "65,535 x 65,535"),
        (many_scans(500, 5_000), "5,010 passes"),
        (SIGNATURE + chunk(b"IDAT", b"") * 100_001, "100,000 parts"),
        (b"\xff\xd8" + b"\xff\xfe\0\2" * 6_000, "5,000 parts"),
        (b"GIF89a\1\0\1\0\0\0\0!\xfe" + b"\1a" * 100_001, "100,000 parts"),
        (tiff({256: (4, 1, 70_000), 257: (4, 1, 70_000)}), "70,000 x 70,000"),
        (b"II+\0\x08\0\0\0", "BigTIFF"),
        (b"P3\n1 2\n255\n0 0 0\n", "PNM file ends too early"),
        (b"P2\n1 1\n255\nx", "PNM file of 12 bytes is damaged"),
        (encode(photo(), "JPEG").replace(b"\xff\xc0", b"\xff\xc9"), "rare kind of coding"),
    ],
)
def test_the_sentence_says_what_is_wrong(data, words):
    sentence = outcome(data)
    assert sentence is not None
    assert words in sentence


@pytest.mark.parametrize("name", ["jpeg", "png rgb", "gif", "webp", "bmp", "ppm", "tiff RGB tiff_lzw"])
def test_a_file_cut_in_half_is_said_to_end_too_early(name):
    data = GOOD[name][: len(GOOD[name]) // 2]
    sentence = outcome(data)
    assert sentence is not None
    assert f"ends too early, after {len(data):,} bytes" in sentence


@pytest.mark.parametrize("name", GOOD)
def test_a_file_cut_anywhere_is_an_image_or_a_sentence(name):
    data = GOOD[name]
    said = [outcome(data[:length]) for length in range(0, len(data), max(1, len(data) // 25))]
    assert any(said)


@given(
    name=st.sampled_from(sorted(GOOD)),
    flips=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=12),
    near_start=st.booleans(),
    tail=st.binary(max_size=20),
)
def test_flipped_bytes_are_an_image_or_a_sentence(name, flips, near_start, tail):
    data = bytearray(GOOD[name])
    for place, value in flips:
        data[place % len(data) if near_start else -1 - place % len(data)] = value
    outcome(bytes(data) + tail)


@given(head=st.sampled_from(HEADS), body=st.binary(max_size=300))
def test_random_bytes_behind_any_header_are_an_image_or_a_sentence(head, body):
    outcome(head + body)


@given(
    entries=st.dictionaries(
        st.sampled_from([256, 257, 258, 259, 262, 273, 274, 277, 278, 279, 284, 317, 320, 322, 323, 324, 325, 338]),
        st.tuples(
            st.sampled_from([1, 2, 3, 4, 5, 12]),
            st.sampled_from([0, 1, 3, 70_001, 2**32 - 1]),
            st.integers(0, 2**32 - 1),
        ),
    ),
    body=st.binary(max_size=200),
)
def test_absurd_tiff_directories_are_an_image_or_a_sentence(entries, body):
    outcome(tiff(entries, body))


@pytest.mark.parametrize("tail", [bytes(100), b"\xff" * 50, b"Samsung", GOOD["jpeg"]])
def test_bytes_behind_a_picture_change_nothing(tail):
    for name, data in GOOD.items():
        assert decode(data + tail).tobytes() == decode(data).tobytes(), name


def test_a_film_behind_a_photo_changes_nothing():
    film = struct.pack(">L8s8xL4s8x", 24, b"ftypmp42", 16, b"moov")
    for name in ("heic", "avif", "jpeg"):
        assert decode(GOOD[name] + film).tobytes() == decode(GOOD[name]).tobytes(), name


def test_pillows_settings_are_left_alone():
    from PIL import ImageFile

    before = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
    outcome(GOOD["jpeg"][:200])
    outcome(GOOD["jpeg"])
    assert (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES) == before == (89_478_485, False)


def test_nothing_is_started_for_a_postscript_file(monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", None)
    monkeypatch.setattr(os, "system", None)
    assert "PostScript" in (outcome(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EOF\n") or "")


TURNED = b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0"
WORST = {
    "25 megapixels rgba png": lambda: blank_png(5000, 5000, 8, 6),
    "16-bit png": lambda: blank_png(5000, 5000, 16, 0),
    "thin png": lambda: blank_png(65_535, 381, 8, 6),
    "progressive jpeg": lambda: encode(Image.new("RGB", (4899, 4899), "teal"), "JPEG", progressive=True, subsampling=0),
    "turned progressive cmyk jpeg": lambda: encode(
        Image.new("CMYK", (5000, 5000)), "JPEG", progressive=True, exif=TURNED
    ),
    "scans": lambda: many_scans(4000, 50),
    "webp": lambda: encode(Image.new("RGBA", (3741, 3741), (1, 2, 3, 4)), "WEBP", lossless=True),
    "float tiff": lambda: encode(Image.new("F", (5000, 5000), 3.5), "TIFF", compression="tiff_adobe_deflate"),
    "heic": lambda: heic(Image.new("RGB", (5000, 4999), "teal"), quality=20, enc_params={"preset": "ultrafast"}),
    "avif": lambda: encode(Image.new("RGB", (5000, 4999), "teal"), "AVIF", speed=10),
    "jpeg 2000": lambda: encode(Image.new("RGBA", (3000, 3000), "teal"), "JPEG2000"),
    "tga": lambda: encode(Image.new("RGBA", (5000, 5000), "teal"), "TGA", compression="tga_rle"),
    "pcx": lambda: encode(Image.new("RGB", (5000, 5000), "teal"), "PCX"),
    "pfm": lambda: pfm(np.zeros((930, 930, 3))),
    "pgm in text": lambda: b"P2 2000 2500 9\n" + b"7 " * 5_000_000,
    "float tiff in colour": lambda: samples_tiff(np.zeros((2500, 3000, 3), "f4"), deflated=True, tile=(512, 512)),
    "jpeg without an end": lambda: encode(Image.new("RGB", (4899, 4899), "teal"), "JPEG", progressive=True)[:-2],
    "one-strip tiff": lambda: encode(
        Image.new("RGBA", (5000, 5000)), "TIFF", compression="tiff_lzw", tiffinfo={278: 5000, 274: 6}
    ),
    "strips": lambda: tiff(
        {256: (4, 1, 255), 257: (4, 1, 65_535), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1), 277: (3, 1, 1)}
        | {273: (4, 65_535, 122), 278: (4, 1, 1), 279: (4, 65_535, 122)},
        struct.pack("<L", 500) * 65_535,
    ),
    "overlong png": lambda: (
        SIGNATURE + header(1, 1, 8, 2) + chunk(b"IDAT", zlib.compress(bytes(300_000_000), 9)) + chunk(b"IEND", b"")
    ),
}

MEASURE = """
import resource, sys, time
from PIL import Image
from cnnviz.images import Preprocessing, decode, prepare
from cnnviz.errors import ImageError
data = sys.stdin.buffer.read()
Image.init()
prepare(decode(open(sys.argv[1], "rb").read()), Preprocessing(8, (8, 8), (0,), (1,)))
before = resource.getrusage(resource.RUSAGE_SELF)
try:
    image = decode(data)
    decoded = resource.getrusage(resource.RUSAGE_SELF)
    prepare(image, Preprocessing((299, 299), (299, 299), (0,), (1,), invert=True))
    prepare(image, Preprocessing(256, (224, 224), (0,), (1,)))
except ImageError:
    decoded = resource.getrusage(resource.RUSAGE_SELF)
after = resource.getrusage(resource.RUSAGE_SELF)
seconds = decoded.ru_utime + decoded.ru_stime - before.ru_utime - before.ru_stime
print(seconds, (after.ru_maxrss - before.ru_maxrss) * 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in other units elsewhere")
@pytest.mark.parametrize("name", some(WORST))
def test_the_worst_files_stay_within_two_seconds_and_300_megabytes(name):
    root = Path(__file__).parents[2]
    small = str(root / "assets" / "gallery" / "chelsea.jpg")
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, small], input=WORST[name](), capture_output=True, cwd=root, check=True
    )
    seconds, memory = map(float, done.stdout.split())
    assert seconds < 2
    assert memory < 300e6


def test_refusing_a_bomb_takes_no_time():
    start = time.process_time()
    outcome(SIGNATURE + header(60_000, 60_000, 8, 6))
    outcome(b"P3\n100 100\n255\n" + b"#a\n" * 3_000_000)
    outcome(b"\xff\xd8" + b"\xff" * 10_000_000)
    assert time.process_time() - start < 2

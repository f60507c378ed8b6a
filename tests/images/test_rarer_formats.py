"""JPEG 2000, TGA, ICO, PCX, PFM and PNM in text: the pixels that were written come back."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnnviz.errors import ImageError
from cnnviz.images import decode
from tests.images.files import encode, pfm, photo


def on_white(image):
    """Return the pixels (H, W, 3) of an image with a constant alpha of 128, if any, by hand."""
    mode = image.mode.replace("A", "")
    pixels = np.asarray(image.convert(mode).convert("RGB")).astype(float)
    return pixels if mode == image.mode else pixels * 128 / 255 + 255 - 128


def in_mode(mode):
    if mode == "P":
        return photo().quantize(64)
    image = photo().convert(mode)
    if "A" in mode:
        image.putalpha(128)
    return image


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA"])
@pytest.mark.parametrize("compression", [None, "tga_rle"])
def test_tga(mode, compression):
    image = in_mode(mode)
    assert np.abs(np.asarray(decode(encode(image, "TGA", compression=compression))) - on_white(image)).max() < 1


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("bare", [False, True])
def test_jpeg_2000(mode, bare):
    image = in_mode(mode)
    assert np.abs(np.asarray(decode(encode(image, "JPEG2000", no_jp2=bare))) - on_white(image)).max() < 1


def test_jpeg_2000_of_16_bits():
    grey = np.asarray(photo().convert("L"))
    out = decode(encode(Image.fromarray(grey.astype("u2") * 257), "JPEG2000"))
    assert np.array_equal(np.asarray(out)[..., 0], grey)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
@pytest.mark.parametrize("coding", ["png", "bmp"])
def test_of_an_icon_the_largest_picture_is_taken(mode, coding):
    image = in_mode(mode)
    data = encode(image, "ICO", sizes=[(16, 16), image.size, (32, 32)], bitmap_format=coding)
    assert np.abs(np.asarray(decode(data)) - on_white(image)).max() < 1


def test_a_cursor_is_an_icon_with_a_place_to_click():
    data = encode(photo(), "ICO", sizes=[photo().size], bitmap_format="bmp")
    cursor = b"\0\0\2\0" + data[4:10] + struct.pack("<HH", 3, 7) + data[14:]
    assert np.array_equal(np.asarray(decode(cursor)), np.asarray(photo()))


def test_a_tga_without_a_bit_for_alpha_is_opaque():
    data = bytearray(encode(in_mode("RGBA"), "TGA"))
    data[17] &= 0xF0
    assert np.array_equal(np.asarray(decode(bytes(data))), np.asarray(photo()))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_pcx(mode):
    image = in_mode(mode)
    assert np.array_equal(np.asarray(decode(encode(image, "PCX"))), on_white(image))


@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    colours=st.sampled_from([(), (3,)]),
    order=st.sampled_from("<>"),
    seed=st.integers(0, 2**32 - 1),
)
def test_pfm(size, colours, order, seed):
    values = np.random.default_rng(seed).random((*size, *colours), np.float32)
    out = np.asarray(decode(pfm(values, order)))
    wanted = values.astype(float) * 255
    wanted = wanted if colours else np.stack([wanted] * 3, -1)
    assert np.abs(out - wanted).max() < 0.501


def test_pfm_as_pillow_writes_it():
    grey = photo().convert("L")
    assert np.array_equal(np.asarray(decode(encode(grey.convert("F"), "PPM"))), np.stack([np.asarray(grey)] * 3, -1))


@given(
    form=st.integers(1, 3),
    width=st.integers(1, 9),
    height=st.integers(1, 9),
    most=st.integers(1, 65_535),
    gaps=st.sampled_from([" ", "\n", "\r\n", " # 7 8 9\n", "\t \n"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_pnm_in_text(form, width, height, most, gaps, seed):
    most = 1 if form == 1 else most
    shape = (height, width, 3) if form == 3 else (height, width)
    samples = np.random.default_rng(seed).integers(0, most + 1, shape)
    head = [f"P{form}", str(width), str(height), *([] if form == 1 else [str(most)])]
    joined = "" if form == 1 and gaps == " " else gaps
    data = (gaps.join(head) + gaps + joined.join(map(str, samples.ravel().tolist())) + "\n").encode()
    out = np.asarray(decode(data)).astype(int)
    # In a bitmap 1 is black.
    wanted = (
        255 * (1 - samples) if form == 1 else np.array([(2 * 255 * n + most) // (2 * most) for n in samples.ravel()])
    )
    wanted = wanted.reshape(shape) if form == 3 else np.stack([wanted.reshape(shape)] * 3, -1)
    assert np.array_equal(out, wanted)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\x4f\xff\x51" + struct.pack(">HH8LH", 47, 0, 60_000, 60_000, 0, 0, 9, 9, 0, 0, 3), "60,000 x 60,000"),
        (b"\xff\x4f\xff\x51" + struct.pack(">HH8LH", 47, 0, 2_000, 2_000, 0, 0, 1, 1, 0, 0, 3), "10,000 parts"),
        (struct.pack("<BBBHHBHHHHBB", 0, 0, 2, 0, 0, 0, 0, 0, 60_000, 60_000, 24, 0), "60,000 x 60,000"),
        (struct.pack("<BBBHHBHHHHBB", 0, 0, 2, 0, 0, 0, 0, 0, 60, 60, 24, 0), "TGA file ends too early"),
        (b"\0\0\1\0\1\0" + bytes(8) + struct.pack("<LL", 40, 22) + struct.pack("<Lll", 40, 9_000, 9_000), "early"),
        (
            b"\0\0\1\0\1\0" + struct.pack("<8xLL", 52, 22) + struct.pack("<Lll40x", 40, 90_000, 9_000),
            "90,000 x 4,500",
        ),
        (b"P2 60000 60000 255\n", "60,000 x 60,000"),
        (b"P1 9 9\n0123", "damaged"),
        (b"PF\n60000 60000\n-1.0\n", "60,000 x 60,000"),
        (b"Pf\n6 6\n1.0\n" + bytes(143), "PFM file ends too early"),
        (b"PF\nsix 6\n1.0\n", "PFM file of 13 bytes is damaged"),
        (b"\x0a\5\1\x08" + struct.pack("<4H", 0, 0, 59_999, 59_999) + bytes(200), "60,000 x 60,000"),
        (b"\x0a\5\1\x08" + struct.pack("<4H", 9, 0, 3, 3) + bytes(200), "PCX file of 212 bytes is damaged"),
        (b"\x0a\5\1\x08" + bytes(20), "PCX file ends too early"),
    ],
)
def test_the_size_is_known_before_the_decoder_is_asked(data, words, monkeypatch):
    monkeypatch.setattr(Image, "open", None)
    with pytest.raises(ImageError) as refusal:
        decode(data)
    assert words in str(refusal.value)

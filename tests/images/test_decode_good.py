"""Files that are fine: what comes out is what Pillow itself, or plain arithmetic, says is in them."""

import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps

from cnnviz.images import decode
from tests.images.files import blank_png, chunk, encode, good_files, photo

GOOD = good_files()


@pytest.mark.parametrize("name", GOOD)
def test_every_format_and_mode_becomes_a_plain_rgb_image(name):
    image = decode(GOOD[name])
    assert type(image) is Image.Image
    assert image.mode == "RGB"
    assert image.size == photo().size
    assert image.info == {}


COLOURED = (
    "jpeg, progressive jpeg, cmyk jpeg, mpo, png rgb, apng, gif, animated gif, webp, animated webp, bmp, ppm, "
    "multi-page tiff, tiff RGB tiff_lzw, tiff jpeg, tiff YCbCr raw, tiff CMYK raw"
)


@pytest.mark.parametrize("name", COLOURED.split(", "))
def test_the_picture_is_the_first_one_in_the_file(name):
    difference = np.asarray(decode(GOOD[name])).astype(int) - np.asarray(photo())
    assert np.abs(difference).mean() < 10


@pytest.mark.parametrize("name", ["png 16", "pgm 16", "tiff I;16 raw", "tiff I;16 tiff_lzw", "tiff I raw"])
def test_deep_greys_keep_their_tones(name):
    grey = np.asarray(photo().convert("L"))
    assert np.array_equal(np.asarray(decode(GOOD[name]))[..., 0], grey)


def test_twelve_bits_in_sixteen_are_brought_to_the_full_range():
    stored = (np.arange(256, dtype=np.uint16) * 16 + 15).reshape(16, 16)
    image = decode(encode(Image.fromarray(stored), "TIFF"))
    assert np.array_equal(np.asarray(image)[..., 1].ravel(), np.arange(256))


def test_floats_with_holes_and_infinities_are_stretched():
    stored = np.array([[-3.0, np.nan, 5.0], [1.0, np.inf, -np.inf]], np.float32)
    image = np.asarray(decode(encode(Image.fromarray(stored), "TIFF")))[..., 0]
    assert image.tolist() == [[0, 0, 255], [128, 255, 0]]


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
def test_transparency_is_laid_on_white(format):
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    image.putpixel((1, 1), (200, 0, 0, 255))
    image.putpixel((2, 2), (0, 0, 0, 128))
    options = {"lossless": True, "exact": True} if format == "WEBP" else {}
    out = decode(encode(image, format, **options))
    assert out.getpixel((0, 0)) == (255, 255, 255)
    assert out.getpixel((1, 1)) == (200, 0, 0)
    assert out.getpixel((2, 2)) == pytest.approx((127, 127, 127), abs=1)


@pytest.mark.parametrize("name", ["png p clear", "clear gif"])
def test_a_transparent_palette_entry_is_white(name):
    indices = np.asarray(photo().quantize(64))
    assert (indices == 3).any()
    assert (np.asarray(decode(GOOD[name]))[indices == 3] == 255).all()


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_photos_stand_upright(number, format):
    exif = Image.Exif()
    exif[0x0112] = number
    options = {"lossless": True} if format == "WEBP" else {}
    if format == "TIFF":
        data = encode(photo(), format, tiffinfo={0x0112: number})
    else:
        data = encode(photo(), format, exif=exif, **options)
    turned = photo()
    turned.getexif()[0x0112] = number
    wanted = np.asarray(ImageOps.exif_transpose(turned)).astype(int)
    out = np.asarray(decode(data)).astype(int)
    assert out.shape == wanted.shape
    assert np.abs(out - wanted).mean() < 6


@pytest.mark.parametrize("size", [(1, 1), (30_000, 1), (1, 30_000)])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "BMP", "TIFF"])
def test_tiny_and_thin_pictures(size, format):
    assert decode(encode(Image.new("RGB", size, "red"), format)).size == size


def test_a_very_large_photo_is_read_at_half_its_size():
    out = decode(encode(Image.new("RGB", (8000, 6000), (200, 30, 90)), "JPEG"))
    assert out.size == (4000, 3000)
    assert out.getpixel((2000, 1500)) == pytest.approx((200, 30, 90), abs=3)


def test_a_metadata_bomb_does_not_spoil_a_good_picture():
    bomb = b"a\0\0" + zlib.compress(bytes(30_000_000), 9)
    data = blank_png(3, 2, 8, 2, chunk(b"zTXt", bomb) + chunk(b"iCCP", bomb))
    assert decode(data).size == (3, 2)

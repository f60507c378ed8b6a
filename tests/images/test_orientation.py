"""Photos stand upright however the number is written: in EXIF of either byte order and any type, or in XMP alone."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageOps

from cnnviz.images import decode
from tests.images.files import SIGNATURE, chunk, encode, photo
from tests.images.tiff_files import samples_tiff

TYPES = {"B": 1, "H": 3, "L": 4}


def exif_block(number, order, letter):
    entry = struct.pack(order + "HHL", 0x0112, TYPES[letter], 1) + struct.pack(order + letter, number).ljust(4, b"\0")
    start = b"II*\0\x08\0\0\0" if order == "<" else b"MM\0*\0\0\0\x08"
    return b"Exif\0\0" + start + struct.pack(order + "H", 1) + entry + bytes(4)


def packet(number, form):
    return (b'<x:xmpmeta><rdf:Description tiff:Orientation="%d"/>' if form else b"<tiff:Orientation>%d</") % number


def with_segment(name, body):
    """Return a JPEG, PNG or WebP of the photo, with `body` as its EXIF block or its XMP packet."""
    if name == "JPEG":
        body = body if body.startswith(b"Exif") else b"http://ns.adobe.com/xap/1.0/\0" + body
        data = encode(photo(), name, quality=95, subsampling=0)
        return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]
    if name == "PNG":
        first = (
            chunk(b"eXIf", body[6:])
            if body.startswith(b"Exif")
            else chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + body)
        )
        data = encode(photo(), name)
        return SIGNATURE + data[8:33] + first + data[33:]
    return encode(photo(), name, lossless=True, **{"exif" if body.startswith(b"Exif") else "xmp": body})


def assert_upright(data, number):
    turned = photo()
    turned.getexif()[0x0112] = number
    wanted = np.asarray(ImageOps.exif_transpose(turned)).astype(int)
    out = np.asarray(decode(data)).astype(int)
    assert out.shape == wanted.shape
    assert np.abs(out - wanted).mean() < 3


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_any_type_and_byte_order(name, number):
    for order in "<>":
        for letter in TYPES:
            assert_upright(with_segment(name, exif_block(number, order, letter)), number)
    for form in (0, 1):
        assert_upright(with_segment(name, packet(number, form)), number)


def test_exif_is_believed_before_xmp():
    data = with_segment("JPEG", packet(6, 0))
    body = exif_block(3, ">", "H")
    assert_upright(data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:], 3)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
def test_a_tiff_turned_by_a_number_of_any_type_or_by_xmp(order, dtype):
    grey = np.asarray(photo().convert("L"))
    array = (grey / 255).astype("f4") if dtype == "f4" else grey.astype(dtype) * (257 if dtype == "u2" else 1)
    for kind in (3, 4):
        out = decode(samples_tiff(array, order, turned=(kind, [6])))
        assert np.array_equal(np.asarray(out)[..., 0], np.rot90(grey, -1))
    out = decode(samples_tiff(array, order, xmp=packet(6, 1)))
    assert np.array_equal(np.asarray(out)[..., 0], np.rot90(grey, -1))


@pytest.mark.parametrize("number", [0, 9, 255])
def test_a_number_that_does_not_exist_turns_nothing(number):
    assert decode(with_segment("PNG", exif_block(number, ">", "H"))).size == photo().size


def test_a_flip_is_no_turn():
    assert isinstance(decode(with_segment("PNG", exif_block(2, ">", "L"))), Image.Image)
    assert_upright(with_segment("PNG", exif_block(2, ">", "L")), 2)

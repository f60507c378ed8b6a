"""HEIC and AVIF: the primary picture, upright, and nothing that is larger than its file says."""

import io
import struct
from dataclasses import replace

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from cnnviz.errors import ImageError
from cnnviz.images import decode
from cnnviz.images.formats import heif
from tests.images.files import encode, heic, photo

PHOTO = np.asarray(photo()).astype(int)
LOSSLESS = {"HEIC": {"quality": -1, "chroma": 444}, "AVIF": {"quality": 100, "subsampling": "4:4:4"}}


def saved(image, kind, *others, **options):
    return heic(image, *others, **options) if kind == "HEIC" else encode(image, "AVIF", **options)


def pixels(data):
    return np.asarray(decode(data)).astype(int)


@pytest.mark.parametrize("kind", LOSSLESS)
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_the_pixels_come_back(kind, mode):
    image = photo().convert(mode)
    if "A" in mode:
        image.putalpha(128)
    wanted = np.asarray(image.convert(mode.replace("A", "")).convert("RGB")).astype(float)
    if "A" in mode:
        wanted = wanted * 128 / 255 + 127
    assert np.abs(pixels(saved(image, kind, **LOSSLESS[kind])) - wanted).max() <= 3


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("kind", LOSSLESS)
def test_photos_are_turned_once(kind, number):
    exif = Image.Exif()
    exif[0x0112] = number
    data = saved(photo(), kind, exif=exif.tobytes(), **LOSSLESS[kind])
    turned = photo()
    turned.getexif()[0x0112] = number
    assert np.abs(pixels(data) - np.asarray(ImageOps.exif_transpose(turned))).max() <= 3


@pytest.mark.parametrize("first", [0, 1])
def test_of_several_pictures_the_primary_one_is_taken(first):
    pictures = [photo(), photo().rotate(180)]
    data = heic(*pictures, primary_index=first, **LOSSLESS["HEIC"])
    assert np.abs(pixels(data) - np.asarray(pictures[first])).max() <= 3


def test_a_film_is_left_alone_for_the_still_picture_beside_it():
    data = saved(photo(), "AVIF", save_all=True, append_images=[photo().rotate(180)], **LOSSLESS["AVIF"])
    assert data[8:12] == b"avis"
    assert b"moov" in data
    assert np.abs(pixels(data) - PHOTO).max() <= 3


def test_a_grid_of_tiles_as_phones_write_it():
    data = saved(photo(300, 200), "HEIC", tile_size=64, **LOSSLESS["HEIC"])
    assert b"grid" in data
    assert np.abs(pixels(data) - np.asarray(photo(300, 200))).max() <= 3


@pytest.mark.parametrize("bits", [10, 12])
@pytest.mark.parametrize("mode", ["L;16", "RGB;16", "RGBA;16"])
def test_ten_and_twelve_bits(bits, mode, monkeypatch):
    monkeypatch.setattr(pillow_heif.options, "SAVE_HDR_TO_12_BIT", bits == 12)
    deep = np.dstack([PHOTO * 257, np.full(PHOTO.shape[:2], 65_535)]).astype("u2")
    deep = {"L;16": deep[..., 0], "RGB;16": deep[..., :3], "RGBA;16": deep}[mode]
    buffer = io.BytesIO()
    pillow_heif.encode(mode, photo().size, np.ascontiguousarray(deep).tobytes(), buffer, **LOSSLESS["HEIC"])
    assert np.abs(pixels(buffer.getvalue()) - (PHOTO[..., :1] if mode == "L;16" else PHOTO)).max() <= 1


def test_a_profile_changes_no_pixel():
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind, options in LOSSLESS.items():
        with_it = saved(photo(), kind, icc_profile=profile, **options)
        assert np.abs(pixels(with_it) - PHOTO).max() <= 3


def sized(data, width, height):
    """Return the file with this size in every box that names one."""
    changed, at = bytearray(data), -1
    while (at := data.find(b"ispe", at + 1)) > 0:
        changed[at + 8 : at + 16] = struct.pack(">LL", width, height)
    return bytes(changed)


def sentence(data):
    with pytest.raises(ImageError) as refusal:
        decode(data)
    return str(refusal.value)


@pytest.mark.parametrize("kind", LOSSLESS)
def test_the_size_is_known_before_a_decoder_is_asked(kind, monkeypatch):
    data = sized(saved(photo(), kind), 60_000, 50_000)
    monkeypatch.setattr(pillow_heif, "open_heif", None)
    monkeypatch.setattr(Image, "open", None)
    assert "60,000 x 50,000 = 3,000,000,000 pixels" in sentence(data)


@pytest.mark.parametrize("kind", LOSSLESS)
def test_a_small_size_hides_no_large_picture(kind, monkeypatch):
    data = sized(saved(photo(700, 500), kind), 64, 64)
    seen = []
    monkeypatch.setattr(Image, "new", lambda *a, **k: seen.append(a))
    monkeypatch.setattr(Image, "frombytes", lambda *a, **k: seen.append(a))
    assert "damaged" in sentence(data)
    assert not seen


def test_a_grid_hides_no_large_canvas():
    data = bytearray(saved(photo(300, 200), "HEIC", tile_size=64))
    canvas = data.index(struct.pack(">HH", 300, 200))
    data[canvas : canvas + 4] = struct.pack(">HH", 60_000, 60_000)
    assert "60,000 x 60,000" in sentence(bytes(data))


def test_many_tiles_hide_no_long_work():
    data = saved(photo(300, 200), "HEIC", tile_size=64)
    assert "tiles of 100,000,000 pixels in all" in sentence(sized(data, 2500, 2000))


@pytest.mark.parametrize("kind", LOSSLESS)
def test_a_file_that_is_cut_off_ends_too_early(kind):
    data = saved(photo(), kind)
    assert "ends too early" in sentence(data[:-5])
    assert "ends too early" in sentence(data[:40])


@pytest.mark.parametrize("coding", [b"jpeg", b"unci", b"what"])
def test_other_codings_are_named(coding):
    data = saved(photo(), "HEIC").replace(b"hvc1", coding)
    named = {b"jpeg": "stored as JPEG", b"unci": "uncompressed samples", b"what": "data of an unknown kind"}[coding]
    assert named in sentence(data)


@pytest.mark.parametrize("kind", LOSSLESS)
def test_the_same_bytes_are_not_read_over_and_over(kind, monkeypatch):
    data = saved(photo(), kind)
    read_items = heif.items

    def repeated(*told):
        known = read_items(*told)
        again = {
            number: replace(
                item, extents=((0, len(data)),) * 1_000 if item.kind in (b"hvc1", b"av01") else item.extents
            )
            for number, item in known.found.items()
        }
        return replace(known, found=again)

    monkeypatch.setattr(heif, "items", repeated)
    monkeypatch.setattr(Image, "open", None)
    assert "damaged" in sentence(data)

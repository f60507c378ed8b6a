"""Kinds of files that are not read are called what they are, with what to do; stray bytes before a picture are not."""

import io
import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.errors import ImageError
from cnnviz.images import decode
from tests.images.files import encode, good_files, photo, tiff


def written(write, *arguments, **named):
    buffer = io.BytesIO()
    write(buffer, *arguments, **named)
    return buffer.getvalue()


def raw(make, *, order="<", inside=True, photometric=32803, more=()):
    """A TIFF as cameras write it: a small picture, and inside of its directory that of what the sensor measured."""
    text = make.encode() + b"\0"
    entries = {254: (4, 1, 1), 256: (4, 1, 2), 257: (4, 1, 1), 258: (3, 1, 8), 262: (3, 1, 1), **dict(more)}
    after = 8 + 2 + 12 * (len(entries) + 1 + inside) + 4
    entries[271] = (2, len(text), after)
    entries[330 if inside else 262] = (4, 1, after + len(text)) if inside else (3, 1, photometric)

    def packed(several):
        fields = []
        for tag, (kind, count, value) in sorted(several.items()):
            stored = struct.pack(order + "HH", value, 0) if kind == 3 else struct.pack(order + "L", value)
            fields.append(struct.pack(order + "HHL", tag, kind, count) + stored)
        return struct.pack(order + "H", len(several)) + b"".join(fields) + bytes(4)

    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "L", 8) + packed(entries)
    assert len(head) == after
    return head + text + packed({254: (4, 1, 0), 262: (3, 1, photometric)})


EXPORT = "export it as PNG or JPEG"
ARRAY = "PIL.Image.fromarray(.*).save"
PAM = b"P7\nWIDTH 2\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n\1\2"
KINDS = {
    "DICOM": (bytes(128) + b"DICM\2\0\0\0UL\4\0", "a DICOM file", EXPORT),
    "OpenEXR": (b"v/1\x01\2\0\0\0channels\0chlist\0", "an OpenEXR file", EXPORT),
    "FITS": (b"SIMPLE  =                    T / conforms to FITS standard".ljust(2880), "a FITS file", EXPORT),
    "npy": (written(np.save, np.zeros((4, 4, 3), "u1")), r"a NumPy array \(.npy\)", ARRAY),
    "npz": (written(np.savez, picture=np.zeros((4, 4))), r"a NumPy archive \(.npz\)", ARRAY),
    "compressed npz": (written(np.savez_compressed, a=np.zeros(9)), r"a NumPy archive \(.npz\)", ARRAY),
    "PAM": (PAM, "a PAM file", "as PNG"),
    "PSD": (b"8BPS\0\1" + bytes(20), "a Photoshop document", EXPORT),
    "Radiance": (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n", "a Radiance file", EXPORT),
    "NIfTI": (struct.pack("<L", 348).ljust(344, b"\0") + b"n+1\0", "a NIfTI file", EXPORT),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(90), "an HDF5 file", "take one picture"),
    "SGI": (encode(photo(), "SGI"), "an SGI file", EXPORT),
    "DDS": (encode(photo(), "DDS"), "a DirectDraw surface", EXPORT),
    "ICNS": (encode(photo(64, 64), "ICNS"), "a set of icons", EXPORT),
    "QOI": (encode(photo(), "QOI"), "a QOI file", "as JPEG, PNG or WebP"),
    "Canon CR2": (b"II*\0\x10\0\0\0CR\2\0" + bytes(90), r"raw file \(Canon CR2\)", EXPORT),
    "Canon CR3": (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", r"raw file \(Canon CR3\)", EXPORT),
    "Nikon": (raw("NIKON CORPORATION", order=">"), r"raw file \(Nikon NEF\)", EXPORT),
    "Sony": (raw("SONY"), r"raw file \(Sony ARW\)", EXPORT),
    "Pentax, without a preview": (raw("PENTAX Corporation", inside=False), r"raw file \(Pentax PEF\)", EXPORT),
    "any maker": (raw("Some \x1b\nmaker"), r"raw file \(of another maker\)", EXPORT),
    "DNG": (raw("Apple", photometric=34892, more={50706: (1, 4, 0x0401)}), r"raw file \(DNG\)", EXPORT),
    "Fujifilm": (b"FUJIFILMCCD-RAW 0201FF129502" + bytes(90), r"raw file \(Fujifilm RAF\)", EXPORT),
    "Panasonic": (b"IIU\0\x18\0\0\0" + bytes(90), r"raw file \(Panasonic RW2\)", EXPORT),
    "Olympus": (b"IIRO\x08\0\0\0" + bytes(90), r"raw file \(Olympus ORF\)", EXPORT),
}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_named_with_what_to_do(name):
    data, kind, instead = KINDS[name]
    with pytest.raises(ImageError, match=rf"{kind}.*; .*{instead}") as caught:
        decode(data)
    assert str(caught.value).startswith("This is ")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("photometric", [1, 2])
def test_a_tiff_with_an_ordinary_picture_inside_of_another_is_read(photometric):
    data = tiff({256: (4, 1, 2), 257: (4, 1, 1), 258: (3, 1, 8), 262: (3, 1, 1), 273: (4, 1, 110), 330: (4, 1, 112)})
    data = data.ljust(110, b"\0") + b"\x40\xc0" + struct.pack("<HHHLHH", 1, 262, 3, 1, photometric, 0)
    assert np.asarray(decode(data))[0, :, 0].tolist() == [0x40, 0xC0]


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 255))
def test_a_raw_file_that_is_cut_or_changed_is_an_image_or_a_sentence(end, place, value):
    data = bytearray(raw("NIKON", order=">"))
    data[place % len(data)] = value
    with suppress(ImageError):
        assert decode(bytes(data[: len(data) - end % len(data)])).mode == "RGB"


STRAY = [b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\0", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"\xff", b"<br>\n", b"   \t\n"]


@pytest.mark.parametrize("stray", STRAY)
@pytest.mark.parametrize("name", ["jpeg", "progressive jpeg", "cmyk jpeg", "png rgba", "gif", "webp"])
def test_a_few_bytes_before_a_picture_change_nothing(name, stray):
    data = good_files()[name]
    assert decode(stray + data).tobytes() == decode(data).tobytes()


@pytest.mark.parametrize("stray", STRAY)
def test_of_a_cut_picture_behind_them_the_same_is_said(stray):
    with pytest.raises(ImageError, match="This JPEG file ends too early"):
        decode(stray + good_files()["jpeg"][:300])


def test_a_picture_far_behind_something_else_is_not_looked_for():
    with pytest.raises(ImageError, match=r"This is text|is not a picture of a known kind"):
        decode(b"some letters that somebody wrote to somebody\n" + good_files()["jpeg"])

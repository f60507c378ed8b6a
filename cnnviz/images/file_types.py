"""What a file that is no picture is, by its first bytes; its name is not believed."""

from collections.abc import Iterator

from cnnviz.images.camera_raw import raw_kind

_WANTED = "save the picture as JPEG, PNG or WebP"
_EXPORTED = "export it as PNG or JPEG from a program that opens it"
_ARRAY = 'save it as a picture: PIL.Image.fromarray(array).save("picture.png")'

_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", _WANTED),
    (b"%!", "a PostScript document", _WANTED),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document", _WANTED),
    (b"8BPS", "a Photoshop document (PSD)", _EXPORTED),
    (b"\0\0\0\x0cJXL ", "a JPEG XL file", _WANTED),
    (b"\xff\x0a", "a JPEG XL file", _WANTED),
    (b"qoif", "a QOI file", _WANTED),
    (b"gimp xcf", "a GIMP document", _EXPORTED),
    (b"v/1\x01", "an OpenEXR file", _EXPORTED),
    (b"#?RADIANCE", "a Radiance file (HDR)", _EXPORTED),
    (b"#?RGBE", "a Radiance file (HDR)", _EXPORTED),
    (b"SIMPLE  =", "a FITS file of astronomy", _EXPORTED),
    (b"\x93NUMPY", "a NumPy array (.npy)", _ARRAY),
    (b"P7\n", "a PAM file of Netpbm", "save it as PNG, or as PPM by pamtopnm"),
    (b"P7 332", "a thumbnail of xv", _EXPORTED),
    (b"DDS ", "a DirectDraw surface (DDS)", _EXPORTED),
    (b"\x01\xda", "an SGI file", _EXPORTED),
    (b"icns", "a set of icons (ICNS)", _EXPORTED),
    (b"AT&TFORM", "a DjVu document", _EXPORTED),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile (WMF)", _EXPORTED),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", "take one picture of it and save that as PNG or JPEG"),
    (b"MATLAB 5.0 MAT-file", "a MATLAB file", "take one picture of it and save that as PNG or JPEG"),
    (b"PK\x03\x04", "a ZIP archive or an office document", _WANTED),
    (b"\x1f\x8b", "a gzip archive", _WANTED),
    (b"7z\xbc\xaf", "a 7z archive", _WANTED),
    (b"Rar!", "a RAR archive", _WANTED),
    (b"\xd0\xcf\x11\xe0", "an office document", _WANTED),
    (b"\x1aE\xdf\xa3", "a video (Matroska or WebM)", _WANTED),
    (b"ID3", "a sound file", _WANTED),
    (b"OggS", "a sound or video file", _WANTED),
    (b"\x7fELF", "a program", _WANTED),
    (b"MZ", "a program", _WANTED),
)


def refusal(data: bytes) -> str:
    """The sentence for a file that `cnnviz.images.decode` does not read: what it is, and what to do."""
    if kind := raw_kind(data):
        return f"This is a camera's raw file ({kind}), what the sensor measured and not yet a picture; {_EXPORTED}."
    for name, instead in _inside(data):
        return f"This is {name}, not a picture that can be read here; {instead}."
    if data[:4] == b"RIFF":
        return f"This is a sound or video file (RIFF), not a photo; {_WANTED}."
    if data[4:8] == b"ftyp":
        return f"This is a video, not a photo; take one frame of it and {_WANTED}."
    return _text_refusal(data)


def _inside(data: bytes) -> Iterator[tuple[str, str]]:
    if data[128:132] == b"DICM":
        yield "a DICOM file of medicine", _EXPORTED
    if data[344:348] in (b"n+1\0", b"ni1\0"):
        yield "a NIfTI file of medicine", _EXPORTED
    # The first file of a zip has its name here.
    if data.startswith(b"PK\x03\x04") and b".npy" in data[30:300]:
        yield "a NumPy archive (.npz)", _ARRAY
    for magic, name, instead in _OTHERS:
        if data.startswith(magic):
            yield name, instead


def _text_refusal(data: bytes) -> str:
    start = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start[2:].replace(b"\0", b"")
    start = start.strip().lower()
    if b"<svg" in start:
        return "This is an SVG drawing, which is made of shapes and has no pixels; export it as PNG."
    if start.startswith(b"<"):
        return f"This is a web page or other marked-up text, not a picture; {_WANTED}."
    if start and not any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in start):
        return f"This is text, not a picture; {_WANTED}."
    return f"This file of {len(data):,} bytes is not a picture of a known kind; {_WANTED}."

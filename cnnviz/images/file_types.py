"""What a file that is no picture is, by its first bytes; its name is not believed."""

_WANTED = "save the picture as JPEG, PNG or WebP"

_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"%!", "a PostScript document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document"),
    (b"8BPS", "a Photoshop document"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL file"),
    (b"\xff\x0a", "a JPEG XL file"),
    (b"qoif", "a QOI file"),
    (b"gimp xcf", "a GIMP document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"\x1aE\xdf\xa3", "a video (Matroska or WebM)"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound or video file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)


def refusal(data: bytes) -> str:
    """The sentence for a file of none of `cnnviz.images.formats.FORMATS`: what it is."""
    for magic, name in _OTHERS:
        if data.startswith(magic):
            return f"This is {name}, not a picture that can be read here; {_WANTED}."
    if data[:4] == b"RIFF":
        return f"This is a sound or video file (RIFF), not a photo; {_WANTED}."
    if data[4:8] == b"ftyp":
        return f"This is a video, not a photo; take one frame of it and {_WANTED}."
    return _text_refusal(data)


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

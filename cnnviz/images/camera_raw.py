"""What a camera's sensor measured: many makers keep it in a file that begins as a TIFF, with a small preview first."""

import struct

_MOST_ENTRIES = 1000
_MOST_DIRECTORIES = 16
_MAKE, _PHOTOMETRIC, _INSIDE, _DNG = 271, 262, 330, 50706
# One colour a pixel as the filters in front of the sensor have it, and the same made linear.
_MEASURED = (32803, 34892)
_TIFF = (b"II*\0", b"MM\0*")
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"FUJIFILMCCD-RAW", "Fujifilm RAF"),
    (b"IIU\0", "Panasonic RW2"),
    (b"IIRO", "Olympus ORF"),
    (b"IIRS", "Olympus ORF"),
    (b"MMOR", "Olympus ORF"),
    (b"II\x1a\0\0\0HEAPCCDR", "Canon CRW"),
    (b"FOVb", "Sigma X3F"),
    (b"\0MRM", "Minolta MRW"),
)
_MAKERS = {
    b"nikon": "Nikon NEF",
    b"sony": "Sony ARW",
    b"canon": "Canon CR2",
    b"pentax": "Pentax PEF",
    b"ricoh": "Pentax PEF",
    b"samsung": "Samsung SRW",
    b"hasselblad": "Hasselblad 3FR",
    b"phase one": "Phase One IIQ",
    b"leaf": "Leaf MOS",
    b"epson": "Epson ERF",
    b"kodak": "Kodak DCR",
    b"eastman kodak": "Kodak DCR",
}


def raw_kind(data: bytes) -> str:
    """Return which kind of a camera's raw file the bytes begin, such as "Nikon NEF", "" for any other file."""
    for begin, kind in _BEGINNINGS:
        if data.startswith(begin):
            return kind
    if data[4:12] == b"ftypcrx ":
        return "Canon CR3"
    if data[:4] not in _TIFF:
        return ""
    if data[8:11] == b"CR\2":
        return "Canon CR2"
    order = "<" if data[:1] == b"I" else ">"
    first = _directory(data, order, *struct.unpack_from(f"{order}L", data.ljust(8, b"\0"), 4))
    if _DNG in first:
        return "DNG"
    inside = (_directory(data, order, start) for start in _numbers(data, order, first.get(_INSIDE)))
    if not any(set(_numbers(data, order, each.get(_PHOTOMETRIC))) & set(_MEASURED) for each in (first, *inside)):
        return ""
    make = _values(data, order, first.get(_MAKE)).lower()
    return next((kind for maker, kind in _MAKERS.items() if make.startswith(maker)), "of another maker")


def _directory(data: bytes, order: str, start: int) -> dict[int, bytes]:
    """The twelve bytes of each entry by its tag; what is cut off is left out."""
    if start + 2 > len(data):
        return {}
    (count,) = struct.unpack_from(f"{order}H", data, start)
    entries = (data[at : at + 12] for at in range(start + 2, start + 2 + 12 * min(count, _MOST_ENTRIES), 12))
    return {struct.unpack_from(f"{order}H", entry)[0]: entry for entry in entries if len(entry) == 12}


def _numbers(data: bytes, order: str, entry: bytes | None) -> tuple[int, ...]:
    values = _values(data, order, entry)
    letter, size = ("H", 2) if entry and entry[2:4] == struct.pack(f"{order}H", 3) else ("L", 4)
    return struct.unpack(f"{order}{len(values) // size}{letter}", values[: len(values) // size * size])


def _values(data: bytes, order: str, entry: bytes | None) -> bytes:
    """The values of an entry of text, whole numbers of 2 or 4 bytes, or places of directories; the first few."""
    if entry is None:
        return b""
    _, kind, count, start = struct.unpack(f"{order}HHLL", entry)
    length = {2: 1, 3: 2, 4: 4, 13: 4}.get(kind, 0) * min(count, _MOST_DIRECTORIES)
    # What fits into the entry stands in it.
    whole = {2: 1, 3: 2, 4: 4, 13: 4}.get(kind, 0) * count
    return entry[8 : 8 + length] if whole <= 4 else data[start : start + length]

"""HEIF (ISO/IEC 23008-12): the primary picture of a HEIC file (HEVC) or of an AVIF file (AV1), never its film.

The size is known from the file's boxes, for every tile, before a decoder sees it. libheif holds HEVC to the size that
the boxes name; AV1's own size is read here. EXIF's orientation is passed over, as the standard has it: the properties
`irot` and `imir` say which way up the picture is.
"""

import struct
from dataclasses import dataclass
from functools import partial

from PIL import Image

from cnnviz.errors import ImageError
from cnnviz.images.formats import av1
from cnnviz.images.formats.item_boxes import Box, Item, Items, boxes, items
from cnnviz.images.source import MAX_PIXELS, Damaged, Source, Truncated, check_memory, check_parts, check_size

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_MAX_TILES = 2_000
_MADE_OF_OTHERS = {b"grid", b"iden"}
_CODINGS = {
    b"hvc1": "HEVC",
    b"av01": "AV1",
    b"jpeg": "JPEG",
    b"avc1": "H.264",
    b"vvc1": "VVC",
    b"j2k1": "JPEG 2000",
    b"unci": "uncompressed samples",
    b"iovl": "an overlay of several pictures",
}
_ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")
# What an EXIF number becomes by one more turn to the left, mirrored left to right, and upside down.
_ANTICLOCKWISE = {1: 8, 8: 3, 3: 6, 6: 1, 2: 5, 5: 4, 4: 7, 7: 2}
_MIRRORED = {1: 2, 2: 1, 3: 4, 4: 3, 5: 6, 6: 5, 7: 8, 8: 7}
_UPENDED = {1: 4, 4: 1, 2: 3, 3: 2, 5: 8, 8: 5, 6: 7, 7: 6}


@dataclass(frozen=True)
class _Cost:
    """What decoding an item takes: its coded parts, the pixels of its canvas, and those of all its parts."""

    coded: tuple[Item, ...]
    canvas: int
    decoded: int


def kind_of(data: bytes) -> str:
    """HEIC or AVIF, by the brands at the start of the file; nothing for other files."""
    if data[4:8] != b"ftyp":
        return ""
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, min(len(data), 64), 4))}
    return "AVIF" if brands & _AVIF_BRANDS else "HEIC" if brands & _HEIC_BRANDS else ""


def read(data: bytes) -> Source:
    """The primary picture of a HEIC or AVIF file, drawn by libheif or by Pillow's libavif."""
    kind = kind_of(data)
    outer = _outer(data)
    if b"meta" not in outer:
        if b"moov" in outer:
            raise ImageError(
                f"This {kind} file holds a film and no still picture; save one frame of it as JPEG or PNG."
            )
        raise Truncated
    known = items(data, outer[b"meta"])
    costs = [_cost(kind, data, known, number) for number in (known.primary, *_alpha(known))]
    check_parts(kind, sum(len(cost.coded) for cost in costs), _MAX_TILES)
    coded = [item for cost in costs for item in cost.coded]
    _check_coding(kind, data, coded)
    check_memory(kind, _held(costs))
    still = _without_film(data, outer)
    picture = known.found[known.primary]
    width, height = _sides(picture)
    if coded[0].kind == b"hvc1":
        return Source("HEIF", data, (width, height), draw=partial(_draw, still, width * height))
    for item in coded:
        av1.check(b"".join(data[at:end] for at, end in item.extents), *_sides(item))
    return Source("AVIF", still, (width, height), _turned(picture))


def _outer(data: bytes) -> dict[bytes, Box]:
    """The first box of each name. Phones put a film or other bytes of their own behind the picture."""
    found: dict[bytes, Box] = {}
    try:
        for box in boxes(data, 0, len(data)):
            found.setdefault(box[0], box)
    except (Truncated, Damaged):
        if b"meta" not in found:
            raise
    return found


def _cost(kind: str, data: bytes, known: Items, number: int, depth: int = 0) -> _Cost:
    item = known.found.get(number)
    if item is None or depth > 3:
        raise Damaged("no picture")
    width, height = _sides(item)
    check_size(kind, width, height)
    if item.kind not in _MADE_OF_OTHERS:
        return _Cost((item,), width * height, width * height)
    if item.kind == b"grid":
        _check_grid(kind, data, item)
    check_parts(kind, len(item.parts), _MAX_TILES)
    parts = [_cost(kind, data, known, part, depth + 1) for part in item.parts]
    coded = tuple(one for part in parts for one in part.coded)
    check_parts(kind, len(coded), _MAX_TILES)
    if not coded:
        raise Damaged("no tiles")
    decoded = sum(part.decoded for part in parts)
    # Tiles may reach beyond the picture at its right and lower side, by less than one of them.
    if decoded > 2 * MAX_PIXELS:
        raise ImageError(
            f"This {kind} picture of {width:,} x {height:,} pixels is made of tiles of {decoded:,} pixels in all, and "
            f"at most {2 * MAX_PIXELS:,} can be read; save it as JPEG or PNG."
        )
    return _Cost(coded, width * height, decoded)


def _sides(item: Item) -> tuple[int, int]:
    """(width, height) of an item before it is turned: the larger, if it is said more than once."""
    sizes = [struct.unpack_from(">4xLL", body) for body in item.all(b"ispe") if len(body) >= 12]
    if not sizes:
        raise Damaged("no size")
    return max(width for width, _ in sizes), max(height for _, height in sizes)


def _length(item: Item) -> int:
    return sum(end - at for at, end in item.extents)


def _check_grid(kind: str, data: bytes, item: Item) -> None:
    """A grid names its size once more, and a decoder may believe that one."""
    if _length(item) > 100:
        raise Damaged("grid")
    body = b"".join(data[at:end] for at, end in item.extents)
    form = ">LL" if body[1:2] == b"\1" else ">HH"
    if len(body) < 4 + struct.calcsize(form):
        raise Truncated
    check_size(kind, *struct.unpack_from(form, body, 4))


def _alpha(known: Items) -> list[int]:
    """The items that hold the transparency of the primary one or of its tiles."""
    picture = known.found.get(known.primary, Item(b""))
    beside = (number for owner in (known.primary, *picture.parts) for number in known.auxiliary.get(owner, ()))
    return [
        number
        for number in dict.fromkeys(beside)
        if any(body[4:].startswith(_ALPHA) for body in known.found.get(number, Item(b"")).all(b"auxC"))
    ]


def _check_coding(kind: str, data: bytes, coded: list[Item]) -> None:
    for item in coded:
        if item.kind not in (b"hvc1", b"av01") or item.kind != coded[0].kind:
            raise ImageError(
                f"The picture in this {kind} file is stored as {_CODINGS.get(item.kind, 'data of an unknown kind')}, "
                "which cannot be read here; save it as JPEG or PNG."
            )
        if not item.extents or any(end > len(data) for _, end in item.extents):
            raise Truncated
    if sum(_length(item) for item in coded) > 2 * len(data):
        raise Damaged("the same bytes over and over")


def _held(costs: list[_Cost]) -> int:
    """Bytes that decoder and Pillow hold at once: the planes, the same samples side by side, and the picture.

    libavif's planes are in memory twice, its decoder's and its own. Measured on pictures of 24 megapixels.
    """
    size, samples = _planes(costs[0].coded[0])
    planes = size * (samples if costs[0].coded[0].kind == b"hvc1" else 2 * samples)
    return int(costs[0].canvas * (planes + 7) + sum(cost.canvas for cost in costs[1:]) * (2 * size + 1))


def _planes(item: Item) -> tuple[int, float]:
    """(bytes of a sample, samples of a pixel) of a coded item, by what its decoder is told."""
    for body in item.all(b"hvcC"):
        if len(body) > 17:
            return 2 if body[17] & 7 else 1, (1, 1.5, 2, 3)[body[16] & 3]
    for body in item.all(b"av1C"):
        if len(body) > 2:
            flags = body[2]
            halved = 1 + (not flags >> 3 & 1) + (not flags >> 2 & 1)
            return 2 if flags & 0x40 else 1, 1 if flags & 0x10 else (0, 1.5, 2, 3)[halved]
    raise Damaged("no decoder configuration")


def _turned(item: Item) -> int:
    """The EXIF number of the rotations and reflections that AVIF asks for; libheif carries out those of HEIC itself."""
    number = 1
    for name, body in item.properties:
        if name == b"irot" and body:
            for _ in range(body[0] & 3):
                number = _ANTICLOCKWISE[number]
        elif name == b"imir" and body:
            number = (_MIRRORED if body[0] & 1 else _UPENDED)[number]
    return number


def _without_film(data: bytes, outer: dict[bytes, Box]) -> bytes:
    """The file without its image sequence, which decoders prefer where there is one."""
    if b"moov" not in outer:
        return data
    _, film, _ = outer[b"moov"]
    _, brands, end = outer.get(b"ftyp", (b"", 8, 8))
    named = data[brands:end].replace(b"avis", b"avif").replace(b"msf1", b"mif1").replace(b"hevc", b"heic")
    name = data.rindex(b"moov", 0, film)
    return data[:brands] + named + data[end:name] + b"free" + data[name + 4 :]


def _draw(data: bytes, pixels: int) -> Image.Image:
    import pillow_heif  # only this kind of file needs it

    file = pillow_heif.open_heif(data)
    picture = file[file.primary_index]
    if picture.size[0] * picture.size[1] > pixels:
        raise Damaged("two sizes in one file")
    return picture.to_pillow()

"""The boxes of a HEIF file (ISO/IEC 23008-12, 14496-12): which pictures it holds, and what is said of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from cnnviz.images.source import MAX_PARTS, Damaged, Truncated

_TABLES = {b"iinf", b"iloc", b"iref", b"ipma"}
_MAX_TABLE = 200_000  # bytes; a thousand tiles take some 20,000
Box = tuple[bytes, int, int]


@dataclass(frozen=True)
class Item:
    """One picture: `kind` is its coding, or how it is made of `parts`; `extents` are (from, to) of its bytes."""

    kind: bytes
    properties: tuple[tuple[bytes, bytes], ...] = ()
    parts: tuple[int, ...] = ()
    extents: tuple[tuple[int, int], ...] = ()

    def all(self, name: bytes) -> list[bytes]:
        """The properties of this name."""
        return [body for kind, body in self.properties if kind == name]


@dataclass(frozen=True)
class Items:
    """What the file's `meta` box says; `auxiliary` has for an item those that belong to it, such as its alpha."""

    primary: int
    found: dict[int, Item]
    auxiliary: dict[int, list[int]]


class _Fields:
    """Numbers read one after another from `at` on, to before `end`."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self.data, self.at, self.end = data, at, end

    def number(self, size: int) -> int:
        self.at += size
        if self.at > self.end:
            raise Damaged("box")
        return int.from_bytes(self.data[self.at - size : self.at], "big")

    def version(self) -> int:
        return self.number(4) >> 24


def _fields(data: bytes, at: int, end: int) -> _Fields:
    """Those of a table; a table of a real picture is short, and one that is not would take seconds to read."""
    if end - at > _MAX_TABLE and data[at - 4 : at] in _TABLES:
        raise Damaged("table")
    return _Fields(data, at, end)


def boxes(data: bytes, at: int, end: int) -> Iterator[Box]:
    """(name, from, to) of the bodies of the boxes that lie in a row."""
    for _ in range(MAX_PARTS):
        if at + 8 > end:
            return
        length, name, body = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], at + 8
        if length == 1:
            length, body = int.from_bytes(data[body : body + 8], "big"), body + 8
        stop = at + length if length else end
        if stop < body:
            raise Damaged("box")
        if stop > end:
            raise Truncated
        yield name, body, stop
        at = stop
    raise Damaged("boxes")


def items(data: bytes, meta: Box) -> Items:
    """The items of a `meta` box; Damaged where there is no primary one."""
    inside = {name: _fields(data, at, end) for name, at, end in boxes(data, meta[1] + 4, meta[2])}
    if not {b"pitm", b"iinf", b"iprp", b"iloc"} <= set(inside):
        raise Damaged("no picture")
    primary = _primary(inside[b"pitm"])
    kinds, properties = _kinds(inside[b"iinf"]), _properties(inside[b"iprp"])
    parts, auxiliary = _references(inside[b"iref"]) if b"iref" in inside else ({}, {})
    extents = _extents(inside[b"iloc"], inside[b"idat"].at if b"idat" in inside else 0)
    return Items(
        primary,
        {
            number: Item(kind, properties.get(number, ()), tuple(parts.get(number, ())), extents.get(number, ()))
            for number, kind in kinds.items()
        },
        auxiliary,
    )


def _primary(fields: _Fields) -> int:
    return fields.number(2 if fields.version() == 0 else 4)


def _kinds(fields: _Fields) -> dict[int, bytes]:
    fields.number(4 + (2 if fields.data[fields.at] == 0 else 4))
    found = {}
    for name, at, end in boxes(fields.data, fields.at, fields.end):
        entry = _Fields(fields.data, at, end)
        version = entry.version()
        if name == b"infe" and version >= 2:
            number = entry.number(2 if version == 2 else 4)
            found[number] = entry.number(6).to_bytes(6, "big")[2:]
    return found


def _properties(fields: _Fields) -> dict[int, tuple[tuple[bytes, bytes], ...]]:
    """What is said of each item, in its order: that of the turns matters."""
    known: list[tuple[bytes, bytes]] = []
    found: dict[int, list[tuple[bytes, bytes]]] = {}
    links = []
    for name, at, end in boxes(fields.data, fields.at, fields.end):
        if name == b"ipco":
            known += [(kind, fields.data[start:stop]) for kind, start, stop in boxes(fields.data, at, end)]
        elif name == b"ipma":
            links.append(_fields(fields.data, at, end))
    for link in links:
        head = link.number(4)
        wide = 2 if head & 1 else 1
        for _ in range(_count(link, 4)):
            number = link.number(4 if head >> 24 else 2)
            for _ in range(link.number(1)):
                index = link.number(wide) & (0x7FFF if wide == 2 else 0x7F)
                if not 0 <= index <= len(known):
                    raise Damaged("property")
                if index:
                    found.setdefault(number, []).append(known[index - 1])
    return {number: tuple(said) for number, said in found.items()}


def _references(fields: _Fields) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """(item: those it is made of, item: those that are auxiliary to it)."""
    size = 4 if fields.version() else 2
    parts: dict[int, list[int]] = {}
    auxiliary: dict[int, list[int]] = {}
    for name, at, end in boxes(fields.data, fields.at, fields.end):
        entry = _Fields(fields.data, at, end)
        number = entry.number(size)
        others = [entry.number(size) for _ in range(_count(entry, 2))]
        if name == b"dimg":
            parts.setdefault(number, []).extend(others)
        elif name == b"auxl":
            for other in others:
                auxiliary.setdefault(other, []).append(number)
    return parts, auxiliary


def _extents(fields: _Fields, inside: int) -> dict[int, tuple[tuple[int, int], ...]]:
    """Where each item's bytes are: in the file, or in the box whose body begins at `inside`."""
    version, sizes = fields.version(), fields.number(2)
    offset_size, length_size, base_size, index_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15
    found = {}
    wide = 4 if version == 2 else 2
    for _ in range(_count(fields, wide)):
        number = fields.number(wide)
        method = fields.number(2) & 15 if version else 0
        fields.number(2)
        base = fields.number(base_size) + (inside if method == 1 else 0)
        extents = []
        for _ in range(_count(fields, 2)):
            fields.number(index_size if version else 0)
            start = base + fields.number(offset_size)
            extents.append((start, start + fields.number(length_size)))
        found[number] = tuple(extents) if method in (0, 1) else ()
    return found


def _count(fields: _Fields, size: int) -> int:
    count = fields.number(size)
    if count > MAX_PARTS:
        raise Damaged("entries")
    return count

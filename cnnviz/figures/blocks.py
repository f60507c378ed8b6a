"""Tensors as blocks in one scale: what goes into a layer, the kernel that reads it, and what comes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from cnnviz.figures.plain import plain_figure, tint
from cnnviz.figures.style import INK, INPUT, KERNEL, OUTPUT

_DEPTH = (0.45, 0.3)  # where a step into the page goes: right and up
_THIN = 80  # nothing is drawn thinner than this part of the drawing
_LONG = 6  # and nothing longer than so many times the largest face
_SLOT = 0.3  # the room of a block, at least, as a part of all widths, so that titles stand apart
_GRID = 16  # faces of so many cells have their cells drawn

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class Region:
    """A part of a block, in cells: [start, stop) into the page, down and to the right."""

    start: Triple
    stop: Triple


@dataclass(frozen=True)
class Block:
    """A tensor drawn as a box of `size` cells: into the page (channels), down (height), to the right (width).

    `title` is written beneath it, `edges` beside the three edges where given; `part` stands out, and `padding`
    (top, right, bottom, left; cells) is dashed around the face.
    """

    size: Triple
    title: str
    edges: tuple[str, str, str] = ("", "", "")
    part: Region | None = None
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True)
class _Placed:
    """A block with its lengths in the drawing's units and where its face's lower left corner is."""

    block: Block
    lengths: tuple[float, float, float]
    x: float
    low: float

    @property
    def broken(self) -> bool:
        return any(
            length < size * 0.999 for length, size in zip(self.lengths, self.block.size, strict=True) if size > 1
        )

    def at(self, depth: float, row: float, column: float) -> tuple[float, float]:
        """Return where a corner of cells is drawn."""
        d, h, w = (
            place * length / size
            for place, length, size in zip((depth, row, column), self.lengths, self.block.size, strict=True)
        )
        return self.x + w + d * _DEPTH[0], self.low + self.lengths[1] - h + d * _DEPTH[1]

    @property
    def width(self) -> float:
        return self.lengths[2] + self.lengths[0] * _DEPTH[0]


def blocks(inputs: Block, output: Block, *, kernel: Block | None = None, height: int = 340) -> go.Figure:
    """Return input, kernel and output side by side in one scale, each in its colour, with what the layer joins.

    A cell is as large in one block as in the others, unless a block would be too thin to see or far longer than all
    faces; such an edge is cut short, and its title says so.
    """
    drawn = [block for block in (inputs, kernel, output) if block is not None]
    lengths = _lengths(drawn)
    spans = [length[2] + length[0] * _DEPTH[0] for length in lengths]
    tall = max(length[1] + length[0] * _DEPTH[1] for length in lengths) + inputs.padding[0] + inputs.padding[2]
    slot = _SLOT * max(sum(spans), tall)
    places, x = [], 0.0
    for block, length, span in zip(drawn, lengths, spans, strict=True):
        wide = max(span + block.padding[1] + block.padding[3], slot)
        low = -tall / 2 if block is kernel else -(length[1] + length[0] * _DEPTH[1]) / 2
        places.append(_Placed(block, length, x + (wide - span) / 2, low))
        x += wide + slot / 3
    whole = x - slot / 3

    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    colours = (INPUT, KERNEL, OUTPUT) if kernel is not None else (INPUT, OUTPUT)
    for place, colour in zip(places, colours, strict=True):
        shapes += _box(place, Region((0, 0, 0), place.block.size), colour, (0.1, 0.2, 0.3))
        shapes += _cells(place, colour)
        shapes += _padding(place)
        notes += _edges(place, colour)
        title = f"{place.block.title}{' ≈' if place.broken else ''}"
        notes.append(_note(place.x + place.width / 2, -tall / 2, title, colour, yanchor="top", yshift=-20))
    first, last = places[0], places[-1]
    for place, colour in ((first, KERNEL), (last, OUTPUT)):
        if place.block.part is not None:
            shapes += _box(place, place.block.part, colour, (0.55, 0.45, 0.6))
    shapes += _joining(first, last)
    return plain_figure(
        [],
        {
            "shapes": shapes,
            "annotations": notes,
            "xaxis": {"visible": False, "range": [-0.07 * whole, 1.01 * whole], "fixedrange": True},
            "yaxis": {
                "visible": False,
                "range": [-0.51 * tall, 0.51 * tall],
                "scaleanchor": "x",
                "fixedrange": True,
            },
        },
        height=height,
        margin=(20, 4, 64, 4),
    )


def is_flat(figure: go.Figure) -> bool:
    """Return whether a drawing of blocks is far wider than it is high, so that a narrow page makes it small."""
    # Of the plain dicts: Plotly's own objects would be made, and checked, for two numbers.
    wide, tall = (high - low for low, high in (figure._layout[axis]["range"] for axis in ("xaxis", "yaxis")))
    return bool(wide > 2.5 * tall)


def _lengths(drawn: Sequence[Block]) -> list[tuple[float, float, float]]:
    """Return the drawn lengths of the blocks' edges: their sizes, within what can be seen."""
    face = max(max(block.size[1:]) for block in drawn)
    if all(block.size[0] * block.size[2] == 1 for block in drawn):
        longest = float(face)
    else:
        faces = [max(block.size[1:]) for block in drawn if block.size[2] > 1 or block.size[1] == 1]
        longest = _LONG * max(faces, default=face)
    cut = [tuple(min(float(size), longest) for size in block.size) for block in drawn]
    thin = max(sum(c[2] + c[0] * _DEPTH[0] for c in cut), max(c[1] for c in cut)) / _THIN
    return [(max(d, thin), max(h, thin), max(w, thin)) for d, h, w in cut]


def _box(place: _Placed, part: Region, colour: str, shades: tuple[float, float, float]) -> list[dict[str, Any]]:
    """Return the three faces one sees of a part: front, top and right."""
    (d0, h0, w0), (d1, h1, w1) = part.start, part.stop
    faces = (
        ((d0, h0, w0), (d0, h0, w1), (d0, h1, w1), (d0, h1, w0)),
        ((d0, h0, w0), (d0, h0, w1), (d1, h0, w1), (d1, h0, w0)),
        ((d0, h0, w1), (d0, h1, w1), (d1, h1, w1), (d1, h0, w1)),
    )
    return [
        {
            "type": "path",
            "path": _path([place.at(*corner) for corner in face]),
            "fillcolor": tint(colour, shade),
            "line": {"color": colour, "width": 1.5},
        }
        for face, shade in zip(faces, shades, strict=True)
    ]


def _cells(place: _Placed, colour: str) -> list[dict[str, Any]]:
    """Return the lines between the cells of a face small enough to count them."""
    _, high, wide = place.block.size
    if max(high, wide) > _GRID or place.broken:
        return []
    lines = [((0, 0, w), (0, high, w)) for w in range(1, wide)] + [((0, h, 0), (0, h, wide)) for h in range(1, high)]
    if not lines:
        return []
    path = "".join(_path([place.at(*end) for end in line], closed=False) for line in lines)
    return [{"type": "path", "path": path, "line": {"color": tint(colour, 0.45), "width": 1}}]


def _padding(place: _Placed) -> list[dict[str, Any]]:
    top, right, bottom, left = place.block.padding
    if not any(place.block.padding):
        return []
    _, high, wide = place.block.size
    corners = ((-top, -left), (-top, wide + right), (high + bottom, wide + right), (high + bottom, -left))
    path = _path([place.at(0, *corner) for corner in corners])
    return [{"type": "path", "path": path, "line": {"color": INK, "width": 1, "dash": "dot"}}]


def _edges(place: _Placed, colour: str) -> list[dict[str, Any]]:
    """Return the sizes written beside the edges: depth, height, width."""
    d, h, w = place.block.size
    top, _, bottom, left = place.block.padding
    texts = place.block.edges
    spots: tuple[tuple[tuple[float, float], dict[str, Any]], ...] = (
        (place.at(d / 2, -top, 0), {"xanchor": "right", "yanchor": "bottom", "xshift": -2}),
        (place.at(0, h / 2, -left), {"xanchor": "right", "xshift": -3}),
        (place.at(0, h + bottom, w / 2), {"yanchor": "top", "yshift": -1}),
    )
    return [_note(*spot, text, colour, **how) for (spot, how), text in zip(spots, texts, strict=True) if text]


def _joining(first: _Placed, last: _Placed) -> list[dict[str, Any]]:
    """Return the lines from the part that is read to the part that it makes."""
    source, target = first.block.part, last.block.part
    if source is None or target is None:
        return []
    lines = []
    for share in (0, 1):
        begin = first.at(source.start[0], (source.start[1], source.stop[1])[share], source.stop[2])
        end = last.at(target.start[0], (target.start[1], target.stop[1])[share], target.start[2])
        lines.append(_path([begin, end], closed=False))
    return [{"type": "path", "path": "".join(lines), "line": {"color": KERNEL, "width": 1, "dash": "dot"}}]


def _path(corners: Sequence[tuple[float, float]], *, closed: bool = True) -> str:
    points = "L".join(f"{x:.4g},{y:.4g}" for x, y in corners)
    return f"M{points}{'Z' if closed else ''}"


def _note(x: float, y: float, text: str, colour: str, **how: Any) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"color": colour, "size": 14}, **how}

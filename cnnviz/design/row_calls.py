"""One row at one input size: its calls in the order of execution, each with its arithmetic.

A row's numbers depend on nothing but the row and what arrives, so they are kept: a network of fifty like blocks is
computed block by kind of block, and a slider that moves one row leaves the others as they are. A receptive field goes
through a row by `through_row`.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import zip_longest
from math import prod
from typing import Any

from cnnviz import arithmetic
from cnnviz.arithmetic import Layer, Reach
from cnnviz.design import vocabulary
from cnnviz.design.blocks import open_block
from cnnviz.design.rows import Row
from cnnviz.design.text import write_row
from cnnviz.design.tree import Join, names_of
from cnnviz.errors import CnnvizError, ModelError, ShapeError

Size = tuple[int, ...]

INPUT = 0


@dataclass(frozen=True, slots=True)
class Leaf:
    """One call inside a row. `reads` are the calls whose outputs it reads, by place from 1 on; INPUT is what arrives.

    `name` is relative to the row, empty for the row itself; `branch` counts from 1, 0 outside of branches; `row` is
    None for the join of branches, whose kind is "cat", "add" or "mul"; `in_place` says that it writes into what it
    reads first.
    """

    name: str
    branch: int
    row: Row | None
    layer: Layer
    reads: tuple[int, ...]
    in_place: bool = False

    @property
    def text(self) -> str:
        """The call as a row is written."""
        return write_row(self.row) if self.row else self.layer.kind


@dataclass(frozen=True, slots=True)
class Opened:
    """A row's calls, and the sums over them. `window` stands for all of them where a receptive field goes through.

    `outputs` are the numbers in the outputs of all calls; an addition in place has none of its own.
    """

    row: Row
    leaves: tuple[Leaf, ...]
    input_size: Size
    output_size: Size
    outputs: int
    weights: int
    biases: int
    macs: int
    operations: int
    window: Layer


@lru_cache(maxsize=4096)
def opened(row: Row, input_size: Size) -> Opened:
    """Return a row's calls for a tensor of `input_size`, (N, C, ...); raises ShapeError or ModelError."""
    leaves = _block(row, input_size) if row.kind in vocabulary.BLOCK_ARGUMENTS else (_leaf(row, input_size),)
    layers = [leaf.layer for leaf in leaves]
    return Opened(
        row,
        leaves,
        input_size,
        layers[-1].output_size,
        sum(prod(leaf.layer.output_size) for leaf in leaves if leaf.row or not leaf.in_place),
        sum(layer.weights for layer in layers),
        sum(layer.biases for layer in layers),
        sum(layer.macs for layer in layers),
        sum(layer.operations for layer in layers),
        leaves[-1].layer if row.kind in vocabulary.JOINS else _window(row.kind, leaves, input_size),
    )


def _leaf(row: Row, arrives: Size, name: str = "", branch: int = 0, reads: int = INPUT) -> Leaf:
    return Leaf(name, branch, row, layer_of(row, arrives), (reads,), row.given.get("inplace") is True)


@lru_cache(maxsize=8192)
def layer_of(row: Row, arrives: Size) -> Layer:
    """Return the arithmetic of a row that is one layer; raises ShapeError, or ModelError where a setting is missing."""
    accepted, needed = _signature(row.kind)
    if missing := [name for name in needed if name not in row.given]:
        example = next((text for start, text in vocabulary.EXAMPLES.items() if row.kind.startswith(start)), "")
        raise ModelError(f"{row.short} needs its {missing[0]}{f', such as {example}' if example else ''}.")
    return arithmetic.layer(row.kind, arrives, **{name: value for name, value in row.settings if name in accepted})


@cache
def _signature(kind: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the settings that the arithmetic of a kind depends on, and those that have no default."""
    parameters = list(inspect.signature(arithmetic.KINDS[kind]).parameters.values())
    named = [each for each in parameters if each.kind is each.KEYWORD_ONLY]
    return frozenset(each.name for each in named), tuple(each.name for each in named if each.default is each.empty)


def _block(row: Row, arrives: Size) -> tuple[Leaf, ...]:
    if len(arrives) != 4 and row.kind not in vocabulary.JOINS:
        raise ShapeError(f"{row.short} reads images (N, C, H, W), and a tensor with {len(arrives)} axes arrives.")
    parts = open_block(row, arrives[1])
    return _join(parts, arrives) if isinstance(parts, Join) else tuple(_sequence(parts, arrives))


def _sequence(rows: tuple[Row, ...], arrives: Size, path: str = "", branch: int = 0, done: int = 0) -> Iterator[Leaf]:
    size, reads = arrives, INPUT
    for row, name in zip(rows, names_of(rows), strict=True):
        try:
            found = opened(row, size)
        except CnnvizError as error:
            raise type(error)(f"Inside the block, at {path}{name} ({write_row(row)}): {error}") from None
        for leaf in found.leaves:
            inner = f".{leaf.name}" if leaf.name else ""
            # What a call inside reads is counted from the row's own beginning.
            places = tuple(done + place if place else reads for place in leaf.reads)
            yield Leaf(f"{path}{name}{inner}", branch, leaf.row, leaf.layer, places, leaf.in_place)
        done += len(found.leaves)
        size, reads = found.output_size, done


def _join(join: Join, arrives: Size) -> tuple[Leaf, ...]:
    leaves: list[Leaf] = []
    ends = []
    for number, (name, rows) in enumerate(join.branches, 1):
        leaves += _sequence(rows, arrives, f"{name}.", number, len(leaves))
        ends.append(len(leaves) if rows else INPUT)
    sizes = [leaves[end - 1].layer.output_size if end else arrives for end in ends]
    leaves.append(Leaf(join.how, 0, None, joined_layer(join.how, sizes), tuple(ends), join.in_place))
    if join.after:
        leaves.append(_leaf(join.after, leaves[-1].layer.output_size, join.after.kind.lower(), 0, len(leaves)))
    return tuple(leaves)


def joined_layer(how: str, sizes: list[Size]) -> Layer:
    """Return the join of branches of some sizes: "add", "mul" or "cat"; raises ShapeError where they do not fit."""
    first = sizes[0]
    if how in ("add", "mul"):
        done = "added" if how == "add" else "multiplied"
        made = _broadcast(sizes)
        if made is None:
            raise ShapeError(f"Only tensors of one size are {done}, not {' and '.join(map(shown, sizes))}.")
        # The gradient of a product asks for both.
        saves = ("input",) if how == "mul" else ()
        return Layer(how, first, made, operations=(len(sizes) - 1) * prod(made), saves=saves)
    if len({size[:1] + size[2:] for size in sizes}) > 1:
        raise ShapeError(f"Branches of {', '.join(map(shown, sizes))} differ in more than channels.")
    return Layer("cat", first, (first[0], sum(size[1] for size in sizes), *first[2:]))


def _broadcast(sizes: list[Size]) -> Size | None:
    """Return the size of a sum or product in which an axis of 1 goes with any other, None where they do not fit."""
    made = []
    for extents in zip_longest(*(size[::-1] for size in sizes), fillvalue=1):
        wide = max(extents)
        if any(extent not in (1, wide) for extent in extents):
            return None
        made.append(wide)
    return tuple(reversed(made))


def _window(kind: str, leaves: tuple[Leaf, ...], arrives: Size) -> Layer:
    """Return a layer that a receptive field goes through as it does through all the calls of a row."""
    output = leaves[-1].layer.output_size
    if kind == "Unflatten" and len(output) > len(arrives):
        # These axes are not the image's: what was flattened before comes from anywhere in it.
        return Layer(kind, arrives, output, whole=True)
    if len(leaves) == 1:
        return leaves[0].layer
    reach = reaches(leaves, arithmetic.reach_of_input(len(arrives) - 2))[-1]
    if reach is None:
        return Layer(kind, arrives, output, whole=True)
    links: Any = tuple(((axis.stride, axis.first, 1), (axis.stride, axis.last, 1)) for axis in reach)
    return Layer(kind, arrives, output, links=links)


def reaches(leaves: tuple[Leaf, ...], arrives: tuple[Reach, ...] | None) -> tuple[tuple[Reach, ...] | None, ...]:
    """Return what the units of each call see of the image, None for the whole of it."""
    found = [arrives]
    for leaf in leaves:
        read = [found[place] for place in leaf.reads]
        found.append(arithmetic.through(read[0] if len(read) == 1 else _merged(read), leaf.layer))
    return tuple(found[1:])


def _merged(reaches: list[tuple[Reach, ...] | None]) -> tuple[Reach, ...] | None:
    """Return what all branches see together; where their units do not lie alike, that is taken for the whole image."""
    try:
        return arithmetic.merged(*reaches)
    except (ShapeError, ValueError):
        return None


def through_row(reach: tuple[Reach, ...] | None, found: Opened) -> tuple[Reach, ...] | None:
    """Return what the units of a row see of the image, given what those of its input see."""
    if found.row.kind in vocabulary.JOINS:
        # Upsampling inside moves by fractions of a pixel, which no one window stands for.
        return reaches(found.leaves, reach)[-1]
    return arithmetic.through(reach, found.window)


def shown(size: Size) -> str:
    """Return a size as it is written: 1x20x14x14."""
    return "x".join(map(str, size))

"""What a network of rows costs at an input size, row by row, fast enough for a slider."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from cnnviz import arithmetic
from cnnviz.arithmetic import Layer, Reach
from cnnviz.design.memory import Memory, Training, memory, training
from cnnviz.design.opened import Opened, opened, reaches, shown
from cnnviz.design.rows import Row
from cnnviz.design.text import write_row
from cnnviz.design.tree import names_of
from cnnviz.errors import CnnvizError, ShapeError

Size = tuple[int, ...]


@dataclass(frozen=True)
class Line:
    """One row of a network, or one call inside a block, with its numbers.

    Sizes are (N, C, ...), the batch included. `depth` is 0 for a row and 1 inside a block, where `branch` counts from
    1 (0 outside of branches); `row` is None for the join of branches, whose kind is "cat" or "add". `memory` is the
    bytes of the outputs, of all calls inside for a block and none for an addition in place; `reach` is what a unit sees
    along each axis of the image, None where `whole` says that it sees all. `layer` is the arithmetic, with its steps,
    None for a block. A row that cannot work has its `error`, and the rows after it have no sizes and no numbers.
    """

    name: str
    depth: int
    branch: int
    row: Row | None
    text: str
    kind: str
    input_size: Size | None = None
    output_size: Size | None = None
    weights: int = 0
    biases: int = 0
    macs: int = 0
    operations: int = 0
    memory: int = 0
    reach: tuple[Reach, ...] | None = None
    whole: bool = False
    error: str = ""
    layer: Layer | None = field(default=None, repr=False)
    _opened: Opened | None = field(default=None, repr=False)
    _arrives: tuple[Reach, ...] | None = field(default=None, repr=False)
    _itemsize: int = field(default=4, repr=False)

    @property
    def parameters(self) -> int:
        """The numbers that are trained."""
        return self.weights + self.biases

    @property
    def flops(self) -> int:
        """Two for every MAC."""
        return 2 * self.macs

    @cached_property
    def lines(self) -> tuple["Line", ...]:
        """The calls inside a block, in the order of execution; none for a layer."""
        if self._opened is None or self.layer is not None:
            return ()
        found = reaches(self._opened.leaves, self._arrives)
        return tuple(
            Line(
                f"{self.name}.{leaf.name}",
                self.depth + 1,
                leaf.branch,
                leaf.row,
                leaf.text,
                leaf.layer.kind,
                leaf.layer.input_size,
                leaf.layer.output_size,
                leaf.layer.weights,
                leaf.layer.biases,
                leaf.layer.macs,
                leaf.layer.operations,
                0 if leaf.in_place and leaf.row is None else leaf.layer.memory(self._itemsize),
                reach,
                reach is None,
                layer=leaf.layer,
            )
            for leaf, reach in zip(self._opened.leaves, found, strict=True)
        )


@dataclass(frozen=True)
class Evaluated:
    """A network at one input size. Sums are of the rows that work; `error_at` is the place of the first that can't."""

    input_size: Size
    itemsize: int
    lines: tuple[Line, ...]
    error_at: int | None

    @property
    def output_size(self) -> Size:
        """The size of what the last row that works gives."""
        return next((line.output_size for line in reversed(self.lines) if line.output_size), self.input_size)

    @property
    def error(self) -> str:
        """The sentence of the row that can't work, empty when all do."""
        return "" if self.error_at is None else self.lines[self.error_at].error

    @cached_property
    def parameters(self) -> int:
        """The numbers that are trained."""
        return sum(line.parameters for line in self.lines)

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates of convolutions and linear layers, without bias."""
        return sum(line.macs for line in self.lines)

    @property
    def flops(self) -> int:
        """Two for every MAC."""
        return 2 * self.macs

    @cached_property
    def operations(self) -> int:
        """FLOPs of everything; cnnviz.arithmetic.Layer says what counts as one."""
        return sum(line.operations for line in self.lines)

    @cached_property
    def memory(self) -> Memory:
        """What the tensors of the rows that work take, without parameters."""
        rows = ((line.row, line.input_size) for line in self._working)
        return memory([(row, size) for row, size in rows if row and size], self.input_size, self.itemsize)

    def training(self, optimiser: str, batch: int) -> Training:
        """Return what training needs, in bytes, with `optimiser` "sgd", "momentum" or "adam".

        `batch` is the number of images of a step; what is kept for the backward pass grows in proportion. Raises
        ModelError for another optimiser.
        """
        saved = self.memory.saved_for_backward * batch // self.input_size[0]
        leaves = [leaf.layer for line in self._working if line._opened for leaf in line._opened.leaves]
        tensors = sum((layer.weights > 0) + (layer.biases > 0) for layer in leaves)
        return training(self.parameters, tensors, saved, self.itemsize, optimiser)

    @property
    def _working(self) -> tuple[Line, ...]:
        return self.lines[: self.error_at]

    def flat(self) -> tuple[Line, ...]:
        """Return the calls in the order of execution, blocks opened; named as in the analysis of the built network."""
        return tuple(leaf for line in self.lines for leaf in (line.lines or (line,)))


def evaluate(rows: Iterable[Row], input_size: Size, itemsize: int = 4) -> Evaluated:
    """Return the numbers of a network on an input (N, C, H, W), or (N, C, L), ..., of `itemsize` bytes a number.

    The first row that cannot work has a sentence and no numbers; the rows before keep theirs, the rows after have none.
    Raises ShapeError for an input that is none.
    """
    rows = tuple(rows)
    size = tuple(int(extent) for extent in input_size)
    if len(size) < 2 or min(size) < 1:
        raise ShapeError(f"An input of size {shown(size)} is none: it should be (N, C, H, W), each at least 1.")
    lines = tuple(_lines(rows, size, itemsize))
    failed = next((place for place, line in enumerate(lines) if line.error), None)
    return Evaluated(size, itemsize, lines, failed)


def _lines(rows: tuple[Row, ...], size: Size, itemsize: int) -> Iterator[Line]:
    reach: tuple[Reach, ...] | None = arithmetic.reach_of_input(len(size) - 2)
    error = None
    for row, name in zip(rows, names_of(rows), strict=True):
        text = write_row(row)
        if error is not None:
            yield Line(name, 0, 0, row, text, row.kind)
            continue
        try:
            found = opened(row, size)
        except CnnvizError as problem:
            error = str(problem)
            yield Line(name, 0, 0, row, text, row.kind, input_size=size, error=error)
            continue
        arrives, reach = reach, arithmetic.through(reach, found.window)
        yield Line(
            name,
            0,
            0,
            row,
            text,
            row.kind,
            size,
            found.output_size,
            found.weights,
            found.biases,
            found.macs,
            found.operations,
            itemsize * found.outputs,
            reach,
            reach is None,
            layer=found.leaves[0].layer if len(found.leaves) == 1 else None,
            _opened=found,
            _arrives=arrives,
            _itemsize=itemsize,
        )
        size = found.output_size

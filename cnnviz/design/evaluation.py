"""What a network of rows costs at an input size, row by row, fast enough for a slider."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from cnnviz import arithmetic
from cnnviz.arithmetic import Layer, LayerRecord, Memory, Reach, ReceptiveField, Training
from cnnviz.arithmetic.families import family
from cnnviz.arithmetic.layer_record import Taps
from cnnviz.arithmetic.memory import training
from cnnviz.design.memory import memory
from cnnviz.design.row_calls import Leaf, Opened, opened, reaches, shown, through_row
from cnnviz.design.rows import Row
from cnnviz.design.text import write_row
from cnnviz.design.tree import names_of
from cnnviz.errors import CnnvizError, ShapeError

Size = tuple[int, ...]


@dataclass(frozen=True)
class Line(LayerRecord):
    """One row of a network, or one call inside a block, with its numbers.

    Sizes are (N, C, ...), the batch included. `depth` is 0 for a row and 1 inside a block, where `branch` counts from
    1 (0 outside of branches); `row` is None for the join of branches, whose kind is "cat", "add" or "mul". `memory` is
    the bytes of the outputs, of all calls inside for a block and none for an addition in place; `reach` is what a unit
    sees along each axis of the image, None where `whole` says that it sees all. `layer` is the arithmetic, with its
    steps, None for a block. A row that cannot work has its `error`, and the rows after it have no sizes and no numbers.
    """

    text: str
    row: Row | None
    depth: int = 0
    branch: int = 0
    input_size: Size | None = None
    weights: int = 0
    operations: int = 0
    reach: tuple[Reach, ...] | None = None
    whole: bool = False
    error: str = ""
    layer: Layer | None = field(default=None, repr=False)
    _opened: Opened | None = field(default=None, repr=False)
    _arrives: tuple[Reach, ...] | None = field(default=None, repr=False)
    _image: Size = field(default=(), repr=False)
    _itemsize: int = field(default=4, repr=False)

    @property
    def biases(self) -> int:
        """The parameters that are no weights."""
        return self.parameters - self.weights

    @cached_property
    def receptive_field(self) -> ReceptiveField | None:  # type: ignore[override]
        """What a unit sees of the image; None for a row that cannot work and for an input without positions."""
        return arithmetic.receptive_field(self.reach, self._image) if self.output_size else None

    @property
    def taps(self) -> Taps | None:
        """The kernel size and the stride of a convolution or a pooling that has them."""
        window = self.layer and self.layer.window
        if not window or family(self.kind) not in ("conv", "pooling") or "adaptive" in self.kind.lower():
            return None
        return window.kernel_size, window.stride

    @property
    def inside(self) -> tuple["Line", ...]:
        """The calls inside a block; the same as `lines`."""
        return self.lines

    @cached_property
    def lines(self) -> tuple["Line", ...]:
        """The calls inside a block, in the order of execution; none for a layer."""
        if self._opened is None or self.layer is not None:
            return ()
        found = reaches(self._opened.leaves, self._arrives)
        return tuple(self._call(leaf, reach) for leaf, reach in zip(self._opened.leaves, found, strict=True))

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """What each call of the row reads, in the order of execution; none for a row that cannot work."""
        return self._opened.leaves if self._opened else ()

    def _call(self, leaf: Leaf, reach: tuple[Reach, ...] | None) -> "Line":
        layer = leaf.layer
        return Line(
            f"{self.name}.{leaf.name}",
            layer.kind,
            layer.output_size,
            layer.parameters,
            layer.macs,
            0 if leaf.in_place and leaf.row is None else layer.memory(self._itemsize),
            leaf.text,
            leaf.row,
            self.depth + 1,
            leaf.branch,
            layer.input_size,
            layer.weights,
            layer.operations,
            reach,
            reach is None,
            layer=layer,
            _image=self._image,
        )


@dataclass(frozen=True)
class Evaluated:
    """A network at one input size. Sums are of the rows that work; `error_at` is the place of the first that can't."""

    input_size: Size
    itemsize: int
    lines: tuple[Line, ...]
    error_at: int | None

    @property
    def unknown(self) -> tuple[str, ...]:
        """The operations whose cost is not in the sums: none, the arithmetic knows every row that works."""
        return ()

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
        stored = self.parameters * self.itemsize
        return training(stored, stored, tensors, saved, optimiser)

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
    image = size[2:]
    reach: tuple[Reach, ...] | None = arithmetic.reach_of_input(len(image))
    error = None
    for row, name in zip(rows, names_of(rows), strict=True):
        text = write_row(row)
        if error is not None:
            yield unworkable(name, row.kind, text, row)
            continue
        try:
            found = opened(row, size)
        except CnnvizError as problem:
            error = str(problem)
            yield unworkable(name, row.kind, text, row, input_size=size, error=error)
            continue
        arrives, reach = reach, through_row(reach, found)
        yield Line(
            name,
            row.kind,
            found.output_size,
            found.weights + found.biases,
            found.macs,
            itemsize * found.outputs,
            text,
            row,
            input_size=size,
            weights=found.weights,
            operations=found.operations,
            reach=reach,
            whole=reach is None,
            layer=found.leaves[0].layer if len(found.leaves) == 1 else None,
            _opened=found,
            _arrives=arrives,
            _image=image,
            _itemsize=itemsize,
        )
        size = found.output_size


def unworkable(
    name: str, kind: str, text: str, row: Row | None = None, *, input_size: Size | None = None, error: str = ""
) -> Line:
    """Return a row that cannot work, or that comes after one: it has no numbers."""
    return Line(name, kind, None, 0, 0, 0, text, row, input_size=input_size, error=error)

"""The calls of a pasted network, which read one another's outputs, and the rows that do the same."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnviz.arithmetic.record import Size
from cnnviz.design import vocabulary
from cnnviz.design.blocks import open_block
from cnnviz.design.pasted.plain_rows import plain
from cnnviz.design.pasted.refusals import BeyondRowsError, at_line
from cnnviz.design.pasted.values import Layer, Tensor
from cnnviz.design.row_calls import joined_layer, opened
from cnnviz.design.rows import DEEPEST, MOST_BRANCHES, Row, Setting
from cnnviz.design.text import MOST_ROWS
from cnnviz.design.tree import Join
from cnnviz.errors import CnnvizError, ModelError

_KINDS = {how: kind for kind, how in vocabulary.JOINS.items()}


@dataclass(frozen=True)
class Call:
    """A layer's call, or (`row` None) the join of several outputs; `reads` are calls by place, 0 for the input.

    `inputs` are what the layer is made for, such as in_channels; `size` is that of the output, None if unknown.
    """

    row: Row | None
    reads: tuple[int, ...]
    line: int
    inputs: dict[str, int] = field(default_factory=dict)
    how: str = ""
    layer: Layer | None = None
    in_place: bool = False
    size: Size | None = None


class Graph:
    """The calls in the order in which they are made; call 0 is the network's input."""

    def __init__(self, input_size: Size | None) -> None:
        self.calls = [Call(None, (), 0, size=input_size)]
        self.failed: CnnvizError | None = None
        self.notes: dict[str, None] = {}
        self._cats: dict[tuple[int, ...], int] = {}

    @property
    def input(self) -> Tensor:
        """What the network reads."""
        return Tensor(0, self.calls[0].size)

    def add(self, row: Row, read: Tensor, line: int, inputs: dict[str, int] | None = None, layer: Any = None) -> Tensor:
        """Return the output of a row that reads a tensor."""
        size = None
        if read.size is not None:
            try:
                size = opened(row, read.size).output_size
            except CnnvizError as error:
                self.failed = self.failed or at_line(line, error)
        return self._call(Call(row, (read.place,), line, inputs or {}, layer=layer, size=size))

    def join(self, how: str, reads: Sequence[Tensor], line: int, *, in_place: bool = False) -> Tensor:
        """Return what several tensors are together: "add", "mul" or "cat"."""
        if len(reads) > MOST_BRANCHES:
            raise BeyondRowsError(line, f"{len(reads):,} tensors are joined; a row joins at most {MOST_BRANCHES}")
        size = None
        sizes = [each.size for each in reads if each.size is not None]
        if len(sizes) == len(reads):
            try:
                size = joined_layer(how, sizes).output_size
            except CnnvizError as error:
                self.failed = self.failed or at_line(line, error)
        places = tuple(each.place for each in reads)
        if how == "cat":
            whole = places
            # A dense block concatenates all that came before anew: its own result before is the beginning of it.
            for count in range(len(places) - 1, 1, -1):
                if (known := self._cats.get(places[:count])) is not None:
                    places = (known, *places[count:])
                    break
            self._cats[whole] = len(self.calls)
        return self._call(Call(None, places, line, how=how, in_place=in_place, size=size))

    def _call(self, call: Call) -> Tensor:
        if len(self.calls) > MOST_ROWS:
            raise ModelError(f"The network has more than {MOST_ROWS:,} layers; it may have {MOST_ROWS:,}.")
        self.calls.append(call)
        return Tensor(len(self.calls) - 1, call.size)


def reached(calls: Sequence[Call], output: int) -> set[int]:
    """Return the calls that an output depends on."""
    found, open_ = {output}, [output]
    while open_:
        for read in calls[open_.pop()].reads:
            if read not in found:
                found.add(read)
                open_.append(read)
    return found


def rows_of(calls: Sequence[Call], output: int) -> tuple[Row, ...]:
    """Return the rows that make the output; raises BeyondRowsError where no branches do."""
    return _Reduction(calls).between(0, output, 0)


class _Reduction:
    """A join's branches begin where all that it reads comes from: at its immediate dominator."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self._calls = calls
        self._dominator = [0]
        self._depth = [0]
        self._seen: set[int] = set()
        for call in calls[1:]:
            found = call.reads[0]
            for read in call.reads[1:]:
                found = self._common(found, read)
            self._dominator.append(found)
            self._depth.append(self._depth[found] + 1)

    def _common(self, one: int, other: int) -> int:
        while one != other:
            if self._depth[one] < self._depth[other]:
                one, other = other, one
            one = self._dominator[one]
        return one

    def between(self, start: int, end: int, nested: int) -> tuple[Row, ...]:
        """Return the rows from one tensor to another that all of it comes through."""
        rows: list[Row] = []
        while end != start:
            call = self._calls[end]
            if nested > DEEPEST:
                raise BeyondRowsError(call.line, f"branches are nested more than {DEEPEST} deep")
            if end in self._seen:
                raise BeyondRowsError(call.line, "its output goes into branches that meet in different places")
            self._seen.add(end)
            if call.row is not None:
                rows.append(call.row)
                end = call.reads[0]
                continue
            start_of_branches = self._dominator[end]
            branches = tuple(self.between(start_of_branches, read, nested + 1) for read in call.reads)
            arrives = self._calls[start_of_branches].size
            block = _residual_block(branches, arrives) if call.in_place and call.how == "add" else None
            if block is not None and rows and rows[-1] == Row("ReLU", (("inplace", True),)):
                rows[-1] = block
            else:
                rows.append(Row(_KINDS[call.how], (), branches))
            end = start_of_branches
        return tuple(reversed(rows))


def _residual_block(branches: tuple[tuple[Row, ...], ...], arrives: Size | None) -> Row | None:
    """Return the block of a ResNet that has exactly these branches before its ReLU, None if there is none."""
    if len(branches) != 2 or arrives is None:
        return None
    for block in _candidates([row.given for row in branches[0] if row.kind == "Conv2d"]):
        try:
            parts = open_block(block, arrives[1])
        except CnnvizError:
            continue
        if isinstance(parts, Join) and tuple(tuple(map(plain, rows)) for _, rows in parts.branches) == branches:
            return block
    return None


def _candidates(convolutions: Sequence[Mapping[str, Setting]]) -> Iterator[Row]:
    """Yield the block that has two or three convolutions with such settings, if it is one at all."""
    if len(convolutions) not in (2, 3):
        return
    made, middle = convolutions[-1].get("out_channels"), convolutions[-2]
    stride = middle.get("stride", 1)
    strided = (("stride", stride),) if stride != 1 else ()
    if len(convolutions) == 2:
        yield Row("Basic", (("out_channels", made), *strided))
    elif isinstance(made, int) and made % 4 == 0:
        groups, width = middle.get("groups", 1), middle.get("out_channels")
        more = ((("groups", groups),) if groups != 1 else ()) + ((("width", width),) if width != made // 4 else ())
        yield Row("Bottleneck", (("out_channels", made // 4), *strided, *more))

"""A network at one input size with its totals, whether it is made of rows or comes from a library."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Protocol

from cnnviz.arithmetic import LayerRecord
from cnnviz.arithmetic.memory import Memory, Training
from cnnviz.design.evaluation import Evaluated, Line, evaluate, unworkable
from cnnviz.design.row_graph import graph_of_rows
from cnnviz.design.rows import Row
from cnnviz.design.text import parse_row, split
from cnnviz.errors import ModelError
from cnnviz.graph import NetworkGraph

OPTIMISERS = ("sgd", "momentum", "adam")
Size = tuple[int, ...]


class Report(Protocol):
    """What a network of rows and an analysed one have in common."""

    @property
    def input_size(self) -> Size: ...
    @property
    def parameters(self) -> int: ...
    @property
    def macs(self) -> int: ...
    @property
    def memory(self) -> Memory: ...
    @property
    def unknown(self) -> tuple[str, ...]: ...

    def training(self, optimiser: str, batch: int) -> Training:
        """Return the bytes that training takes."""


@dataclass(frozen=True)
class Totals:
    """A network at one input size, with its totals; memory is in bytes.

    `training` is, for each optimiser, the bytes of each part. `error_at` is the place of the first row that can't work
    and `error` its sentence; an `error` without a place is about the whole. `unknown` are operations whose cost is not
    in the sums. `graph` tells which layer reads which, None where nothing works.
    """

    input_size: Size
    entries: tuple[LayerRecord, ...]
    parameters: int = 0
    macs: int = 0
    outputs: int = 0
    saved: int = 0
    peak: int = 0
    training: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    error_at: int | None = None
    error: str = ""
    graph: NetworkGraph | None = None

    @property
    def flops(self) -> int:
        """Two for every MAC."""
        return 2 * self.macs

    @property
    def leaves(self) -> tuple[LayerRecord, ...]:
        """The calls in the order of execution, blocks opened; those that can't work are left out."""
        leaves = (leaf for entry in self.entries for leaf in (entry.inside or (entry,)))
        return tuple(leaf for leaf in leaves if leaf.output_size)

    @property
    def working(self) -> tuple[LayerRecord, ...]:
        """The rows up to the first that can't work."""
        return tuple(entry for entry in self.entries if entry.output_size)


@lru_cache(maxsize=64)
def of_text(text: str, input_size: Size, itemsize: int) -> Totals:
    """Return the network that a text means on an input (N, C, ...) of `itemsize` bytes a number."""
    try:
        items = split(text)
    except ModelError as error:
        return Totals(input_size, (), error=str(error))
    evaluated, sentence = _evaluated(items, input_size, itemsize)
    lines = [replace(line, text=item) for line, item in zip(evaluated.lines, items, strict=False)]
    lines += [unworkable("", "", item) for item in items[len(lines) :]]
    failed = evaluated.error_at
    if failed is None and sentence:
        failed = len(evaluated.lines)
    graph = graph_of_rows(evaluated.lines, input_size)
    return of_report(evaluated, tuple(lines), graph, error_at=failed, error=evaluated.error or sentence)


def _evaluated(items: Iterable[str], input_size: Size, itemsize: int) -> tuple[Evaluated, str]:
    """Return the rows up to the first that means nothing, evaluated, and the sentence about that one."""
    rows: list[Row] = []
    sentence = ""
    for item in items:
        try:
            rows.append(parse_row(item))
        except ModelError as error:
            sentence = str(error)
            break
    return evaluate(rows, input_size, itemsize), sentence


def sums_of_text(text: str, input_size: Size) -> tuple[int, int, str]:
    """Return the parameters and MACs alone, and the sentence about what can't work: for a size only asked about."""
    evaluated, sentence = _evaluated(split(text), input_size, 4)
    return evaluated.parameters, evaluated.macs, evaluated.error or sentence


def of_report(
    report: Report,
    entries: tuple[LayerRecord, ...],
    graph: NetworkGraph,
    *,
    error_at: int | None = None,
    error: str = "",
) -> Totals:
    """Return the totals of a report, of rows or of a library's network, with its layers and their graph."""
    memory = report.memory
    return Totals(
        report.input_size,
        entries,
        report.parameters,
        report.macs,
        memory.outputs,
        memory.saved_for_backward,
        memory.inference_peak,
        {optimiser: asdict(report.training(optimiser, report.input_size[0])) for optimiser in OPTIMISERS},
        report.unknown,
        error_at,
        error,
        graph,
    )


def text_of(entry: LayerRecord) -> str:
    """Return a layer as it was typed; of a library's network its kind."""
    return entry.text if isinstance(entry, Line) else entry.kind


def sees_all(entry: LayerRecord) -> bool:
    """Return whether every unit sees the whole image."""
    return entry.receptive_field is not None and entry.receptive_field.size is None


def seen_by(entry: LayerRecord) -> Size | None:
    """Return the receptive field in pixels along each axis, None where a unit sees all or where there is none."""
    return entry.receptive_field.size if entry.receptive_field else None


def as_rows(entries: Iterable[LayerRecord]) -> list[dict[str, object]]:
    """Return one flat record a layer, for a file."""
    return [
        {
            "name": entry.name,
            "layer": text_of(entry),
            "output_size": "x".join(map(str, entry.output_size or ())),
            "parameters": entry.parameters,
            "weights": entry.weights if isinstance(entry, Line) else None,
            "biases": entry.biases if isinstance(entry, Line) else None,
            "macs": entry.macs,
            "flops": entry.flops,
            "output_bytes": entry.memory,
            "receptive_field": "whole image" if sees_all(entry) else "x".join(map(str, seen_by(entry) or ())),
        }
        for entry in entries
    ]

"""A network as the screen shows it, whether it is made of rows or comes from a library."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cnnviz.design import Evaluated, Line, Row, evaluate, parse_row, split
from cnnviz.errors import CnnvizError, ModelError

if TYPE_CHECKING:
    from cnnviz.analysis import NetworkReport

OPTIMISERS = ("sgd", "momentum", "adam")
PARTS = ("parameters", "gradients", "optimiser", "saved")
Size = tuple[int, ...]


@dataclass(frozen=True)
class Entry:
    """A row or a call. Sizes are (N, C, ...), memory is the bytes of the output; without a size it has no numbers.

    `seen` is the receptive field in pixels along each axis, None where a unit sees all or where there is none.
    """

    name: str
    text: str
    kind: str
    branch: int = 0
    output_size: Size | None = None
    parameters: int = 0
    macs: int = 0
    memory: int = 0
    seen: tuple[int | Fraction, ...] | None = None
    whole: bool = False
    line: Line | None = None
    inside: tuple["Entry", ...] = ()

    @property
    def flops(self) -> int:
        """Two for every MAC."""
        return 2 * self.macs


@dataclass(frozen=True)
class Shown:
    """A network at one input size, with its totals; memory is in bytes.

    `training` is, for each optimiser, the bytes of each part. `error_at` is the place of the first row that can't work
    and `error` its sentence; an `error` without a place is about the whole. `unknown` are operations whose cost is not
    in the sums.
    """

    input_size: Size
    entries: tuple[Entry, ...]
    parameters: int = 0
    macs: int = 0
    outputs: int = 0
    saved: int = 0
    peak: int = 0
    training: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    error_at: int | None = None
    error: str = ""

    @property
    def flops(self) -> int:
        """Two for every MAC."""
        return 2 * self.macs

    @property
    def leaves(self) -> tuple[Entry, ...]:
        """The calls in the order of execution, blocks opened; those that can't work are left out."""
        leaves = (leaf for entry in self.entries for leaf in (entry.inside or (entry,)))
        return tuple(leaf for leaf in leaves if leaf.output_size)

    @property
    def working(self) -> tuple[Entry, ...]:
        """The rows up to the first that can't work."""
        return tuple(entry for entry in self.entries if entry.output_size)


@lru_cache(maxsize=64)
def of_text(text: str, input_size: Size, itemsize: int) -> Shown:
    """Return the network that a text means on an input (N, C, ...) of `itemsize` bytes a number."""
    try:
        items = split(text)
    except ModelError as error:
        return Shown(input_size, (), error=str(error))
    evaluated, sentence = _evaluated(items, input_size, itemsize)
    entries = [_of_line(line, item) for line, item in zip(evaluated.lines, items, strict=False)]
    entries += [Entry("", item, "") for item in items[len(entries) :]]
    failed = evaluated.error_at
    if failed is None and sentence:
        failed = len(evaluated.lines)
    return Shown(
        evaluated.input_size,
        tuple(entries),
        evaluated.parameters,
        evaluated.macs,
        evaluated.memory.outputs,
        evaluated.memory.saved_for_backward,
        evaluated.memory.inference_peak,
        _training(evaluated, input_size[0]),
        error_at=failed,
        error=evaluated.error or sentence,
    )


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


def of_library(architecture: str, input_size: Size) -> Shown:
    """Return a library's network on an input (N, C, H, W), in float32, computed by the engine; this imports torch."""
    from cnnviz.engine.requests import Analyze
    from cnnviz.ui.engine import engine, session

    try:
        report = engine().submit(Analyze(architecture, input_size), session=session()).result()
    except CnnvizError as error:
        return Shown(input_size, (), error=str(error))
    return of_report(report)


def of_report(report: "NetworkReport") -> Shown:
    """Return a library's network as analysed."""
    entries = tuple(
        Entry(
            layer.name,
            layer.kind,
            layer.kind,
            output_size=layer.output_size,
            parameters=layer.parameters,
            macs=layer.macs,
            memory=layer.memory,
            seen=layer.receptive_field.size if layer.receptive_field else None,
            whole=layer.receptive_field is not None and layer.receptive_field.size is None,
        )
        for layer in report.layers
    )
    return Shown(
        report.input_size,
        entries,
        report.parameters,
        report.macs,
        report.memory.outputs,
        report.memory.saved_for_backward,
        report.memory.inference_peak,
        _training(report, report.input_size[0]),
        unknown=report.unknown,
    )


def _training(report: Any, batch: int) -> Mapping[str, Mapping[str, int]]:
    found = {optimiser: report.training(optimiser, batch) for optimiser in OPTIMISERS}
    return {optimiser: {part: getattr(each, part) for part in PARTS} for optimiser, each in found.items()}


def _of_line(line: Line, text: str) -> Entry:
    return Entry(
        line.name,
        text,
        line.kind,
        line.branch,
        line.output_size,
        line.parameters,
        line.macs,
        line.memory,
        tuple(axis.size for axis in line.reach) if line.reach else None,
        line.whole,
        line,
        _inside(line.lines),
    )


def _inside(lines: Iterable[Line]) -> tuple[Entry, ...]:
    return tuple(_of_line(line, line.text) for line in lines)


def as_rows(entries: Iterable[Entry]) -> list[dict[str, object]]:
    """Return one flat record a layer, for a file."""
    return [
        {
            "name": entry.name,
            "layer": entry.text,
            "output_size": "x".join(map(str, entry.output_size or ())),
            "parameters": entry.parameters,
            "weights": entry.line.weights if entry.line else None,
            "biases": entry.line.biases if entry.line else None,
            "macs": entry.macs,
            "flops": entry.flops,
            "output_bytes": entry.memory,
            "receptive_field": "whole image" if entry.whole else "x".join(map(str, entry.seen or ())),
        }
        for entry in entries
    ]

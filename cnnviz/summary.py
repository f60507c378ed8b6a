"""A network's report as a table of text, and as JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnviz.analysis.report import NetworkReport
    from cnnviz.design import Evaluated, Line

Size = tuple[int, ...]
NONE = "--"


@dataclass(frozen=True)
class Row:
    """A layer, or where `output_size` is None what holds layers; `field` is the side of what a unit sees per axis.

    `depth` is how far in it stands. Numbers are those of the layer alone, so that a column adds up.
    """

    name: str
    kind: str
    depth: int
    output_size: Size | None = None
    parameters: int = 0
    macs: int = 0
    memory: int = 0
    field: Size | None = None


@dataclass(frozen=True)
class Summary:
    """What is printed of a network: totals, three numbers of memory in bytes, and its rows. Sizes are (N, C, ...)."""

    name: str
    input_size: Size
    output_size: Size
    parameters: int
    macs: int
    memory: Mapping[str, int]
    unknown: tuple[str, ...]
    rows: tuple[Row, ...]


def of_report(name: str, report: "NetworkReport", kinds: Mapping[str, str]) -> Summary:
    """Return the summary of an analysed network; `kinds` are the types of its modules by their names."""
    return Summary(
        name,
        report.input_size,
        report.layers[-1].output_size if report.layers else report.input_size,
        report.parameters,
        report.macs,
        asdict(report.memory),
        report.unknown,
        tuple(_nested(report, kinds)),
    )


def of_design(name: str, network: "Evaluated") -> Summary:
    """Return the summary of a network of rows, all of which work."""
    return Summary(
        name,
        network.input_size,
        network.output_size,
        network.parameters,
        network.macs,
        asdict(network.memory),
        (),
        tuple(_opened(network.lines)),
    )


def to_json(summary: Summary) -> str:
    """Return one line of JSON: the totals, and every layer with its numbers; memory in bytes."""
    return json.dumps(
        {
            "parameters": summary.parameters,
            "macs": summary.macs,
            "flops": 2 * summary.macs,
            "name": summary.name,
            "input_size": summary.input_size,
            "output_size": summary.output_size,
            "memory": dict(summary.memory),
            "unknown": summary.unknown,
            "layers": [
                {
                    "name": row.name,
                    "kind": row.kind,
                    "output_size": row.output_size,
                    "parameters": row.parameters,
                    "macs": row.macs,
                    "memory": row.memory,
                    "receptive_field": row.field,
                }
                for row in summary.rows
                if row.output_size is not None
            ],
        }
    )


def to_table(summary: Summary) -> str:
    """Return the layers, indented as they are nested, and the totals below them. Megabytes are 10^6 bytes."""
    head = ("Layer (type)", "Output shape", "Params", "MACs")
    rows = [(summary.name, _shape(summary.output_size), NONE, NONE), *(_cells(row) for row in summary.rows)]
    wide = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    across = sum(wide) + 3 * (len(head) - 1)

    def line(cells: tuple[str, ...]) -> str:
        (title, shape, *counts), (first, second, *rest) = cells, wide
        numbers = [count.rjust(width) for count, width in zip(counts, rest, strict=True)]
        return "   ".join([title.ljust(first), shape.ljust(second), *numbers])

    thick, thin = "=" * across, "-" * across
    return "\n".join([thick, line(head), thick, *map(line, rows), thick, *_totals(summary, thin), thick])


def _totals(summary: Summary, rule: str) -> Iterator[str]:
    yield f"Total params: {summary.parameters:,}"
    yield f"Total MACs: {summary.macs:,}"
    yield f"Total FLOPs (2 for every MAC): {2 * summary.macs:,}"
    if summary.unknown:
        yield f"Not counted: {', '.join(summary.unknown)}"
    yield rule
    yield f"Input shape: {_shape(summary.input_size)}"
    yield f"Params (MB): {4 * summary.parameters / 1e6:.2f}"
    for title, key in (
        ("All outputs", "outputs"),
        ("Kept for the backward pass", "saved_for_backward"),
        ("Most alive at once in inference", "inference_peak"),
    ):
        yield f"{title} (MB): {summary.memory[key] / 1e6:.2f}"


def _cells(row: Row) -> tuple[str, ...]:
    name = ".".join(row.name.split(".")[row.depth - 1 :])
    title = "│  " * (row.depth - 1) + f"├─ {name} ({row.kind})"
    if row.output_size is None:
        return title, NONE, NONE, NONE
    counts = (f"{count:,}" if count else NONE for count in (row.parameters, row.macs))
    return title, _shape(row.output_size), *counts


def _shape(size: Size) -> str:
    return f"[{', '.join(map(str, size))}]"


def _nested(report: "NetworkReport", kinds: Mapping[str, str]) -> Iterator[Row]:
    """Yield the calls in the order of execution, each after the modules that hold it."""
    path: list[str] = []
    for layer in report.layers:
        *parents, _ = layer.name.split(".")
        common = next((at for at, pair in enumerate(zip(path, parents, strict=False)) if len(set(pair)) > 1), None)
        common = min(len(path), len(parents)) if common is None else common
        for depth in range(common, len(parents)):
            name = ".".join(parents[: depth + 1])
            yield Row(name, kinds.get(name, "Module"), depth + 1)
        path = parents
        field = layer.receptive_field
        yield Row(
            layer.name,
            layer.kind,
            len(parents) + 1,
            layer.output_size,
            layer.parameters,
            layer.macs,
            layer.memory,
            field.size if field else None,
        )


def _opened(lines: "Iterable[Line]") -> Iterator[Row]:
    for line in lines:
        field = tuple(int(axis.size) for axis in line.reach) if line.reach else None
        if line.lines:
            yield Row(line.name, line.kind, line.depth + 1)
            yield from _opened(line.lines)
        else:
            yield Row(
                line.name,
                line.kind,
                line.depth + 1,
                line.output_size,
                line.parameters,
                line.macs,
                line.memory,
                field,
            )


def kinds_of(model: Any) -> dict[str, str]:
    """Return the types of a network's modules by their names."""
    # The table of a network of rows needs no torch.
    from cnnviz.modules import kind_of, modules_of

    return {name: kind_of(module) for name, module in modules_of(model)}

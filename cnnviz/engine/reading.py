"""What a layer reads of the layer before it, and so on down: windows, kept apart from the field in the input."""

from dataclasses import dataclass
from typing import Any

import torch

from cnnviz import models
from cnnviz.analysis import ReceptiveField, analyze
from cnnviz.engine.requests import Reads
from cnnviz.engine.results import Sized
from cnnviz.engine.run import Row, Run
from cnnviz.errors import CnnvizError
from cnnviz.probes.call_inputs import Read, reads


@dataclass(frozen=True)
class Source:
    """A layer that another reads: its name, "" for the network's input, and the rows and columns of its maps.

    `window` is what a unit reads of it, with boxes in its rows and columns; it is None where it has no rows and
    columns, and where no one window describes the units, for the reason in `problem`.
    """

    name: str
    rows: int
    columns: int
    window: ReceptiveField | None
    problem: str


@dataclass(frozen=True)
class ReadRow:
    """A call and its sources; `dilation` is by how many rows and columns the taps of its window lie apart."""

    name: str
    kind: str
    sources: tuple[Source, ...]
    dilation: tuple[int, int]


@dataclass(frozen=True)
class Reading(Sized):
    """The layer that was asked about, and the layers below it as long as each reads one other only, the input last.

    `problem` says why no one field in the input describes the layer, "" where one does.
    """

    rows: tuple[ReadRow, ...]
    problem: str


def reading(request: Reads, run: Run) -> Reading:
    """Follow a layer down, at most `request.depth` calls."""
    size = (1, *models.card(request.model.name).input_size)
    found = reads(run.network, torch.zeros(size, device=run.device), request.layer)
    rows: list[ReadRow] = []
    name = request.layer
    while name and len(rows) < request.depth:
        rows.append(_row(found[name]))
        name = rows[-1].sources[0].name if len(rows[-1].sources) == 1 else ""
    return Reading(tuple(rows), _problem(run, size, request.layer))


def _row(read: Read) -> ReadRow:
    sources = tuple(_source(read, place) for place in range(len(read.givers)))
    return ReadRow(read.name, read.kind, sources, read.dilation)


def _source(read: Read, place: int) -> Source:
    size = read.sizes[place]
    if len(size) != 4:
        return Source(read.givers[place], 1, 1, None, "")
    others = [each for number, each in enumerate(read.sizes) if number != place]
    window: ReceptiveField | None = None
    problem = ""
    try:
        last: Any = analyze(read.alone(place), (size, *others) if others else size).layers[-1]
        window, problem = last.receptive_field, last.field_problem
    except CnnvizError as error:
        problem = str(error)
    return Source(read.givers[place], size[2], size[3], window, problem)


def _problem(run: Run, size: tuple[int, ...], layer: str) -> str:
    found = next((each for each in analyze(run.network, size).layers if each.name == layer), None)
    return found.field_problem if found is not None else ""


ROWS: dict[type, Row] = {Reads: Row(reading)}

"""What a layer reads of the layer before it, and effective receptive fields."""

from collections.abc import Iterator

import torch
from torch import Tensor

from cnnviz import models
from cnnviz.analysis import ReceptiveField, analyze
from cnnviz.engine.compute.inputs import batch_of
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import EffectiveField, Input, Reads
from cnnviz.engine.results import Probed, Reading, ReadRow, Source
from cnnviz.errors import CnnvizError
from cnnviz.probes.call_inputs import Read, reads
from cnnviz.probes.effective_field import CHUNK, Effective, effective


@computes(Reads)
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
        last = analyze(read.alone(place), (size, *others) if others else size).layers[-1]
        window, problem = last.receptive_field, last.field_problem
    except CnnvizError as error:
        problem = str(error)
    return Source(read.givers[place], size[2], size[3], window, problem)


def _problem(run: Run, size: tuple[int, ...], layer: str) -> str:
    found = next((each for each in analyze(run.network, size).layers if each.name == layer), None)
    return found.field_problem if found is not None else ""


@computes(EffectiveField)
def effective_field(request: EffectiveField, run: Run) -> Probed[Effective]:
    """Run the pictures, a few at a time, or noise where there are none."""
    place = request.row, request.column, request.channel
    found = effective(run.network, _stacks(request, run), request.layer, *place)
    return Probed(found, str(run.device), run.note)


def _stacks(request: EffectiveField, run: Run) -> Iterator[Tensor]:
    for start in range(0, len(request.pictures), CHUNK):
        chosen = request.pictures[start : start + CHUNK]
        inputs = [run.ask(Input(request.model, picture, request.invert)) for picture in chosen]
        yield batch_of(*inputs, device=run.device)
    # Drawn on the CPU and one image at a time, so that an image is the same whatever the device and the count.
    random = torch.Generator().manual_seed(0)
    size = models.card(request.model.name).input_size
    for start in range(0, request.noise, CHUNK):
        count = min(CHUNK, request.noise - start)
        yield torch.stack([torch.randn(size, generator=random) for _ in range(count)]).to(run.device)

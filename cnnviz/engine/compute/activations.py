"""What a network makes of a picture: one recorded run of it, and everything else read off that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz import models
from cnnviz.calls import Call, observe
from cnnviz.engine.compute.inputs import OfPicture, picture_batch
from cnnviz.engine.compute.layers import layer_row
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import AnalyzeModel, Classify, Input, Layers, Maps, ModelChoice, Thumbnails, Unit, key_of
from cnnviz.engine.results import Floats, LayerMaps, LayerRow, Prediction, Probed, Sized, StrongestMaps
from cnnviz.errors import ModelError
from cnnviz.nested import first_tensor
from cnnviz.probes.activations import activations
from cnnviz.probes.arrays import to_numpy
from cnnviz.probes.maps import as_maps
from cnnviz.probes.probabilities import probabilities
from cnnviz.probes.record import UnrepeatableError, record
from cnnviz.probes.recording import Recording
from cnnviz.probes.thumbnails import steps, strongest_maps
from cnnviz.probes.unit import UnitAccount, account, recorded_account

# Bytes of tensors of a recording where the cache is full; there are 2.5 MB before.
_FEW_BYTES = 600_000


@dataclass(frozen=True, eq=False)
class _Forward(Sized):
    """What is kept of a run: a recording, None where the network is too large for one, and what it gave, (K,)."""

    model: ModelChoice
    recording: Recording | None
    output: Floats

    def shrink(self) -> None:
        """Make room for the runs of others: two hundred photos, and their layers in twice the time."""
        if self.recording is not None:
            self.recording.shrink(_FEW_BYTES)

    @property
    def nbytes(self) -> int:
        return self.output.nbytes + (0 if self.recording is None else self.recording.nbytes)


def _forward(request: OfPicture, run: Run, also: Callable[[Call], None] | None = None) -> _Forward:
    """Return what is kept of a picture's run; where it runs only now, `also` is told of its calls."""
    key = key_of(Input(request.model, request.picture, request.invert))
    return run.once(key, lambda: _run_once(request, run, also))


def _run_once(request: OfPicture, run: Run, also: Callable[[Call], None] | None) -> _Forward:
    batch = picture_batch(request, run)
    recording = None
    try:
        if run.ask(Layers(request.model)).outputs > run.forward_limit:
            raise UnrepeatableError("The network is too large to hold all that it makes.")
        recording, output = record(run.network, batch, also=also)
    except UnrepeatableError:
        with torch.no_grad():
            output = run.network(batch)
    tensor = first_tensor(output)
    if tensor is None:
        raise ModelError(f"{request.model.name} gives a {type(output).__name__}, and no tensor.")
    return _Forward(replace(request.model, checkpoint=None), recording, to_numpy(tensor[0].flatten()))


def _classes(model: ModelChoice, number: int) -> tuple[str, ...]:
    names = models.card(model.name).classes
    return names if len(names) == number else tuple(f"class {index}" for index in range(number))


@computes(Maps)
def maps(request: Maps, run: Run) -> LayerMaps:
    """Return a layer's maps, from the nearest point of the recorded run."""
    row = layer_row(run.ask(Layers(request.model)), request.layer)
    recording = _forward(request, run).recording
    if recording is not None:
        output = recording.tensor(row.name)
    else:
        output = activations(run.network, picture_batch(request, run), [row.name])[row.name]
    view = as_maps(output, row.kind)
    assert view is not None, "the table of layers has none but those with maps"
    return LayerMaps(request.layer, to_numpy(view), str(run.device), run.note)


class _Thumbnails:
    """The strongest maps of layers, in their order, made at each call of a run as it returns."""

    def __init__(self, rows: Sequence[LayerRow]) -> None:
        self.rows = {row.name: row for row in rows}
        self.steps = dict(zip(self.rows, steps([row.maps for row in rows]), strict=True))
        self.found: dict[str, tuple[NDArray[np.int32], Floats, tuple[float, float]]] = {}

    def see(self, call: Call) -> None:
        row, tensor = self.rows.get(call.name), first_tensor(call.output)
        view = None if row is None or tensor is None else as_maps(tensor.detach(), call.kind)
        if view is not None:
            self.found[call.name] = strongest_maps(view, self.steps[call.name])

    @property
    def missing(self) -> bool:
        return len(self.found) < len(self.rows)


@computes(Thumbnails)
def thumbnails(request: Thumbnails, run: Run) -> StrongestMaps:
    """Return the strongest maps, of the run that is recorded where there is none yet, else of another one."""
    table = run.ask(Layers(request.model))
    named = {node.name for node in run.ask(AnalyzeModel(request.model, table.input_size)).graph.nodes}
    seen = _Thumbnails([row for row in table.rows if row.name in named])
    _forward(request, run, seen.see)
    if seen.missing:
        with torch.no_grad(), observe(run.network, seen.see, steps=False):
            run.network(picture_batch(request, run))
    rows = [row for name, row in seen.rows.items() if name in seen.found]
    channels, maps, limits = zip(*(seen.found[row.name] for row in rows), strict=True)
    of_rows = tuple(seen.steps[row.name] for row in rows)
    names, sizes = tuple(row.name for row in rows), tuple(row.maps for row in rows)
    return StrongestMaps(names, sizes, of_rows, channels, maps, np.array(limits, np.float32), str(run.device), run.note)


@computes(Classify)
def classify(request: Classify, run: Run) -> Prediction:
    """Return the probabilities."""
    scores = _forward(request, run).output
    shares = to_numpy(probabilities(torch.tensor(scores)[None])[0])
    return Prediction(shares, _classes(request.model, len(scores)), scores, str(run.device), run.note)


@computes(Unit)
def unit(request: Unit, run: Run) -> Probed[UnitAccount]:
    """Return how one value came about."""
    recording = _forward(request, run).recording
    place = request.layer, request.channel, request.row, request.column
    found = (
        recorded_account(recording, *place) if recording else account(run.network, picture_batch(request, run), *place)
    )
    return Probed(found, str(run.device), run.note)

"""What a network makes of a picture: one run for all its layers, and what is read off it; and one value's account."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from cnnviz import models
from cnnviz.engine.compute.inputs import batch_of, picture_batch, runs_of
from cnnviz.engine.compute.layers import layer_row
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import Classify, Forward, Input, Layers, Maps, ModelChoice, Unit
from cnnviz.engine.results import Floats, LayerMaps, Outputs, Prediction, Probed
from cnnviz.probes.activations import activations, first_tensor
from cnnviz.probes.arrays import to_numpy
from cnnviz.probes.maps import as_maps
from cnnviz.probes.probabilities import probabilities
from cnnviz.probes.unit import UnitAccount, account


@computes(Forward)
def forward(request: Forward, run: Run) -> Outputs:
    """Run the network once."""
    given = run.ask(Input(request.model, request.picture, request.invert))
    table = run.ask(Layers(request.model))
    rows = table.rows if request.layers is None else [layer_row(table, name) for name in request.layers]
    kinds = {row.name: row.kind for row in rows}
    given_out: list[Any] = []
    hook = run.network.register_forward_hook(lambda module, arguments, output: given_out.append(output))
    try:
        # Named layers end the run at the last of them; none named, it goes on to the output.
        wanted = None if request.layers is None else kinds
        kept = activations(run.network, batch_of(given, device=run.device), wanted)
    finally:
        hook.remove()
    output = first_tensor(given_out[-1]) if given_out else None
    return Outputs(
        _shared(kept, kinds),
        None if output is None else to_numpy(output[0].flatten()),
        given,
        str(run.device),
        run.note,
    )


def _shared(kept: dict[str, Tensor], kinds: Mapping[str, str]) -> dict[str, Floats]:
    """Return the maps of tensors; those that are views of the same memory share their array too."""
    arrays: dict[Any, Floats] = {}
    maps: dict[str, Floats] = {}
    for name, tensor in kept.items():
        if name in kinds and (view := as_maps(tensor, kinds[name])) is not None:
            same = view.data_ptr(), view.shape, view.stride(), view.dtype
            maps[name] = arrays[same] = arrays[same] if same in arrays else to_numpy(view)
    return maps


def _classes(model: ModelChoice, number: int) -> tuple[str, ...]:
    names = models.card(model.name).classes
    return names if len(names) == number else tuple(f"class {index}" for index in range(number))


def _fits(request: Classify | Maps, run: Run) -> bool:
    return run.ask(Layers(request.model)).outputs <= run.forward_limit


def _maps_bases(request: Maps) -> tuple[Forward, ...]:
    whole, none = runs_of(request)
    return whole, replace(none, layers=(request.layer,))


def _read_maps(request: Maps, kept: Outputs) -> LayerMaps | None:
    if request.layer not in kept.maps:
        return None
    return LayerMaps(request.layer, kept.maps[request.layer], kept.device, kept.note)


@computes(Maps, bases=_maps_bases, read=_read_maps)
def maps(request: Maps, run: Run) -> LayerMaps:
    """Return a layer's maps, of a run of all layers where that can be kept."""
    layer_row(run.ask(Layers(request.model)), request.layer)
    whole, one = _maps_bases(request)
    found = _read_maps(request, run.ask(whole if _fits(request, run) else one))
    assert found is not None
    return found


def _read_prediction(request: Classify, kept: Outputs) -> Prediction:
    assert kept.output is not None
    found = probabilities(torch.tensor(kept.output)[None])[0]
    return Prediction(to_numpy(found), _classes(request.model, len(found)), kept.device, kept.note)


@computes(Classify, bases=runs_of, read=_read_prediction)
def classify(request: Classify, run: Run) -> Prediction:
    """Return the probabilities, of a run of all layers where that can be kept."""
    whole, none = runs_of(request)
    return _read_prediction(request, run.ask(whole if _fits(request, run) else none))


@computes(Unit)
def unit(request: Unit, run: Run) -> Probed[UnitAccount]:
    """Return how one value came about."""
    place = request.channel, request.row, request.column
    return Probed(account(run.network, picture_batch(request, run), request.layer, *place), str(run.device), run.note)

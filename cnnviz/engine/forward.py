"""One run of a network for all its layers: Forward, and what is read off it: Input, Classify and Maps."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from cnnviz import images, models
from cnnviz.engine.layers import layer_row
from cnnviz.engine.requests import Classify, Forward, Input, Layers, Maps, ModelChoice, Picture
from cnnviz.engine.results import Floats, LayerMaps, NetworkInput, Outputs, Prediction, frozen
from cnnviz.engine.run import Row, Run
from cnnviz.probes.activations import activations, first_tensor
from cnnviz.probes.arrays import to_numpy
from cnnviz.probes.maps import as_maps


def network_input(model: ModelChoice, picture: Picture, *, invert: bool) -> NetworkInput:
    """Return a picture made ready for a model."""
    how = replace(models.card(model.name).preprocessing, invert=invert)
    prepared = images.prepare(Image.fromarray(picture.pixels), how)
    height, width = picture.pixels.shape[:2]
    return NetworkInput(frozen(prepared.tensor)[0], frozen(prepared.view), prepared.crop_box, (height, width))


def batch_of(*inputs: NetworkInput, device: torch.device) -> Tensor:
    """Return inputs of one size as a batch (N, C, H, W)."""
    # torch.tensor copies, so that nothing a model does in place reaches the arrays.
    return torch.stack([torch.tensor(each.values) for each in inputs]).to(device)


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


def _whole(request: Input | Classify | Maps) -> Forward:
    return Forward(request.model, request.picture, request.invert)


def _fits(request: Input | Classify | Maps, run: Run) -> bool:
    return run.ask(Layers(request.model)).outputs <= run.forward_limit


def _maps_bases(request: Maps) -> tuple[Forward, ...]:
    return _whole(request), replace(_whole(request), layers=(request.layer,))


def _read_maps(request: Maps, kept: Outputs) -> LayerMaps | None:
    if request.layer not in kept.maps:
        return None
    return LayerMaps(request.layer, kept.maps[request.layer], kept.device, kept.note)


def _maps(request: Maps, run: Run) -> LayerMaps:
    layer_row(run.ask(Layers(request.model)), request.layer)
    whole, one = _maps_bases(request)
    found = _read_maps(request, run.ask(whole if _fits(request, run) else one))
    assert found is not None
    return found


def _light_bases(request: Classify | Input) -> tuple[Forward, ...]:
    return _whole(request), replace(_whole(request), layers=())


def _read_prediction(request: Classify, kept: Outputs) -> Prediction:
    assert kept.output is not None
    probabilities = torch.tensor(kept.output, dtype=torch.float64).softmax(0)
    return Prediction(to_numpy(probabilities), _classes(request.model, len(probabilities)), kept.device, kept.note)


def _classify(request: Classify, run: Run) -> Prediction:
    whole, light = _light_bases(request)
    return _read_prediction(request, run.ask(whole if _fits(request, run) else light))


def _input(request: Input, run: Run) -> NetworkInput:
    return network_input(request.model, request.picture, invert=request.invert)


ROWS: dict[type, Row] = {
    Forward: Row(forward),
    Input: Row(_input, _light_bases, lambda request, kept: kept.input),
    Classify: Row(_classify, _light_bases, _read_prediction),
    Maps: Row(_maps, _maps_bases, _read_maps),
}

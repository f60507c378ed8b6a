"""The filters of a network, and what excites them."""

from collections.abc import Iterator

import torch
from torch import Tensor

from cnnviz import models
from cnnviz.engine.compute.inputs import batch_of, picture_batch
from cnnviz.engine.compute.layers import layer_row
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import Filters, Guided, Input, Layers, Strongest
from cnnviz.engine.results import LayerRow, NetworkInput, Patch, Patches, Probed
from cnnviz.probes import patches
from cnnviz.probes.filters import FilterBank, filters_of, first_filters
from cnnviz.probes.guided_backpropagation import Guided as Gradient
from cnnviz.probes.guided_backpropagation import guided as guided_gradient

_CHUNK = 32


@computes(Filters)
def filters(request: Filters, run: Run) -> Probed[FilterBank]:
    """Return the filters of a layer, by default of the one that reads the picture."""
    # Only which layer gets the image matters, not what is on it.
    batch = torch.zeros((1, *models.card(request.model.name).input_size), device=run.device)
    layer = request.layer
    found = first_filters(run.network, batch) if layer is None else filters_of(run.network, layer, batch)
    return Probed(found, str(run.device), run.note)


@computes(Guided)
def guided(request: Guided, run: Run) -> Probed[Gradient]:
    """Return the guided gradient of a channel's strongest unit, or of the one at (row, column)."""
    place = request.channel, request.row, request.column
    found = guided_gradient(run.network, picture_batch(request, run), request.layer, *place)
    return Probed(found, str(run.device), run.note)


@computes(Strongest)
def strongest(request: Strongest, run: Run) -> Patches:
    """Run all pictures up to the layer in chunks, and cut out the receptive field of each one's strongest unit."""
    row = layer_row(run.ask(Layers(request.model)), request.layer)
    inputs = [run.ask(Input(request.model, picture, request.invert)) for picture in request.pictures]

    def stacks() -> Iterator[Tensor]:
        for start in range(0, len(inputs), _CHUNK):
            yield batch_of(*inputs[start : start + _CHUNK], device=run.device)

    hits = patches.strongest(run.network, stacks(), request.layer, request.channel, count=request.count)
    return Patches(tuple(_patch(hit, row, inputs[hit.index]) for hit in hits), str(run.device), run.note)


def _patch(hit: patches.Hit, row: LayerRow, given: NetworkInput) -> Patch:
    field = row.receptive_field
    box = None
    if field is not None and field.size is not None:
        top, left, bottom, right = field.box(hit.row, hit.column)
        box = top, left, bottom, right
    return Patch(hit.index, hit.row, hit.column, hit.value, box, patches.cut(given.view, box))

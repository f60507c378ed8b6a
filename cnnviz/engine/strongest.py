"""The pictures that excite a channel most, each with the part that does."""

from collections.abc import Iterator

from torch import Tensor

from cnnviz.engine.forward import batch_of
from cnnviz.engine.layers import layer_row
from cnnviz.engine.requests import Input, Layers, Strongest
from cnnviz.engine.results import LayerRow, NetworkInput, Patch, Patches
from cnnviz.engine.run import Row, Run
from cnnviz.probes import patches

_CHUNK = 32


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
    box = None if field is None or field.size is None else field.box(hit.row, hit.column)
    return Patch(hit.index, hit.row, hit.column, hit.value, box, patches.cut(given.view, box))


ROWS: dict[type, Row] = {Strongest: Row(strongest)}

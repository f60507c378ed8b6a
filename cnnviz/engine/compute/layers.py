"""Which layers of a model have something to show, with their sizes, costs and receptive fields; what each reads."""

import difflib

import torch

from cnnviz import models
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import AnalyzeModel, Layers, ModelChoice
from cnnviz.engine.results import LayerRow, LayerTable
from cnnviz.errors import ModelError
from cnnviz.probes.maps import as_maps


def _size(model: ModelChoice, of_picture: tuple[int, int] | None = None) -> tuple[int, int, int, int]:
    card = models.card(model.name)
    return (1, card.input_size[0], *(of_picture or card.preprocessing.crop))


@computes(Layers)
def layers(request: Layers, run: Run) -> LayerTable:
    """Return the rows of the analysis whose outputs can be shown as maps."""
    input_size = _size(request.model, request.input_size)
    rows = []
    for layer in run.ask(AnalyzeModel(request.model, input_size)).layers:
        size = tuple(layer.output_size)
        # On the meta device only shapes are computed.
        maps = as_maps(torch.empty(size, device="meta"), layer.kind)
        if maps is not None and maps.numel():
            channels, rows_, columns = maps.shape
            rows.append(
                LayerRow(
                    name=layer.name,
                    kind=layer.kind,
                    output_size=size,
                    maps=(channels, rows_, columns),
                    parameters=layer.parameters,
                    macs=layer.macs,
                    memory=layer.memory,
                    receptive_field=layer.receptive_field,
                )
            )
    if not rows:
        raise ModelError("This model has no layer with maps to show.")
    outputs = 4 * sum(channels * height * width for channels, height, width in (row.maps for row in rows))
    return LayerTable(tuple(rows), input_size, outputs)


def layer_row(table: LayerTable, name: str) -> LayerRow:
    """Return a row by its name; raise ModelError with names that exist."""
    found = next((row for row in table.rows if row.name == name), None)
    if found is None:
        names = [row.name for row in table.rows]
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.4) or names[:3]
        raise ModelError(f"This model has no layer {name} with maps to show; it has {', '.join(near)} and others.")
    return found

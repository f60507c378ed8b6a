"""What moves along when a picture moves."""

from fractions import Fraction
from typing import Any

import torch

from cnnviz import images
from cnnviz.engine.compute.inputs import black, picture_batch, sheet_batch, tensor
from cnnviz.engine.compute.layers import layer_row
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import (
    BlurSignal,
    Layers,
    MoveMaps,
    ShiftAnswers,
    ShiftLayers,
    ShiftMaps,
)
from cnnviz.engine.results import LayerTable, Probed
from cnnviz.probes.equivariance import LayerGap, Places, ShiftedMaps, equivariance, shifted_maps
from cnnviz.probes.pose_equivariance import Change, Shifted, movements, shifted
from cnnviz.probes.subsampling import Moved1d, moved1d

# They hand on what they get, or only get it ready for the next.
_SILENT = ("Identity", "Dropout", "Dropout2d", "pad")


def places_of(table: LayerTable) -> dict[str, Places]:
    """Return where the units of each layer stand.

    Where every unit sees the whole picture, they stand as evenly as their number says.
    """
    height, width = table.input_size[2:]
    found = {}
    for row in table.rows:
        if row.kind in _SILENT:
            continue
        field, (_, rows, columns) = row.receptive_field, row.maps
        if field is None or field.size is None or len(field.spans) != 2 or not all(field.stride):
            found[row.name] = Places((_ratio(height, rows), _ratio(width, columns)))
            continue
        (down, across), (high, wide) = field.spans, field.stride
        reads = [
            tuple((int(span.first(unit)), int(span.last(unit))) for unit in range(count))
            for span, count in ((down, rows), (across, columns))
        ]
        found[row.name] = Places((high, wide), *reads)
    return found


def _ratio(pixels: int, units: int) -> int | Fraction:
    found = Fraction(pixels, units)
    return int(found) if found.denominator == 1 else found


@computes(ShiftLayers)
def shift_layers(request: ShiftLayers, run: Run) -> Probed[tuple[LayerGap, ...]]:
    """Return the gaps of all layers."""
    found = equivariance(
        run.network, picture_batch(request, run), places_of(run.ask(Layers(request.model))), **_how(request)
    )
    return Probed(found, str(run.device), run.note)


@computes(ShiftMaps)
def shift_maps(request: ShiftMaps, run: Run) -> Probed[ShiftedMaps]:
    """Return one channel of one layer."""
    table = run.ask(Layers(request.model))
    layer_row(table, request.layer)
    batch = picture_batch(request, run)
    found = shifted_maps(run.network, batch, places_of(table), request.layer, request.channel, **_how(request))
    return Probed(found, str(run.device), run.note)


@computes(ShiftAnswers)
def shift_answers(request: ShiftAnswers, run: Run) -> Probed[Shifted]:
    """Return what a network for digits makes of the hundred test digits."""
    batch, ground = sheet_batch(request.model, run), black(request.model, run)
    found = shifted(run.network, batch, torch.tensor(images.sheet_labels()), request.shifts, ground)
    return Probed(found, str(run.device), run.note)


@computes(MoveMaps)
def move_maps(request: MoveMaps, run: Run) -> Probed[tuple[Change, ...]]:
    """Return what each pose does to the layer."""
    table = run.ask(Layers(request.model))
    layer_row(table, request.layer)
    where = places_of(table)[request.layer]
    found = movements(run.network, picture_batch(request, run), request.layer, where, request.poses)
    return Probed(found, str(run.device), run.note)


@computes(BlurSignal)
def blur_signal(request: BlurSignal, run: Run) -> Probed[Moved1d]:
    """Return a signal's poolings, computed on the CPU: a GPU would be slower for so little."""
    return Probed(moved1d(tensor(request.signal), request.shift, blur=request.blur), "cpu", "")


def _how(request: ShiftLayers | ShiftMaps) -> dict[str, Any]:
    return {name: getattr(request, name) for name in ("down", "right", "circular", "blur")}

"""Effective receptive fields, averaged over pictures or over noise."""

from collections.abc import Iterator

import torch
from torch import Tensor

from cnnviz import models
from cnnviz.engine.forward import batch_of
from cnnviz.engine.requests import EffectiveField, Input
from cnnviz.engine.results import Probed
from cnnviz.engine.run import Row, Run
from cnnviz.probes.effective_field import CHUNK, Effective, effective


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


ROWS: dict[type, Row] = {EffectiveField: Row(effective_field)}

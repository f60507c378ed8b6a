"""Poolings of numbers that are given outright. They need no model."""

import torch

from cnnviz import images
from cnnviz.engine.compute.inputs import tensor
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import Pool, PoolMoved, PoolShifts
from cnnviz.engine.results import Probed
from cnnviz.probes.pooling import Moved, Pooled, Shifts, pooled, pooled_moved
from cnnviz.probes.pooling import shifts as shifts_of


@computes(Pool)
def pool(request: Pool, run: Run) -> Probed[Pooled]:
    """Return the output, computed on the CPU: a GPU would be slower for so little."""
    return Probed(pooled(request.kind, tensor(request.inputs), **dict(request.settings)), "cpu", "")


@computes(PoolMoved)
def moved(request: PoolMoved, run: Run) -> Probed[Moved]:
    """Return the input moved and pooled, on the CPU for the same reason."""
    inputs = tensor(request.inputs)
    return Probed(pooled_moved(request.kind, inputs, request.columns, **dict(request.settings)), "cpu", "")


@computes(PoolShifts)
def shifts(request: PoolShifts, run: Run) -> Probed[Shifts]:
    """Return what stays of a sheet of test images."""
    pictures = torch.tensor(images.sheet(request.sheet), device=run.device)[:, None].float() / 255
    found = shifts_of(request.kind, pictures, request.longest, **dict(request.settings))
    return Probed(found, str(run.device), run.note)

"""Requests about poolings of given numbers: Pool, PoolMoved and PoolShifts. They need no model."""

import torch

from cnnviz import images
from cnnviz.engine.given import tensor
from cnnviz.engine.requests import Pool, PoolMoved, PoolShifts
from cnnviz.engine.results import Probed
from cnnviz.engine.run import Row, Run
from cnnviz.probes.pooling import Moved, Pooled, Shifts, pooled, pooled_moved
from cnnviz.probes.pooling import shifts as shifts_of


def pool(request: Pool, run: Run) -> Probed[Pooled]:
    """Return the output, computed on the CPU: a GPU would be slower for so little."""
    return Probed(pooled(request.kind, tensor(request.inputs), **dict(request.settings)), "cpu", "")


def moved(request: PoolMoved, run: Run) -> Probed[Moved]:
    """Return the input moved and pooled, on the CPU for the same reason."""
    inputs = tensor(request.inputs)
    return Probed(pooled_moved(request.kind, inputs, request.columns, **dict(request.settings)), "cpu", "")


def shifts(request: PoolShifts, run: Run) -> Probed[Shifts]:
    """Return what stays of a sheet of test images."""
    pictures = torch.tensor(images.sheet(request.sheet), device=run.device)[:, None].float() / 255
    found = shifts_of(request.kind, pictures, request.longest, **dict(request.settings))
    return Probed(found, str(run.device), run.note)


ROWS: dict[type, Row] = {Pool: Row(pool), PoolMoved: Row(moved), PoolShifts: Row(shifts)}

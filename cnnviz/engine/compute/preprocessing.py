"""Preprocessing of points and pictures, on the CPU: a GPU would be slower for so little."""

import torch

from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import PreparePoints
from cnnviz.engine.results import Probed
from cnnviz.probes.preprocessing import Cloud, cloud, place, prepared


@computes(PreparePoints)
def prepare_points(request: PreparePoints, run: Run) -> Probed[Cloud]:
    """Return the cloud and what became of it."""
    base, labels = cloud(request.count, request.apart, request.seed)
    points = torch.tensor(place(base, request.centre, request.spread, request.turn))
    ways = prepared(points, torch.tensor(labels), rate=request.rate, steps=request.steps, turn=request.rotate)
    return Probed(Cloud(base, labels, ways), "cpu", "")

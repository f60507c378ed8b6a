"""Preprocessing of points and pictures, on the CPU: a GPU would be slower for so little."""

import torch

from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import Decompose, FindComponents, PreparePoints
from cnnviz.engine.results import Probed
from cnnviz.images.patch_sets import SETS, as_patches, pictures_of
from cnnviz.probes.preprocessing import Cloud, cloud, place, prepared
from cnnviz.probes.principal_components import Components, Decomposed, cut, decomposed, principal_components


@computes(PreparePoints)
def prepare_points(request: PreparePoints, run: Run) -> Probed[Cloud]:
    """Return the cloud and what became of it."""
    base, labels = cloud(request.count, request.apart, request.seed)
    points = torch.tensor(place(base, request.centre, request.spread, request.turn))
    ways = prepared(points, torch.tensor(labels), rate=request.rate, steps=request.steps, turn=request.rotate)
    return Probed(Cloud(base, labels, ways), "cpu", "")


@computes(FindComponents)
def find_components(request: FindComponents, run: Run) -> Probed[Components]:
    """Return the components of every patch of the set's pictures."""
    side = SETS[request.patches].side
    rows = torch.cat([cut(torch.tensor(picture), side) for picture in pictures_of(request.patches)])
    return Probed(principal_components(rows.double() / 255), "cpu", "")


@computes(Decompose)
def decompose(request: Decompose, run: Run) -> Probed[Decomposed]:
    """Return a picture's coefficients."""
    found = run.ask(FindComponents(request.patches)).found
    pixels = as_patches(request.patches, request.picture.pixels)
    return Probed(decomposed(pixels, SETS[request.patches].side, found), "cpu", "")

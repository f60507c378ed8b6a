"""Preprocessing of points and pictures, on the CPU: a GPU would be slower for so little."""

import torch

from cnnviz import images
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import Decompose, FindComponents, PreparePhoto, PreparePoints
from cnnviz.engine.results import Probed
from cnnviz.images.patch_sets import SETS, as_patches, pictures_of
from cnnviz.probes.channel_statistics import PreparedPhoto, SetMean, channels, set_mean, step_by_step
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


@computes(PreparePhoto)
def prepare_photo(request: PreparePhoto, run: Run) -> Probed[PreparedPhoto]:
    """Return the middle of a photo step by step, and the tensor that a network gets of it."""
    mean = run.once("mean of the gallery", _gallery_mean).found
    pixels = as_patches("colour patches", request.picture.pixels)
    got = channels(torch.tensor(images.prepare(request.picture.pixels, request.how).tensor[0]))
    return Probed(PreparedPhoto(step_by_step(pixels, mean), got, mean), "cpu", "")


def _gallery_mean() -> Probed[SetMean]:
    photos = (torch.tensor(each).permute(2, 0, 1) / 255 for each in pictures_of("colour patches"))
    return Probed(set_mean(photos), "cpu", "")

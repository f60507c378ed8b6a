"""Transformers in networks: what one learned, and what warping maps inside of a network does."""

from collections import OrderedDict
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz import images, models
from cnnviz.analysis import analyze
from cnnviz.arithmetic.lattice import Lattice
from cnnviz.arithmetic.pose import AXES, Pose, pose_of
from cnnviz.engine.compute.inputs import black, normalised, picture_batch, sheet_batch
from cnnviz.engine.compute.layers import layer_row
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import (
    AnswerWarped,
    FollowBox,
    Layers,
    Localise,
    ModelChoice,
    Picture,
    TransformDigits,
    WarpMaps,
)
from cnnviz.engine.results import Followed, LayerRow, Localised, Part, Probed, Transformed, WarpedAnswers
from cnnviz.errors import ModelError
from cnnviz.models.spatial_transformer import SpatialTransformer
from cnnviz.probes.placement import place
from cnnviz.probes.spatial_transformer import chosen_affine, has_transformer, looked
from cnnviz.probes.warped_maps import Lattices, WarpedMaps, warped_answers, warped_maps
from cnnviz.training.distortions import distort

DIGIT = 28
_PLAIN = images.Preprocessing(resize=(DIGIT, DIGIT), crop=(DIGIT, DIGIT), mean=(0.0,), std=(1.0,), channels=1)


@computes(TransformDigits)
def transform(request: TransformDigits, run: Run) -> Probed[Transformed]:
    """Return what a network makes of digits, all in one run."""
    side = models.card(request.model.name).preprocessing.crop[0]
    canvas = _canvas(_digits(request.pictures, invert=request.invert), side, request.pose, request.clutter)
    hand = request.pose.box(side, DIGIT)
    found = looked(run.network, _ready(canvas, request.model, run), hand)
    return Probed(Transformed(canvas[:, 0].numpy(), found, hand), str(run.device), run.note)


@computes(FollowBox)
def follow(request: FollowBox, run: Run) -> Probed[Followed]:
    """Return how the boxes follow, all values of all digits in one run."""
    if request.amount not in AXES:
        raise ModelError(f"A digit is placed by {', '.join(AXES)}, not by {request.amount!r}.")
    count = len(request.pictures)
    if not has_transformer(run.network):
        return Probed(Followed(np.zeros((0, count), np.float32), 0.0), str(run.device), run.note)
    side = models.card(request.model.name).preprocessing.crop[0]
    digits = _digits(request.pictures, invert=False)
    poses = [request.pose.changed(request.amount, value) for value in request.values]
    canvas = torch.cat([_canvas(digits, side, pose, request.clutter) for pose in poses])
    thetas = chosen_affine(run.network, _ready(canvas, request.model, run)).tolist()
    found = [pose_of((a, b, c, d, e, f), side, DIGIT).along(request.amount) for a, b, c, d, e, f in thetas]
    amounts = np.array(found).reshape(-1, count)
    if request.amount == "degrees":
        amounts = np.unwrap(amounts, period=360, axis=0)
    slope = float(np.polyfit(request.values, amounts.mean(axis=1), 1)[0])
    return Probed(Followed(amounts.astype(np.float32), slope), str(run.device), run.note)


@computes(WarpMaps)
def warp_maps(request: WarpMaps, run: Run) -> Probed[WarpedMaps]:
    """Return the maps warped, and those of the warped photo."""
    photo = picture_batch(request, run)
    lattices = _lattices(request.model, run)
    found = warped_maps(run.network, photo, black(request.model, run), request.layer, request.theta, lattices)
    return Probed(found, str(run.device), run.note)


@computes(AnswerWarped)
def answer_warped(request: AnswerWarped, run: Run) -> Probed[WarpedAnswers]:
    """Return the answers to the hundred test digits, three runs of them all."""
    photos = sheet_batch(request.model, run)
    lattices = _lattices(request.model, run)
    found = warped_answers(run.network, photos, black(request.model, run), request.layer, request.theta, lattices)
    return Probed(WarpedAnswers(*found), str(run.device), run.note)


@computes(Localise)
def localise(request: Localise, run: Run) -> Localised:
    """Return the layers of a localisation network for a layer's maps."""
    size = layer_row(run.ask(Layers(request.model)), request.layer).maps
    if size[1] != size[2] or size[1] < 4:
        raise ModelError(
            f"The maps of {request.layer} are {size[1]}×{size[2]}; a localisation network that halves them twice "
            "needs square ones of at least 4×4."
        )
    made = SpatialTransformer(channels=size[0], side=size[1], warped=size[1], hidden=request.hidden).localisation
    layers = nn.Sequential(OrderedDict([*made.features.named_children(), ("regression", made.regression)]))
    report = analyze(layers, (1, *size))
    # Only what works: without a first pooling there is an identity in its place.
    rows = [layer for layer in report.layers if layer.kind != "Identity"]
    parts = tuple(Part(each.name, each.kind, tuple(each.output_size[1:]), each.parameters) for each in rows)
    whole = analyze(run.network, (1, *models.card(request.model.name).input_size))
    return Localised(size, parts, report.parameters, report.macs, whole.parameters, whole.macs)


def _digits(pictures: tuple[Picture, ...], *, invert: bool) -> Tensor:
    """Return pictures as MNIST has its digits, (N, 1, 28, 28) in [0, 1]."""
    how = replace(_PLAIN, invert=invert)
    return torch.cat([torch.tensor(images.prepare(each.pixels, how).tensor) for each in pictures])


def _canvas(digits: Tensor, side: int, pose: Pose, clutter: int | None) -> Tensor:
    """Return digits in a pose, in the whole numbers of pictures: (N, 1, side, side) uint8."""
    canvas = place(digits, [pose] * len(digits), side)
    if clutter is not None:
        canvas = torch.maximum(canvas, _clutter(side, clutter))
    return (canvas * 255).round().to(torch.uint8)


def _clutter(side: int, seed: int) -> Tensor:
    """Return what training strews about a digit, (1, 1, side, side), cut to the canvas or in its middle."""
    sheet = torch.tensor(images.sheet("digits"))[:, None].float() / 255
    # Strewn about a first digit that is black, pieces of the others are all there is.
    alone = distort(torch.cat([torch.zeros_like(sheet[:1]), sheet]), "cluttered", torch.Generator().manual_seed(seed))
    apart = alone.shape[-1] - side
    return nn.functional.pad(alone[:1], [-(apart // 2), apart // 2 - apart] * 2)


def _ready(canvas: Tensor, model: ModelChoice, run: Run) -> Tensor:
    """Return bytes (N, 1, S, S) as a model's batch."""
    return normalised(canvas.float() / 255, model).to(run.device)


def _lattices(model: ModelChoice, run: Run) -> dict[str, Lattices]:
    """Return where the units of each layer lie on the photo, for layers whose units lie evenly."""
    table = run.ask(Layers(model))
    found = {row.name: _lattice(row, table.input_size[2:]) for row in table.rows}
    return {name: both for name, both in found.items() if both is not None}


def _lattice(row: LayerRow, sides: tuple[int, ...]) -> Lattices | None:
    field = row.receptive_field
    if field is None or field.size is None or len(row.output_size) != 4 or min(row.output_size[2:]) < 2:
        return None
    strides = [stride for stride in field.stride if isinstance(stride, int) and stride > 0]
    if len(strides) < len(field.stride):
        return None
    rows, columns = (
        Lattice(*numbers)
        for numbers in zip(sides, row.output_size[2:], field.size, strides, field.padding, strict=True)
    )
    return rows, columns

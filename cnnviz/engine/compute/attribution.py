"""What in a picture a class's logit comes from."""

from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torchvision.transforms.functional import gaussian_blur

from cnnviz import models
from cnnviz.engine.compute.inputs import normalised, picture_batch
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import AttributePixels, FillPatch, Layers, LocateClass, Occlude, WeighLayers
from cnnviz.engine.results import Bytes, Floats, LocatedClass, PixelShares, Probed, WeighedLayers
from cnnviz.errors import ModelError
from cnnviz.probes.arrays import to_numpy
from cnnviz.probes.cam import pooled_head
from cnnviz.probes.grad_cam import grad_cams
from cnnviz.probes.guided_backpropagation import guided_class
from cnnviz.probes.input_gradients import (
    InputGradient,
    gradient,
    gradient_times_input,
    integrated_gradients,
    smooth_gradient,
)
from cnnviz.probes.occlusion import occluded_logits
from cnnviz.probes.probabilities import probabilities

_SIDE = 28  # of a map on the strip, at most


@computes(LocateClass)
def locate_class(request: LocateClass, run: Run) -> LocatedClass:
    """Return the shares of one class alone: all classes' weights would be most of what a picture keeps."""
    try:
        head = pooled_head(run.network, picture_batch(request, run))
    except ModelError as error:
        return LocatedClass(None, str(error), str(run.device), run.note)
    return LocatedClass(head.shares(request.target), "", str(run.device), run.note)


@computes(WeighLayers)
def weigh_layers(request: WeighLayers, run: Run) -> WeighedLayers:
    """Return all layers' maps by one pass, those that the table of layers has."""
    batch = picture_batch(request, run)
    found = grad_cams(run.network, batch, request.target)
    names = [row.name for row in run.ask(Layers(request.model)).rows if row.name in found and row.kind != "Identity"]
    if not names:
        raise ModelError("No layer of this network has maps of more than one value, so Grad-CAM has nothing to weigh.")
    size = _small(batch.shape[2], batch.shape[3])
    strip = np.stack([_resized(found[name].map, size) for name in names])
    return WeighedLayers(tuple(names), tuple(found[name].signed for name in names), strip, str(run.device), run.note)


def _small(height: int, width: int) -> tuple[int, int]:
    scale = _SIDE / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def _resized(values: Floats, size: tuple[int, int]) -> Floats:
    """Return a map of another size: means of what falls into a cell, or copies of it."""
    image = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(image.resize(size[::-1], Image.Resampling.BOX))


@computes(FillPatch)
def fill_patch(request: FillPatch, run: Run) -> Probed[Bytes]:
    """Return the filling as it looks before it is standardised."""
    one = picture_batch(request, run)
    how = models.card(request.model.name).preprocessing
    mean, std = (torch.tensor(each).to(one)[:, None, None] for each in (how.mean, how.std))
    pixels = (_filling(request, one) * std + mean).clamp(0, 1).expand(one.shape[1:])
    colours = (255 * pixels).round().byte().permute(1, 2, 0).cpu().numpy()
    return Probed(np.ascontiguousarray(np.broadcast_to(colours, (*colours.shape[:2], 3))), str(run.device), run.note)


@computes(Occlude)
def occlude(request: Occlude, run: Run) -> Probed[Floats]:
    """Return the probabilities behind each patch."""
    one = picture_batch(request, run)
    _, logits = occluded_logits(run.network, one, request.places, _filling(request, one), size=request.size)
    return Probed(to_numpy(probabilities(torch.tensor(logits))), str(run.device), run.note)


def _filling(request: FillPatch | Occlude, one: Tensor) -> Tensor:
    """Return what stands in place of the patch, standardised: (C, 1, 1) or (C, H, W)."""
    if request.filling == "mean":
        return one[0].mean(dim=(1, 2), keepdim=True)
    if request.filling == "blur":
        reach = max(one.shape[2:]) // 8
        blurred: Tensor = gaussian_blur(one, [2 * reach + 1] * 2, [max(0.5, reach / 2)] * 2)
        return blurred[0]
    shade = {"black": 0.0, "grey": 0.5}[request.filling]
    return normalised(torch.full((1, 1, 1), shade), request.model).to(one)


@computes(AttributePixels)
def attribute_pixels(request: AttributePixels, run: Run) -> PixelShares:
    """Return one method's numbers, a pixel's colours added up."""
    given = run.network, picture_batch(request, run), request.target
    part = None if request.span is None else range(*request.span)
    baseline_logit, found = None, _BY_METHOD.get(request.method)
    if found is not None:
        made: InputGradient = found(*given)
    elif request.method == "smooth":
        made = smooth_gradient(*given, samples=request.points, noise=request.noise, part=part)
    else:
        black = normalised(torch.zeros(1, 1, 1), request.model) if request.baseline == "black" else None
        made = integrated = integrated_gradients(*given, baseline=black, steps=request.points, part=part)
        baseline_logit = integrated.baseline_logit
    values = made.values.sum(axis=0)
    total = float(made.values.sum(dtype=np.float64))
    return PixelShares(values, total, made.logit, baseline_logit, str(run.device), run.note)


_BY_METHOD: dict[str, Callable[..., InputGradient]] = {
    "gradient": gradient,
    "times_input": gradient_times_input,
    "guided": guided_class,
}

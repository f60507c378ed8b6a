"""Photos as a trained network describes them, and as a layer that was trained on top of it knows them."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnviz import images, models
from cnnviz.engine.compute.training import reached
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import DescribePhoto, ModelChoice, Picture, Recognise
from cnnviz.engine.results import PhotoFeatures, Recognised
from cnnviz.probes.class_maps import class_maps


@computes(DescribePhoto)
def describe_photo(request: DescribePhoto, run: Run) -> PhotoFeatures:
    """Run the network up to its last maps, and keep their means alone."""
    last, _ = _last_maps(request.model, request.picture, run)
    return PhotoFeatures(last.mean(dim=(2, 3))[0].cpu().numpy())


@computes(Recognise, cached=False)
def recognise(request: Recognise, run: Run) -> Recognised:
    """Have the layer read the photo's features; the run is made again up to that step where it went on."""
    layer = reached(request, run).network.eval()
    last, view = _last_maps(request.model, request.picture, run)
    found = class_maps(layer, last.cpu())
    scores, maps, biases = (each.numpy() for each in (found.scores, found.maps, found.biases))
    return Recognised(scores, found.scores.softmax(dim=0).numpy(), maps, biases, view)


def _last_maps(model: ModelChoice, picture: Picture, run: Run) -> tuple[Tensor, NDArray[np.uint8]]:
    """Return the last maps (1, C, h, w), and what the network gets as a picture.

    The photo as a network gets it is not kept: 600 kB each, of hundreds of photos.
    """
    prepared = images.prepare(picture.pixels, models.card(model.name).preprocessing)
    with torch.no_grad():
        last: Tensor = run.network.forward_features(torch.tensor(prepared.tensor).to(run.device))  # type: ignore[operator]
    return last, prepared.view

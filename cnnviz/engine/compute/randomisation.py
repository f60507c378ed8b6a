"""What maps of pixels become when weights are made random from the top."""

from dataclasses import replace

import numpy as np
import torch
from PIL import Image

from cnnviz.engine.compute.inputs import picture_batch
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import RandomiseLayers
from cnnviz.engine.results import Floats, RandomisedMaps
from cnnviz.errors import ModelError
from cnnviz.nested import first_tensor
from cnnviz.probes.grad_cam import grad_cams
from cnnviz.probes.guided_backpropagation import guided_class
from cnnviz.probes.input_gradients import gradient
from cnnviz.probes.probabilities import probabilities
from cnnviz.probes.randomised_weights import layers_with_weights, randomised, rank_correlation


@computes(RandomiseLayers)
def randomise_layers(request: RandomiseLayers, run: Run) -> RandomisedMaps:
    """Return the maps of a copy, and their rank correlations with those of the network itself."""
    batch = picture_batch(request, run)
    base = run.ask(replace(request, share=0.0)) if request.share else None
    names = layers_with_weights(run.network, batch)
    if not names:
        raise ModelError("No layer of this network has weights that can be drawn anew.")
    count = min(len(names), round(request.share * len(names)) or (1 if request.share else 0))
    network = randomised(run.network, names[len(names) - count :], seed=request.seed) if count else run.network
    plain = gradient(network, batch, request.target).values
    guided = guided_class(network, batch, request.target).values
    weighed = grad_cams(network, batch, request.target, layers=None if base is None else [base.layer])
    # The last whose map is not 0 all over, as those of a transformer are that reads its class token alone.
    shown = [name for name, each in weighed.items() if each.signed.any()] or list(weighed)
    layer = shown[-1] if shown else ""
    size = batch.shape[2:]
    kept = [np.abs(each).sum(axis=0) for each in (plain, plain * batch[0].cpu().numpy(), guided)]
    kept.append(_resized(weighed[layer].signed, (size[0], size[1])) if layer else np.zeros(size, np.float32))
    maps = np.stack(kept).astype(np.float32)
    before = maps if base is None else base.maps
    correlations = np.array([rank_correlation(*pair) for pair in zip(before, maps, strict=True)], np.float32)
    with torch.no_grad():
        scores = first_tensor(network(batch.clone()))
    assert scores is not None, "a network whose gradients were taken gives scores"
    share = float(probabilities(scores.flatten(1))[0, request.target])
    lowest = names[-count] if count else ""
    return RandomisedMaps(maps, correlations, count, len(names), lowest, layer, share, str(run.device), run.note)


def _resized(values: Floats, size: tuple[int, int]) -> Floats:
    """Return a map's cells as large as what they cover of an image (height, width)."""
    image = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(image.resize(size[::-1], Image.Resampling.NEAREST))

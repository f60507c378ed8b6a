"""A picture in many states through a network, a batch at a time."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from cnnviz import models
from cnnviz.engine.compute.layers import layer_row
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import Input, Layers, Sweep, SweepMaps, View
from cnnviz.engine.results import Bytes, Floats, Probed
from cnnviz.probes.arrays import to_numpy
from cnnviz.probes.invariance import Swept, changes, difference, moving_maps, relative
from cnnviz.probes.placement import moved
from cnnviz.probes.probabilities import answers

SIDE = 112  # of the pictures that are sent back, at most


@computes(Sweep)
def sweep(request: Sweep, run: Run) -> Probed[Swept]:
    """Return probabilities and changes; the unmoved picture leads the batch, so that nothing of it need be kept."""
    names = [row.name for row in run.ask(Layers(request.model)).rows if row.kind != "Identity"]
    batch, pixels = _states(request, run)
    norm, distance = (each.cpu().numpy()[None] for each in difference(batch.flatten(1)))
    found = changes(run.network, batch, names)
    kept = [name for name in names if name in found.norms]
    shares = answers(found.outputs.flatten(1)).numpy()
    pictures = _small(pixels)
    swept = Swept(
        ("", *kept),
        np.array([*norm, *(found.norms[name] for name in kept)]),
        np.stack([*relative(norm, distance), *(found.relative[name] for name in kept)]),
        shares[0],
        shares[1:],
        pictures[0],
        pictures[1:],
    )
    return Probed(swept, str(run.device), run.note)


@computes(SweepMaps)
def sweep_maps(request: SweepMaps, run: Run) -> Probed[Floats]:
    """Return the maps of the unmoved picture and of each state, (1 + N, K, h, w)."""
    layer_row(run.ask(Layers(request.model)), request.layer)
    batch, _ = _states(request, run)
    maps = moving_maps(run.network, batch, request.layer, request.channels)
    return Probed(to_numpy(maps), str(run.device), run.note)


def _states(request: Sweep | SweepMaps, run: Run) -> tuple[Tensor, Tensor]:
    """Return the unmoved picture and its states as the network gets them, and as pixels in [0, 1]."""
    given = run.ask(Input(request.model, request.picture, request.invert))
    how = models.card(request.model.name).preprocessing
    mean, deviation = (torch.tensor(each, device=run.device)[:, None, None] for each in (how.mean, how.std))
    pixels = torch.tensor(given.values).to(run.device) * deviation + mean
    # Grey pictures are strokes on black; of colours, the mean is what the network gets as zeros.
    ground = mean.flatten() if len(pixels) == 3 else 0.0
    views = (View(), *request.views)
    brightness = torch.tensor([view.brightness for view in views])
    poses = [view.pose for view in views]
    seen = moved(pixels, poses, brightness=brightness, edge=request.edge, ground=ground)
    return (seen - mean) / deviation, seen


def _small(pixels: Tensor) -> Bytes:
    """Return pictures (N, C, H, W) as bytes (N, h, w, 3), no side longer than SIDE."""
    height, width = pixels.shape[-2:]
    shrink = min(1.0, SIDE / max(height, width))
    size = max(1, round(height * shrink)), max(1, round(width * shrink))
    if shrink < 1:
        pixels = functional.interpolate(pixels, size=size, mode="area")
    colours = pixels[:, :3] if pixels.shape[1] >= 3 else pixels[:, :1].expand(-1, 3, -1, -1)
    found: Bytes = (colours.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return found

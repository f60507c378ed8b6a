"""Gradient steps on the picture itself."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from cnnviz import models
from cnnviz.engine.compute.inputs import batch_of, normalised, picture_batch
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import EXCITE_AT_ONCE, Excite, Fool, Input, ModelChoice
from cnnviz.engine.results import Bytes, Excited, Floats, Fooled
from cnnviz.probes.arrays import to_numpy
from cnnviz.probes.excitation import excite, noise_image
from cnnviz.probes.gradient_sign import sign_steps
from cnnviz.probes.probabilities import probabilities


@computes(Excite)
def excite_channel(request: Excite, run: Run) -> Excited:
    """Return the image some steps on from the one of a turn before."""
    low, high = _ends(request.model, run)
    done = max(0, request.steps - 1) // EXCITE_AT_ONCE * EXCITE_AT_ONCE
    found = excite(
        run.network,
        _start(request, run, done),
        request.layer,
        request.channel,
        steps=request.steps - done,
        first=done,
        middle=request.middle,
        shift=request.shift,
        blur=request.blur,
        decay=request.decay,
        low=low,
        high=high,
        seed=request.seed,
    )
    numbers = found.mean, found.middle, found.strongest
    pixels = _as_picture(found.image, request.model)
    return Excited(found.image, pixels, *numbers, found.still, str(run.device), run.note)


def _start(request: Excite, run: Run, done: int) -> Tensor:
    """Return the image (1, C, H, W) after the steps that are done."""
    if done:
        return torch.tensor(run.ask(replace(request, steps=done)).values)[None].to(run.device)
    if request.picture is not None:
        return batch_of(run.ask(Input(request.model, request.picture, request.invert)), device=run.device)
    low, high = _ends(request.model, run)
    card = models.card(request.model.name)
    size = card.input_size[0], *card.preprocessing.crop
    return noise_image(size, low=low.cpu(), high=high.cpu(), seed=request.seed).to(run.device)


def _ends(model: ModelChoice, run: Run) -> tuple[Tensor, Tensor]:
    """Return what a model gets for black and for white, (C, 1, 1)."""
    low, high = (normalised(torch.full((1, 1, 1), shade), model).to(run.device) for shade in (0.0, 1.0))
    return low, high


def _as_picture(values: Floats, model: ModelChoice) -> Bytes:
    """Return what a model gets, (C, H, W), as a picture (H, W, 3)."""
    how = models.card(model.name).preprocessing
    mean, std = (np.asarray(each, np.float32)[:, None, None] for each in (how.mean, how.std))
    grey = np.rint((values * std + mean).clip(0, 1) * 255).astype(np.uint8).transpose(1, 2, 0)
    return np.ascontiguousarray(np.broadcast_to(grey, (*grey.shape[:2], 3)))


@computes(Fool)
def fool(request: Fool, run: Run) -> Fooled:
    """Return the answers at every level by one pass back and one forward each."""
    got = run.ask(Input(request.model, request.picture, request.invert))
    low, high = _ends(request.model, run)
    found = sign_steps(
        run.network,
        picture_batch(request, run),
        list(range(request.levels + 1)),
        request.target,
        toward=request.toward,
        unit=(high - low) / 255,
        low=low,
        high=high,
    )
    shown = np.broadcast_to(found.signs.transpose(1, 2, 0), got.view.shape)
    shares = to_numpy(probabilities(torch.tensor(found.logits)))
    return Fooled(got.view, shown > 0, shown < 0, found.logits, shares, str(run.device), run.note)

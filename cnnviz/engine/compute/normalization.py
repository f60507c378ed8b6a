"""Normalisation of numbers, of shipped photos, and in a network."""

from functools import lru_cache

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from cnnviz import images, models
from cnnviz.engine.compute.inputs import picture_batch, tensor
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import (
    BatchNoise,
    FoldNorm,
    FollowStatistics,
    Normalize,
    NormPairs,
    Picture,
    SwapImage,
    UndoNorm,
)
from cnnviz.engine.results import Floats, Probed
from cnnviz.probes.batch_norm_folding import Folded, Pair, fold, pairs
from cnnviz.probes.batch_statistics import Followed, Swapped, followed, noise, swapped
from cnnviz.probes.normalization import Doubles, Normalised, normalised, undoing

_PATCH, _PATCHES = 16, 8  # pixels a side, and patches along a side of each photo


@computes(Normalize)
def normalize(request: Normalize, run: Run) -> Probed[Normalised]:
    """Return the batch normalised, computed on the CPU: a GPU would be slower for so little."""
    gamma, beta = (torch.tensor(each, dtype=torch.float64) for each in (request.gamma, request.beta))
    options = {"groups": request.groups, "eps": request.eps}
    found = normalised(request.way, tensor(request.inputs), gamma=gamma, beta=beta, **options)  # type: ignore[arg-type]
    return Probed(found, "cpu", "")


@computes(UndoNorm)
def undo(request: UndoNorm, run: Run) -> Probed[tuple[Doubles, Doubles]]:
    """Return gamma and beta."""
    return Probed(undoing(tensor(request.inputs), request.eps), "cpu", "")


@computes(SwapImage)
def swap(request: SwapImage, run: Run) -> Probed[Swapped]:
    """Return my picture normalised in every mode, before and after."""
    batch = torch.stack([_square(each, request.side) for each in request.pictures])
    return Probed(swapped(batch, _square(request.other, request.side), 1), "cpu", "")


@computes(FollowStatistics)
def follow(request: FollowStatistics, run: Run) -> Probed[Followed]:
    """Return the running averages; batch k is the same whatever the number of batches."""
    pool = _patches()
    generator = torch.Generator().manual_seed(0)
    orders = (torch.randperm(len(pool), generator=generator) for _ in range(request.batches))
    batches = [pool[order[: request.batch_size]] for order in orders]
    return Probed(followed(batches, request.momentum), "cpu", "")


@computes(BatchNoise)
def batch_noise(request: BatchNoise, run: Run) -> Probed[Floats]:
    """Return the noise for each size."""
    return Probed(noise(_patches(), request.sizes, request.draws), "cpu", "")


@computes(NormPairs)
def norm_pairs(request: NormPairs, run: Run) -> Probed[tuple[Pair, ...]]:
    """Return the pairs, which do not depend on the picture."""
    batch = torch.zeros(1, models.card(request.model.name).input_size[0], *_crop(request), device=run.device)
    return Probed(pairs(run.network, batch), str(run.device), run.note)


@computes(FoldNorm)
def fold_norm(request: FoldNorm, run: Run) -> Probed[Folded]:
    """Return the pair's numbers and its folding."""
    return Probed(fold(run.network, picture_batch(request, run), request.norm), str(run.device), run.note)


def _crop(request: NormPairs) -> tuple[int, int]:
    return models.card(request.model.name).preprocessing.crop


def _square(picture: Picture, side: int) -> Tensor:
    """Return the middle of a picture, (3, side, side) in [0, 1]."""
    fitted = ImageOps.fit(Image.fromarray(picture.pixels), (side, side))
    return torch.tensor(np.asarray(fitted)).permute(2, 0, 1).float() / 255


@lru_cache(maxsize=1)
def _patches() -> Tensor:
    """Return patches of all shipped photos, (P, 3, 16, 16) in [0, 1]."""
    side = _PATCH * _PATCHES
    photos = torch.stack([_square(Picture.of(images.gallery_image(name)), side) for name in images.gallery_names()])
    cut = photos.unfold(2, _PATCH, _PATCH).unfold(3, _PATCH, _PATCH)
    return cut.permute(0, 2, 3, 1, 4, 5).reshape(-1, 3, _PATCH, _PATCH).contiguous()

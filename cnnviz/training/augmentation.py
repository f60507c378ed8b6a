"""Random distortions of a batch, drawn with a given generator so that a run can be repeated."""

import torch
from torch import Tensor

from cnnviz.arithmetic.pose import Pose
from cnnviz.probes.placement import boxes
from cnnviz.probes.resampling import resampled
from cnnviz.training.recipes import Recipe


def augment(batch: Tensor, recipe: Recipe, generator: torch.Generator) -> Tensor:
    """Return `batch`, (N, C, H, W) with values in [0, 1], each image turned, moved, scaled, flipped and recoloured."""
    batch = _recolour(batch, recipe.colour, generator) if recipe.colour else batch
    if not (recipe.rotation or recipe.shift or recipe.zoom or recipe.flip):
        return batch
    count = len(batch)

    def draw(most: float) -> Tensor:
        return (2 * torch.rand(count, generator=generator) - 1) * most

    turns, sizes = draw(recipe.rotation), 1 + draw(recipe.zoom)
    mirrors = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0) if recipe.flip else torch.ones(count)
    # A share of the width is twice as much where the width is 2.
    drawn = torch.stack([turns, mirrors * sizes, sizes, draw(2 * recipe.shift), draw(2 * recipe.shift)], dim=1)
    poses = [Pose(-turn, (wide, high), 0.0, right, down) for turn, wide, high, right, down in drawn.tolist()]
    # Photographs are mirrored at the border; digits stand on an empty ground that goes on.
    padding = "reflection" if batch.shape[1] == 3 else "zeros"
    return resampled(batch, boxes(poses, 2), padding_mode=padding)


def _recolour(batch: Tensor, most: float, generator: torch.Generator) -> Tensor:
    """Change brightness, contrast and the balance of the channels, each by a factor within 1 +- `most`."""

    def factor(width: int, share: float = 1.0) -> Tensor:
        drawn = 2 * torch.rand(len(batch), width, 1, 1, generator=generator) - 1
        return 1 + drawn * most * share

    mean = batch.mean(dim=(1, 2, 3), keepdim=True)
    return ((batch - mean) * factor(1) + mean * factor(1)) * factor(batch.shape[1], 0.3)

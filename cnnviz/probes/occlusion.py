"""What a network answers when a patch of its input is hidden (Zeiler and Fergus 2014)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz.errors import ShapeError
from cnnviz.probes.arrays import Floats, to_numpy
from cnnviz.probes.cam import chosen_class
from cnnviz.probes.probabilities import scores_of

Place = tuple[int, int]

_CHUNK = 14  # inputs that are run at once


@dataclass(frozen=True, eq=False)
class Occlusion:
    """The `logits` (R, S, K) behind a patch at each place of a grid, and those of the `whole` input, (K,).

    `map` (H, W) is how much the logit of class `target` falls, averaged over the patches that hide a pixel.
    """

    logits: Floats
    whole: Floats
    map: Floats
    target: int


def occlusion(
    model: nn.Module,
    batch: Tensor,
    filling: Tensor,
    target: int | None = None,
    *,
    size: int,
    stride: int,
) -> Occlusion:
    """Hide square patches of `size` pixels, `stride` apart, of the first item of a batch (N, C, H, W), one at a time.

    `filling` is what stands in their place: (C, 1, 1) for a colour, (C, H, W) for another picture. `target` is a class,
    by default the predicted one. Raises ShapeError for a patch that does not fit and a class that is not there.
    """
    one = batch[:1]
    tops, lefts = (steps(side, size, stride) for side in one.shape[2:])
    places = [(top, left) for top in tops for left in lefts]
    whole, found = occluded_logits(model, one, places, filling, size=size, with_whole=True)
    chosen = chosen_class(whole, target)
    height, width = one.shape[2:]
    mean = by_pixel(whole[chosen] - found[:, chosen], places, size=size, height=height, width=width)
    return Occlusion(found.reshape(len(tops), len(lefts), -1), whole, mean, chosen)


def steps(side: int, size: int, stride: int) -> list[int]:
    """Return where patches begin along a side: every `stride` pixels, the last one cut off at the edge if need be."""
    if not (1 <= size <= side and stride >= 1):
        raise ShapeError(f"A patch of {size} pixels, {stride} apart, does not fit on a side of {side}.")
    return [number * stride for number in range(-(-(side - size) // stride) + 1)]


def by_pixel(drops: Floats, places: Sequence[Place], *, size: int, height: int, width: int) -> Floats:
    """Return, of every pixel (height, width), the mean of `drops` (N,) over the patches that hide it; 0 without one."""
    covered, total = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    for (top, left), drop in zip(places, drops, strict=True):
        total[top : top + size, left : left + size] += drop
        covered[top : top + size, left : left + size] += 1
    mean: Floats = np.divide(total, covered, out=np.zeros_like(total), where=covered > 0)
    return mean


def occluded(one: Tensor, places: Sequence[Place], filling: Tensor, *, size: int) -> Tensor:
    """Return copies (N, C, H, W) of one input (1, C, H, W), each with the patch at one place filled."""
    copies = one.repeat(len(places), 1, 1, 1)
    fill = filling.to(one).expand(one.shape[1:])
    for copy, (top, left) in zip(copies, places, strict=True):
        box = slice(max(0, top), top + size), slice(max(0, left), left + size)
        copy[(slice(None), *box)] = fill[(slice(None), *box)]
    return copies


def occluded_logits(
    model: nn.Module, one: Tensor, places: Sequence[Place], filling: Tensor, *, size: int, with_whole: bool = False
) -> tuple[Floats, Floats]:
    """Return the logits of the whole input, (K,), empty unless asked for, and those behind each patch, (N, K)."""
    with torch.no_grad():
        whole = scores_of(model, one)[0] if with_whole else torch.zeros(0)
        parts = [places[start : start + _CHUNK] for start in range(0, len(places), _CHUNK)]
        rows = [scores_of(model, occluded(one, part, filling, size=size)) for part in parts]
    return to_numpy(whole), to_numpy(torch.cat(rows))

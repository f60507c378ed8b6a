"""Where in a picture a class is seen, behind a network that averages its last maps (Zhou et al. 2016, CAM)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, eq=False)
class ClassMaps:
    """Of K classes: `scores` (K,), `maps` (K, h, w) and `biases` (K,). A map's mean plus its bias is the score."""

    scores: Tensor
    maps: Tensor
    biases: Tensor


def class_maps(head: nn.Module, last: Tensor) -> ClassMaps:
    """Return what `head`, which reads the means (1, C) of the last maps (1, C, h, w), sees where.

    A map is the sum of the last maps times the slopes of the class's score by their means: the class's weights, where
    the head is one linear layer, and so exact. Behind ReLU it is exact for the units that are on.
    """
    with torch.enable_grad():
        means = last.detach().mean(dim=(2, 3)).requires_grad_()
        scores = head(means)[0]
        slopes = torch.stack([torch.autograd.grad(score, means, retain_graph=True)[0][0] for score in scores])
    scores, means = scores.detach(), means.detach()
    return ClassMaps(scores, torch.einsum("kc,chw->khw", slopes, last[0].detach()), scores - slopes @ means[0])

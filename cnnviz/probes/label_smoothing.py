"""A smoothed label, and what the loss then asks of the scores.

>>> target(4, 1, 0.2)
tensor([0.0500, 0.8500, 0.0500, 0.0500], dtype=torch.float64)
"""

import math

import torch
from torch import Tensor
from torch.nn import functional


def target(classes: int, label: int, smoothing: float) -> Tensor:
    """Return the shares (K,) that the classes get: 1 - (K - 1) eps / K the label, eps / K every other class."""
    shares = torch.full((classes,), smoothing / classes, dtype=torch.float64)
    shares[label] = 1 - (classes - 1) * smoothing / classes
    return shares


def losses(scores: Tensor, label: int, smoothing: float) -> tuple[float, float]:
    """Return the cross-entropy of scores (K,) with the label, and with the smoothed one, as PyTorch has both."""
    batch, wanted = scores.double()[None], torch.tensor([label], device=scores.device)
    plain, smoothed = (functional.cross_entropy(batch, wanted, label_smoothing=eps) for eps in (0.0, smoothing))
    return float(plain), float(smoothed)


def losses_by_margin(classes: int, margins: Tensor, smoothing: float) -> Tensor:
    """Return both losses (2, N) where the label's score is a margin (N,) larger than all others, which are alike."""
    scores = torch.zeros(len(margins), classes, dtype=torch.float64)
    scores[:, 0] = margins
    labels = torch.zeros(len(margins), dtype=torch.int64)
    return torch.stack(
        [functional.cross_entropy(scores, labels, label_smoothing=eps, reduction="none") for eps in (0.0, smoothing)]
    )


def best_margin(classes: int, smoothing: float) -> float:
    """Return the margin at which the smoothed loss is least: there the softmax is the target. Infinite without any."""
    if not smoothing:
        return math.inf
    return math.log((1 - (classes - 1) * smoothing / classes) / (smoothing / classes))

"""What each pixel has to do with a class's logit: the gradient by the input, and four methods that build on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz.errors import ShapeError
from cnnviz.probes.arrays import Floats, to_numpy
from cnnviz.probes.cam import chosen_class
from cnnviz.probes.probabilities import scores_of

_CHUNK = 8  # inputs that are run at once


@dataclass(frozen=True, eq=False)
class InputGradient:
    """`values` (C, H, W), one for every number of the input, of class `target`, whose logit is `logit`."""

    values: Floats
    target: int
    logit: float


@dataclass(frozen=True, eq=False)
class Integrated(InputGradient):
    """Integrated gradients: their sum is `logit` minus `baseline_logit`, up to what a finite number of steps leaves."""

    baseline_logit: float

    @property
    def total(self) -> float:
        """Return the sum of all values."""
        return float(self.values.sum(dtype=np.float64))


def gradient(model: Callable[[Tensor], Any], batch: Tensor, target: int | None = None) -> InputGradient:
    """Return the gradient of a class's logit by the input, for the first item of a batch (N, C, H, W).

    Simonyan, Vedaldi and Zisserman 2014. `target` is a class, by default the predicted one. Raises ShapeError for a
    class that is not there, ModelError for a network that gives no scores.
    """
    slopes, logits, chosen = _slopes(model, batch[:1], target)
    return InputGradient(to_numpy(slopes[0]), chosen, float(logits[0]))


def gradient_times_input(model: nn.Module, batch: Tensor, target: int | None = None) -> InputGradient:
    """Return the gradient times the input, number by number (Shrikumar et al. 2016); otherwise as `gradient`."""
    slopes, logits, chosen = _slopes(model, batch[:1], target)
    return InputGradient(to_numpy(slopes[0] * batch[0]), chosen, float(logits[0]))


def smooth_gradient(
    model: nn.Module,
    batch: Tensor,
    target: int | None = None,
    *,
    samples: int = 16,
    noise: float = 0.15,
    seed: int = 0,
    part: range | None = None,
) -> InputGradient:
    """Return the mean gradient over `samples` noisy copies of the input (SmoothGrad, Smilkov et al. 2017).

    The noise is normal with `noise` times the input's range as its standard deviation; the logit is that of the input
    without it. With a `part` of the copies, counted from 0, the values are the sum over those alone, over `samples`:
    those of all parts add up to the mean. Otherwise as `gradient`.
    """
    if samples < 1:
        raise ShapeError(f"SmoothGrad takes the mean over at least 1 noisy copy, not {samples}.")
    one = batch[:1]
    spread = noise * float(one.max() - one.min())
    random = torch.Generator().manual_seed(seed)  # on the CPU, so that it is the same on every device
    drawn = torch.randn((samples, *one.shape[1:]), generator=random).to(one)
    with torch.no_grad():
        scores = scores_of(model, one)
    chosen = chosen_class(to_numpy(scores[0]), target)
    total = torch.zeros_like(one[0])
    for some in _of(drawn, part).split(_CHUNK):
        total += _slopes(model, one + spread * some, chosen)[0].sum(dim=0)
    return InputGradient(to_numpy(total / samples), chosen, float(scores[0, chosen]))


def integrated_gradients(
    model: nn.Module,
    batch: Tensor,
    target: int | None = None,
    *,
    baseline: Tensor | None = None,
    steps: int = 64,
    part: range | None = None,
) -> Integrated:
    """Return the input's way from a baseline times the mean gradient along it (Sundararajan, Taly and Yan 2017).

    `baseline` has the shape of an item or broadcasts to it; without one it is all zeros, which for standardised inputs
    is the mean colour. The integral is a Gauss-Legendre quadrature of `steps` points; behind many ReLUs the gradient
    jumps on the way, and takes hundreds. With a `part` of the points, counted from 0, the values are what those alone
    add: the values of all parts add up to the whole. Otherwise as `gradient`.
    """
    if steps < 1:
        raise ShapeError(f"The integral needs at least 1 step, not {steps}.")
    one = batch[:1]
    start = torch.zeros_like(one) if baseline is None else torch.zeros_like(one) + baseline.to(one)
    with torch.no_grad():
        ends = scores_of(model, torch.cat([one, start]))
    chosen = chosen_class(to_numpy(ends[0]), target)
    points, weights = np.polynomial.legendre.leggauss(steps)
    at = torch.tensor((points + 1) / 2).to(one)[:, None, None, None]
    shares = torch.tensor(weights / 2).to(one)[:, None, None, None]
    mean = torch.zeros_like(one[0])
    for place, share in zip(*(_of(each, part).split(_CHUNK) for each in (at, shares)), strict=True):
        slopes, _, _ = _slopes(model, start + place * (one - start), chosen)
        mean += (share * slopes).sum(dim=0)
    values = to_numpy(mean * (one - start)[0])
    return Integrated(values, chosen, float(ends[0, chosen]), float(ends[1, chosen]))


def _of(points: Tensor, part: range | None) -> Tensor:
    return points if part is None else points[part.start : part.stop]


def _slopes(model: Callable[[Tensor], Any], batch: Tensor, target: int | None) -> tuple[Tensor, Tensor, int]:
    """Return the gradients (N, C, H, W) of each item's own logit (N,), and the class: if None, the first's."""
    with torch.inference_mode(False), torch.enable_grad():
        pixels = batch.detach().clone().requires_grad_()
        scores = scores_of(model, pixels)
        chosen = chosen_class(to_numpy(scores[0]), target)
        logits = scores[:, chosen]
        slopes = None
        if logits.requires_grad:
            (slopes,) = torch.autograd.grad(logits.sum(), pixels, allow_unused=True)
    return torch.zeros_like(batch) if slopes is None else slopes, logits.detach(), chosen

"""One step along the sign of the gradient, which no eye sees and which may change what a network answers.

Goodfellow, Shlens and Szegedy 2015, "Explaining and Harnessing Adversarial Examples" (fast gradient sign method).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cnnviz.probes.arrays import Floats, to_numpy
from cnnviz.probes.cam import chosen_class
from cnnviz.probes.probabilities import are_probabilities, scores_of

Bound = Tensor | float

_CHUNK = 8  # inputs that are run at once


@dataclass(frozen=True, eq=False)
class SignSteps:
    """`signs` (C, H, W), -1, 0 or 1, of the way that is gone, and the `logits` (N, K) after steps of N lengths."""

    signs: Floats
    logits: Floats
    target: int


def gradient_signs(model: nn.Module, batch: Tensor, target: int | None = None, *, toward: bool = False) -> Tensor:
    """Return the sign of the gradient of the loss of class `target` by the first item of a batch, (1, C, H, W).

    The loss is the cross entropy; along the signs it rises, and with `toward` it falls. `target` is by default the
    predicted class. Raises ShapeError for a class that is not there, ModelError for a network that gives no scores.
    """
    with torch.inference_mode(False), torch.enable_grad():
        pixels = batch[:1].detach().clone().requires_grad_()
        scores = scores_of(model, pixels)
        chosen = chosen_class(to_numpy(scores[0]), target)
        # What a softmax of the network's own gives lacks the logarithm alone, which changes no sign.
        loss = -(scores if are_probabilities(scores) else scores.log_softmax(dim=1))[0, chosen]
        slope = None
        if loss.requires_grad:
            (slope,) = torch.autograd.grad(loss, pixels, allow_unused=True)
    signs = torch.zeros_like(pixels) if slope is None else slope.sign()
    return (-signs if toward else signs).detach()


def stepped(batch: Tensor, signs: Tensor, length: Bound, *, low: Bound = -torch.inf, high: Bound = torch.inf) -> Tensor:
    """Return the first item of a batch, (1, C, H, W), after a step of `length` along the signs, kept in [low, high].

    All three are numbers or (C, 1, 1), in the units of the batch.
    """
    low, high, length = (torch.as_tensor(each).to(batch) for each in (low, high, length))
    return (batch[:1] + length * signs).clamp(low, high)


def sign_steps(
    model: nn.Module,
    batch: Tensor,
    lengths: list[float],
    target: int | None = None,
    *,
    toward: bool = False,
    unit: Bound = 1.0,
    low: Bound = -torch.inf,
    high: Bound = torch.inf,
) -> SignSteps:
    """Return what a network gives after steps of several lengths, in units of `unit`, along the same signs.

    The arguments are those of `gradient_signs` and `stepped`.
    """
    with torch.no_grad():
        chosen = chosen_class(to_numpy(scores_of(model, batch[:1])[0]), target)
    signs = gradient_signs(model, batch, chosen, toward=toward)
    one = torch.as_tensor(unit).to(batch)
    rows = []
    for start in range(0, len(lengths), _CHUNK):
        part = [stepped(batch, signs, each * one, low=low, high=high) for each in lengths[start : start + _CHUNK]]
        with torch.no_grad():
            rows.append(scores_of(model, torch.cat(part)))
    return SignSteps(to_numpy(signs[0]), to_numpy(torch.cat(rows)), chosen)

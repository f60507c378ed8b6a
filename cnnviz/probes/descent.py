"""Gradient descent on theta alone, which pulls a shifted picture back onto its target, and the loss that it descends.

>>> found = descend(by_pixels(digit, right=4, down=2), digit, rate=0.03, steps=100)
>>> bool(found.bilinear.losses[-1] < found.bilinear.losses[0] / 100)
True

Pictures are (H, W) float64; the loss is the mean squared difference.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnviz.arithmetic.affine import IDENTITY
from cnnviz.probes.arrays import Doubles
from cnnviz.probes.interpolation import BILINEAR, NEAREST, warped

MOMENTUM = 0.9
FAR = 10.0


@dataclass(frozen=True, eq=False)
class Path:
    """The steps of one descent, the start included: `thetas` (S + 1, 6), `losses` (S + 1,), `gradients` (S + 1, 6).

    `velocities` (S + 1, 6) is what each step goes along, times the rate; without momentum it is the gradient.
    `pictures` (S + 1, H, W) are the warped ones as bytes.
    """

    thetas: Doubles
    losses: Doubles
    gradients: Doubles
    velocities: Doubles
    pictures: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Descent:
    """The same descent through weights and through rounding."""

    bilinear: Path
    nearest: Path


@dataclass(frozen=True, eq=False)
class LossCurve:
    """The loss (N,) in both modes while one number of theta takes the values `at` (N,), the others staying."""

    at: Doubles
    bilinear: Doubles
    nearest: Doubles


def back(size: tuple[int, int], right: int, down: int) -> tuple[float, ...]:
    """Return the theta that undoes such a move."""
    height, width = size
    return (1.0, 0.0, 2 * right / width, 0.0, 1.0, 2 * down / height)


def descend(
    picture: Tensor, target: Tensor, *, rate: float, steps: int, momentum: float = MOMENTUM, only_shift: bool = False
) -> Descent:
    """Return the descents from the identity; with `only_shift` the two numbers of the translation alone may change."""
    free = torch.tensor([0, 0, 1, 0, 0, 1] if only_shift else [1] * 6, dtype=torch.float64)
    paths = [_path(picture, target, free, rate, steps, momentum, mode) for mode in (BILINEAR, NEAREST)]
    return Descent(*paths)


def loss_curve(
    picture: Tensor, target: Tensor, theta: Tensor, number: int, low: float, high: float, samples: int = 481
) -> LossCurve:
    """Return the loss while number 0 to 5 of `theta` (6,) goes from `low` to `high`."""
    at = torch.linspace(low, high, samples, dtype=torch.float64)
    thetas = theta.repeat(samples, 1)
    thetas[:, number] = at
    losses = [
        torch.cat([_loss(warped(picture, part, mode), target) for part in thetas.split(64)]).numpy()
        for mode in (BILINEAR, NEAREST)
    ]
    return LossCurve(at.numpy(), *losses)


def _loss(made: Tensor, target: Tensor) -> Tensor:
    return (made - target).square().mean(dim=(-2, -1))


def _path(picture: Tensor, target: Tensor, free: Tensor, rate: float, steps: int, momentum: float, mode: str) -> Path:
    theta = torch.tensor(IDENTITY, dtype=torch.float64)
    velocity = torch.zeros_like(theta)
    rows: list[tuple[Tensor, ...]] = []
    for _ in range(steps + 1):
        leaf = theta.clone().requires_grad_()
        made = warped(picture, leaf, mode)
        loss = _loss(made, target)
        (gradient,) = torch.autograd.grad(loss, leaf)
        gradient = gradient * free
        velocity = momentum * velocity + gradient
        picture_now = (made.detach().clamp(0, 1) * 255).round().to(torch.uint8)
        rows.append((theta, loss.detach(), gradient, velocity, picture_now))
        # With a rate far too large theta would soon be no number.
        theta = (theta - rate * velocity).clamp(-FAR, FAR)
    return Path(*(torch.stack(column).numpy() for column in zip(*rows, strict=True)))

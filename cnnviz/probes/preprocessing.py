"""A cloud of points made ready for a linear classifier in five ways, and what gradient descent then finds.

The classifier has two weights and no bias, y = sign(w . x), and the loss mean((1 - y w . x)^2), whose contours are
exact ellipses with the axes of the second moments E[x x^T]. All in double precision; covariances divide by N.
"""

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Doubles = NDArray[np.float64]

WAYS = ("raw", "centred", "standardised", "decorrelated", "whitened")
# The direction, from the long axis, in which the two classes lie apart.
_BETWEEN = radians(60)


@dataclass(frozen=True, eq=False)
class Prepared:
    """The points (N, 2) after one of the WAYS, and a linear classifier on them.

    `mean` (2,), `covariance` (2, 2); its `eigenvalues` (2,), the largest first, and `eigenvectors` (2, 2), one a
    column. The loss is smallest, `least`, at the weights `best` (2,); its Hessian (2, 2) is the same everywhere.
    `path` (S + 1, 2) are the weights of gradient descent from 0, `losses` (S + 1,) the loss at each. `changed` are the
    points that change side when the best weights are rotated.
    """

    points: Doubles
    mean: Doubles
    covariance: Doubles
    eigenvalues: Doubles
    eigenvectors: Doubles
    best: Doubles
    least: float
    hessian: Doubles
    path: Doubles
    losses: Doubles
    changed: NDArray[np.int32]

    @property
    def curvatures(self) -> tuple[float, float]:
        """The largest and the smallest curvature of the loss: the Hessian's eigenvalues."""
        small, large = np.linalg.eigvalsh(self.hessian)
        return float(large), float(small)

    @property
    def fastest(self) -> float:
        """The learning rate at and beyond which gradient descent no longer converges."""
        return 2 / self.curvatures[0]

    @property
    def condition(self) -> float:
        """How many times as steep the loss is across its valley as along it: 1 where it is round."""
        large, small = self.curvatures
        return large / small


@dataclass(frozen=True, eq=False)
class Cloud:
    """Points (N, 2) of mean 0 and covariance 1, their labels (N,), 1 or -1, and what became of them where they lie."""

    base: Doubles
    labels: NDArray[np.int32]
    ways: dict[str, Prepared]


def cloud(count: int, apart: float, seed: int) -> tuple[Doubles, NDArray[np.int32]]:
    """Return `count` points (N, 2) of two classes, mean 0 and covariance exactly 1, and their labels (N,), 1 and -1.

    Before that the classes' means lie 2 * `apart` standard deviations from each other. An odd `count` loses one.
    """
    half = count // 2
    labels = np.tile(np.array([1, -1], np.int32), half)
    drawn = np.random.default_rng(seed).normal(size=(2 * half, 2))
    points = torch.tensor(drawn + apart * labels[:, None] * [cos(_BETWEEN), sin(_BETWEEN)])
    points = points - torch.stack([points[labels == sign] for sign in (1, -1)]).mean(dim=(0, 1))
    values, vectors = torch.linalg.eigh(covariance(points))
    # Symmetric, so that the classes stay where they are.
    return (points @ (vectors / values.sqrt()) @ vectors.T).numpy(), labels


def place(base: Doubles, centre: tuple[float, float], spread: tuple[float, float], turn: float) -> Doubles:
    """Return a cloud of mean 0 and covariance 1 moved to `centre`, with standard deviations `spread` along two axes.

    The first axis lies `turn` degrees from the first coordinate's, counterclockwise.
    """
    c, s = cos(radians(turn)), sin(radians(turn))
    turned: Doubles = (base * spread) @ np.array([[c, s], [-s, c]]) + centre
    return turned


def covariance(points: Tensor) -> Tensor:
    """Return the covariance (D, D) of points (N, D), divided by N."""
    centred = points - points.mean(dim=0)
    # Not by a product of matrices: for so few numbers the threads that it wakes take longer than the sum.
    return (centred[:, :, None] * centred[:, None, :]).mean(dim=0)


def principal_axes(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Return the eigenvalues of a symmetric (2, 2), the largest first, and the eigenvectors as columns.

    The first points to the right, or straight up; the second lies 90 degrees counterclockwise from it.
    """
    values, vectors = torch.linalg.eigh(matrix)
    x, y = vectors[:, 1]
    if x < 0 or (x == 0 and y < 0):
        x, y = -x, -y
    return values.flip(0).clamp(min=0), torch.stack([torch.stack([x, y]), torch.stack([-y, x])], dim=1)


def five_ways(points: Tensor) -> dict[str, Tensor]:
    """Return points (N, 2) as they are, centred, standardised, decorrelated and whitened, by their names in WAYS."""
    centred = points - points.mean(dim=0)
    values, vectors = principal_axes(covariance(points))
    decorrelated = centred @ vectors
    made = (points, centred, centred / centred.std(dim=0, correction=0), decorrelated, decorrelated / values.sqrt())
    return dict(zip(WAYS, made, strict=True))


def loss_of(weights: Tensor, points: Tensor, labels: Tensor) -> Tensor:
    """Return the mean over N points (..., N, 2) of (1 - y w . x)^2: the squared error against the label 1 or -1.

    `weights` are (..., 2).
    """
    return (1 - labels * (points * weights[..., None, :]).sum(dim=-1)).square().mean(dim=-1)


def prepared(points: Tensor, labels: Tensor, *, rate: float, steps: int, turn: float) -> dict[str, Prepared]:
    """Return the five ways of points (N, 2) with labels (N,), each with `steps` steps of descent at `rate`.

    The best weights are rotated by `turn` degrees.
    """
    ways = five_ways(points)
    paths, losses = _descend(torch.stack(list(ways.values())), labels, rate, steps)
    return {
        name: _classified(each, labels, path.numpy(), along.numpy(), turn)
        for (name, each), path, along in zip(ways.items(), paths, losses, strict=True)
    }


def _descend(points: Tensor, labels: Tensor, rate: float, steps: int) -> tuple[Tensor, Tensor]:
    """Return the weights (W, S + 1, 2) of gradient descent from 0 on each of (W, N, 2), and the losses (W, S + 1)."""
    weights, path, losses = torch.zeros(len(points), 2, dtype=points.dtype), [], []
    for _ in range(steps + 1):
        weights = weights.detach().requires_grad_()
        loss = loss_of(weights, points, labels)
        (gradient,) = torch.autograd.grad(loss.sum(), weights)
        path.append(weights.detach())
        losses.append(loss.detach())
        weights = weights - rate * gradient
    return torch.stack(path, dim=1), torch.stack(losses, dim=1)


def _classified(points: Tensor, labels: Tensor, path: Doubles, losses: Doubles, turn: float) -> Prepared:
    matrix = covariance(points)
    values, vectors = principal_axes(matrix)
    best = torch.linalg.lstsq(points, labels[:, None].to(points)).solution[:, 0]
    c, s = cos(radians(turn)), sin(radians(turn))
    turned = torch.tensor([[c, -s], [s, c]], dtype=points.dtype) @ best
    changed = ((points @ best > 0) != (points @ turned > 0)).nonzero()[:, 0].int()
    return Prepared(
        points.numpy(),
        points.mean(dim=0).numpy(),
        matrix.numpy(),
        values.numpy(),
        vectors.numpy(),
        best.numpy(),
        float(loss_of(best, points, labels)),
        (2 * points.T @ points / len(points)).numpy(),
        path,
        losses,
        changed.numpy(),
    )

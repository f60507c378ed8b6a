"""What a network with a spatial transformer looks at: the theta it chose, beside the identity and one set by hand.

    >>> found = looked(models.load("stn-rts-mnist"), torch.zeros(1, 1, 42, 42), (1, 0, 0, 0, 1, 0))
    >>> found.looks[0].theta.shape, found.looks[0].warped.shape
    ((1, 2, 3), (1, 28, 28))

Source: Jaderberg et al. 2015, "Spatial Transformer Networks".
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.arithmetic.affine import Theta
from cnnviz.probes.arrays import Floats, to_numpy

LEARNED, IDENTITY, HAND = "learned", "identity", "hand"
_CORNERS = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0]])


@dataclass(frozen=True, eq=False)
class Look:
    """What N inputs look like through one choice of theta, its `name` one of LEARNED, IDENTITY and HAND.

    `theta` is (N, 2, 3), or (N, points², 2) of a thin-plate spline. `affine` (N, 6) is theta, or the affine map that is
    nearest to the spline at its points, which are then off by `bend` (N,), a root mean square. `edge` (N, M, 2) is the
    outline of what is read, as (x, y), closed. All these run from -1 to 1 over the input. `warped` is (N, side, side),
    and `probabilities` (N, K) what the classifier makes of it.
    """

    name: str
    theta: Floats
    affine: Floats
    bend: Floats
    edge: Floats
    warped: Floats
    probabilities: Floats


@dataclass(frozen=True, eq=False)
class Looked:
    """A classifier's `probabilities` (N, K), and its looks, the learned one first; none without a transformer."""

    probabilities: Floats
    looks: tuple[Look, ...]


def has_transformer(model: nn.Module) -> bool:
    """Return whether a network chooses a theta for its input."""
    return callable(getattr(model, "theta", None))


def looked(model: nn.Module, batch: Tensor, hand: Theta) -> Looked:
    """Return what a classifier says of (N, C, H, W), and, of one with a transformer, by which look.

    `hand` is an affine theta to compare with.
    """
    with torch.inference_mode():
        if not has_transformer(model):
            return Looked(_probabilities(model(batch)), ())
        network: Any = model
        chosen = network.theta(batch)
        still = network.grid.identity().to(chosen)
        matrix = torch.tensor(hand, dtype=chosen.dtype, device=chosen.device).reshape(2, 3)
        by_hand = matrix if chosen.shape[1:] == (2, 3) else _sent(matrix, network.grid.places)
        thetas = {LEARNED: chosen, IDENTITY: still.expand_as(chosen), HAND: by_hand.expand_as(chosen)}
        looks = tuple(_look(network, batch, name, theta) for name, theta in thetas.items())
        return Looked(looks[0].probabilities, looks)


def chosen_affine(model: nn.Module, batch: Tensor) -> Floats:
    """Return the theta (N, 6) that a transformer chose for (N, C, H, W), of a spline the nearest affine one."""
    network: Any = model
    with torch.inference_mode():
        return to_numpy(_affine(network, network.theta(batch))[0].flatten(1))


def _look(network: Any, batch: Tensor, name: str, theta: Tensor) -> Look:
    grid = network.grid(theta)
    warped = network.sampler(batch, grid)
    affine, bend = _affine(network, theta)
    return Look(
        name,
        to_numpy(theta),
        to_numpy(affine.flatten(1)),
        to_numpy(bend),
        to_numpy(_edge(theta, grid)),
        to_numpy(warped[:, 0]),
        _probabilities(network.classifier(warped)),
    )


def _affine(network: Any, theta: Tensor) -> tuple[Tensor, Tensor]:
    """Return theta as affine maps (N, 2, 3), and how far off they are (N,)."""
    if theta.shape[1:] == (2, 3):
        return theta, theta.new_zeros(len(theta))
    places = torch.cat([network.grid.places, network.grid.places.new_ones(len(network.grid.places), 1)], dim=1)
    # The least squares of all N at once: one matrix, whose columns are regular.
    nearest = (torch.linalg.pinv(places.double()) @ theta.double()).to(theta.dtype)
    off = (places @ nearest - theta).square().sum(dim=-1).mean(dim=-1).sqrt()
    return nearest.transpose(1, 2), off


def _sent(matrix: Tensor, places: Tensor) -> Tensor:
    """Return where an affine map (2, 3) sends places (P, 2)."""
    return places @ matrix[:, :2].T + matrix[:, 2]


def _edge(theta: Tensor, grid: Tensor) -> Tensor:
    """Return the corners of an affine box, or the outermost ring of a spline's grid: (N, M, 2), closed."""
    if theta.shape[1:] == (2, 3):
        return _CORNERS.to(theta) @ theta[:, :, :2].transpose(1, 2) + theta[:, None, :, 2]
    ring = [grid[:, 0], grid[:, 1:, -1], grid[:, -1, :-1].flip(1), grid[:, :-1, 0].flip(1)]
    return torch.cat(ring, dim=1)


def _probabilities(scores: Tensor) -> Floats:
    return to_numpy(scores.double().softmax(dim=1))

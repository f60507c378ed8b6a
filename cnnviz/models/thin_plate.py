"""The thin-plate spline grid: a smooth warp that carries given points exactly where they are sent.

    >>> grid = ThinPlateGrid(side=28, points=4)
    >>> grid(grid.identity()[None]).shape
    torch.Size([1, 28, 28, 2])

Source: Bookstein 1989, "Principal Warps: Thin-Plate Splines and the Decomposition of Deformations"; Jaderberg et al.
2015, "Spatial Transformer Networks", section 3.2.
"""

import torch
from torch import Tensor, nn

from cnnviz.errors import ShapeError


class ThinPlateGrid(nn.Module):
    """From theta (N, points², 2) to a sampling grid (N, side, side, 2), all (x, y) in [-1, 1].

    theta says where in the input each of `points` times `points` places of the output, spread evenly from edge to
    edge, row by row, is read. The spline is linear in theta, so the grid is one matrix product.
    """

    spread: Tensor
    places: Tensor

    def __init__(self, *, side: int, points: int) -> None:
        super().__init__()
        if points < 2:
            raise ShapeError(f"A thin-plate spline needs at least 2 points a side, not {points}.")
        places = _lattice(torch.linspace(-1, 1, points, dtype=torch.float64))
        # The centres of the pixels, as affine_grid with align_corners=False has them.
        pixels = _lattice((2 * torch.arange(side, dtype=torch.float64) + 1) / side - 1)
        system = torch.zeros(len(places) + 3, len(places) + 3, dtype=torch.float64)
        system[: len(places)] = _terms(places, places)
        system[len(places) :, : len(places)] = _terms(places, places)[:, len(places) :].T
        spread = _terms(pixels, places) @ torch.linalg.inv(system)[:, : len(places)]
        self.side = side
        # Computed, so no part of the weights; half precision would shift every pixel.
        self.register_buffer("spread", spread.float(), persistent=False)
        self.register_buffer("places", places.float(), persistent=False)

    def identity(self) -> Tensor:
        """Return the theta (points², 2) that leaves an image as it is."""
        return self.places

    def forward(self, theta: Tensor) -> Tensor:
        grid: Tensor = (self.spread @ theta).unflatten(1, (self.side, self.side))
        return grid


def _lattice(axis: Tensor) -> Tensor:
    """Return every (x, y) of a square lattice, row by row."""
    down, across = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack([across.ravel(), down.ravel()], dim=1)


def _terms(at: Tensor, places: Tensor) -> Tensor:
    """Return the spline's terms at (M, 2): r² log r² for the distance to each place, then 1, x and y."""
    squared = (at[:, None] - places[None]).square().sum(dim=-1)
    return torch.cat([torch.xlogy(squared, squared), torch.ones(len(at), 1, dtype=at.dtype), at], dim=1)

"""Derivatives of a warped pixel with respect to the six numbers of theta: through weights, and through rounding.

>>> image = torch.arange(25.0, dtype=torch.float64).reshape(5, 5)
>>> round(derivatives(image, torch.tensor([1, 0, 0.24, 0, 1, -0.24], dtype=torch.float64), 3, 1).x, 6)
1.6

theta maps the output's coordinates to the input's, both from -1 to 1, edge to edge (`align_corners=False`); outside of
the input all is 0. Everything is double precision, for a small step would drown in the rounding of single precision.
Source: Jaderberg et al. 2015, "Spatial Transformer Networks", equations 5 to 7.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from cnnviz.probes.arrays import Doubles
from cnnviz.probes.resampling import resampled

BILINEAR, NEAREST = "bilinear", "nearest"
# torch itself places pixels no more exactly than this, in pixels.
AT_A_KINK = 1e-6


@dataclass(frozen=True, eq=False)
class Slopes:
    """One output pixel in one mode: its `value`, and by theta's numbers (6,) its derivatives.

    `automatic` is torch's gradient, `numeric` the central difference between the two `ends` (2, 6), the values a step
    up and a step down; `crosses` (6,) says for which numbers these lie in different pixels, so that the two need not
    agree.
    """

    value: float
    automatic: Doubles
    numeric: Doubles
    ends: Doubles
    crosses: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class PixelDerivatives:
    """Where one output pixel is read and how its value follows theta.

    `place` is its (x, y) from -1 to 1, `x` and `y` the source in pixels; `left` and `top` are of the first neighbour;
    `neighbours` and `weights` are (2, 2), rows down; `rounded` is the (column, row) that rounding reads. `by_x` and
    `by_y` are the formula's derivatives of the value in pixels, `formula` (6,) those by theta. `kinks` holds, for an
    axis "x" or "y" whose source is a whole number, the slopes on its two sides. `output` is the picture, both modes,
    (2, H, W), and `changes` (2, 6, H, W) torch's derivatives of every one of its pixels.
    """

    place: tuple[float, float]
    x: float
    y: float
    left: int
    top: int
    neighbours: Doubles
    weights: Doubles
    rounded: tuple[int, int]
    by_x: float
    by_y: float
    formula: Doubles
    kinks: dict[str, tuple[float, float]]
    bilinear: Slopes
    nearest: Slopes
    output: Doubles
    changes: Doubles

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which of the four neighbours are in the picture, (2, 2)."""
        rows, columns = self.top + np.arange(2), self.left + np.arange(2)
        height, width = self.output.shape[-2:]
        there: NDArray[np.bool_] = ((rows >= 0) & (rows < height))[:, None] & (columns >= 0) & (columns < width)
        return there

    @property
    def gap(self) -> float:
        """The largest difference of numeric and automatic derivatives whose step stays within a pixel."""
        differences = np.abs(self.bilinear.numeric - self.bilinear.automatic)[~self.bilinear.crosses]
        return float(differences.max(initial=0))

    @property
    def formula_gap(self) -> float:
        """The largest difference of the formula and the automatic derivatives."""
        return float(np.abs(self.formula - self.bilinear.automatic).max())


@dataclass(frozen=True, eq=False)
class Profile:
    """One output pixel's value (N,) in both modes while one number of theta takes the values `at` (N,).

    `kinks` are those of `at`'s range where the source crosses from one pixel's middle to the next.
    """

    at: Doubles
    bilinear: Doubles
    nearest: Doubles
    kinks: Doubles


def warped(image: Tensor, theta: Tensor, mode: str) -> Tensor:
    """Return (H, W) read through theta (6,), or (N, H, W) for (N, 6)."""
    made = resampled(image[None, None], theta.reshape(-1, 2, 3), mode)[:, 0]
    return made if theta.ndim == 2 else made[0]


def derivatives(image: Tensor, theta: Tensor, row: int, column: int, step: float = 1e-3) -> PixelDerivatives:
    """Return the derivatives of the pixel (row, column) of `image` (H, W), float64, warped by `theta` (6,).

    `step` is that of the numeric ones, in theta's own units.
    """
    size = image.shape
    place = _places(size)[row, column]
    x, y = (float(each) for each in _sources(theta[None], row, column, size)[0])
    left, top = math.floor(x), math.floor(y)
    across, down = x - left, y - top
    near = _neighbours(image, left, top)
    weights = np.outer([1 - down, down], [1 - across, across])
    by_x, by_y = _slope_x(near, down), _slope_y(near, across)
    height, width = size
    ones = np.array([*place.tolist(), 1.0])
    kinks = {}
    if abs(x - round(x)) < AT_A_KINK:
        sides = [_neighbours(image, round(x) + side, top) for side in (-1, 0)]
        kinks["x"] = _slope_x(sides[0], down), _slope_x(sides[1], down)
    if abs(y - round(y)) < AT_A_KINK:
        sides = [_neighbours(image, left, round(y) + side) for side in (-1, 0)]
        kinks["y"] = _slope_y(sides[0], across), _slope_y(sides[1], across)
    both = [_slopes(image, theta, row, column, step, mode) for mode in (BILINEAR, NEAREST)]
    return PixelDerivatives(
        place=(float(place[0]), float(place[1])),
        x=x,
        y=y,
        left=left,
        top=top,
        neighbours=near,
        weights=weights,
        rounded=(round(x), round(y)),
        by_x=by_x,
        by_y=by_y,
        formula=np.concatenate([by_x * width / 2 * ones, by_y * height / 2 * ones]),
        kinks=kinks,
        bilinear=both[0],
        nearest=both[1],
        output=torch.stack([warped(image, theta, mode) for mode in (BILINEAR, NEAREST)]).numpy(),
        changes=np.stack([_of_every_pixel(image, theta, mode) for mode in (BILINEAR, NEAREST)]),
    )


def profile(
    image: Tensor, theta: Tensor, row: int, column: int, number: int, reach: float, samples: int = 401
) -> Profile:
    """Return the pixel's value while number 0 to 5 of theta goes from `reach` below to `reach` above where it is."""
    now = float(theta[number])
    at = torch.linspace(now - reach, now + reach, samples, dtype=torch.float64)
    thetas = theta.repeat(samples, 1)
    thetas[:, number] = at
    values = [warped(image, thetas, mode)[:, row, column].numpy() for mode in (BILINEAR, NEAREST)]
    ends = _sources(thetas[[0, -1]], row, column, image.shape)[:, number // 3]
    low, high = sorted(ends.tolist())
    crossed = np.arange(math.ceil(low), math.floor(high) + 1, dtype=np.float64)
    span = float(ends[1] - ends[0])
    # A number that does not move this pixel leads over no border.
    moves = abs(span) > AT_A_KINK
    kinks = float(at[0]) + (crossed - float(ends[0])) / span * 2 * reach if moves else crossed[:0]
    return Profile(at.numpy(), values[0], values[1], kinks)


def _places(size: torch.Size) -> Tensor:
    """Return the (x, y) of each output pixel, (H, W, 2)."""
    identity = torch.eye(2, 3, dtype=torch.float64)[None]
    return functional.affine_grid(identity, [1, 1, *size], align_corners=False)[0]


def _sources(thetas: Tensor, row: int, column: int, size: torch.Size) -> Tensor:
    """Return where, in pixels, an output pixel is read through each of the thetas (N, 6): the (x, y), (N, 2)."""
    shape = [len(thetas), 1, *size]
    grid = functional.affine_grid(thetas.reshape(-1, 2, 3), shape, align_corners=False)[:, row, column]
    # As torch's sampler has it, so that a whole number here is one there.
    return ((grid + 1) * torch.tensor([size[1], size[0]]) - 1) / 2


def _neighbours(image: Tensor, left: int, top: int) -> Doubles:
    """Return the 2x2 pixels from (top, left) on, 0 outside of the image."""
    height, width = image.shape
    near = np.zeros((2, 2))
    for down in range(2):
        for across in range(2):
            if 0 <= top + down < height and 0 <= left + across < width:
                near[down, across] = float(image[top + down, left + across])
    return near


def _slope_x(near: Doubles, down: float) -> float:
    return float((1 - down) * (near[0, 1] - near[0, 0]) + down * (near[1, 1] - near[1, 0]))


def _slope_y(near: Doubles, across: float) -> float:
    return float((1 - across) * (near[1, 0] - near[0, 0]) + across * (near[1, 1] - near[0, 1]))


def _slopes(image: Tensor, theta: Tensor, row: int, column: int, step: float, mode: str) -> Slopes:
    leaf = theta.clone().requires_grad_()
    value = warped(image, leaf, mode)[row, column]
    (automatic,) = torch.autograd.grad(value, leaf)
    steps = step * torch.eye(6, dtype=torch.float64)
    ends = torch.cat([theta + steps, theta - steps])
    values = warped(image, ends, mode)[:, row, column]
    cell = torch.floor if mode == BILINEAR else torch.round
    cells = cell(_sources(ends, row, column, image.shape))
    crosses = (cells[:6] != cells[6:]).any(dim=-1)
    numeric = (values[:6] - values[6:]) / (2 * step)
    # Adding 0 makes 0 of a -0.
    ends_found = values.reshape(2, 6).numpy()
    return Slopes(float(value.detach()), automatic.numpy() + 0.0, numeric.numpy() + 0.0, ends_found, crosses.numpy())


def _of_every_pixel(image: Tensor, theta: Tensor, mode: str) -> Doubles:
    """Return each output pixel's derivatives by theta, (6, H, W): with a theta of its own each, one pass backward."""
    places = _places(image.shape)
    leaf = theta.expand(*image.shape, 6).clone().requires_grad_()
    ones = torch.cat([places, torch.ones_like(places[..., :1])], dim=-1)
    grid = (leaf.unflatten(-1, (2, 3)) * ones[..., None, :]).sum(dim=-1)
    made = functional.grid_sample(image[None, None], grid[None], mode=mode, align_corners=False)
    (found,) = torch.autograd.grad(made.sum(), leaf)
    changes: Doubles = found.permute(2, 0, 1).contiguous().numpy() + 0.0
    return changes

"""Images of a batch, each moved a little before the network sees them, by numbers drawn for that step alone."""

import math

import torch
from torch import Tensor
from torch.nn import functional


def augmented(images: Tensor, shift: int, rotation: float, flip: float, black: float, seed: int) -> Tensor:
    """Return images (N, C, S, S), each mirrored by a chance of `flip`, then rotated about its middle and shifted.

    Angles are within `rotation` degrees, shifts whole pixels within `shift`, both ways along both axes; what comes in
    at the border is `black`. Equal seeds draw equal numbers.
    """
    generator = torch.Generator().manual_seed(seed)
    count, side = len(images), images.shape[-1]
    mirror = torch.where(torch.rand(count, generator=generator) < flip, -1.0, 1.0)
    angle = (2 * torch.rand(count, generator=generator) - 1) * math.radians(rotation)
    down, right = torch.randint(-shift, shift + 1, (2, count), generator=generator)
    across, up = -2.0 * right / side, -2.0 * down / side
    # Where each pixel is read: back by the shift, then back by the angle, then in the mirror.
    rows = [
        [mirror * angle.cos(), mirror * angle.sin(), mirror * (across * angle.cos() + up * angle.sin())],
        [-angle.sin(), angle.cos(), up * angle.cos() - across * angle.sin()],
    ]
    theta = torch.stack([torch.stack(row, dim=1) for row in rows], dim=1)
    grid = functional.affine_grid(theta, list(images.shape), align_corners=False)
    return functional.grid_sample(images - black, grid, align_corners=False) + black

"""Pictures and maps read at other places: at those of theta's grid, or whole pixels further.

>>> by_pixels(torch.eye(2), right=1)
tensor([[0., 1.],
        [0., 0.]])
"""

import torch
from torch import Tensor
from torch.nn import functional


def resampled(pictures: Tensor, theta: Tensor, mode: str = "bilinear", padding_mode: str = "zeros") -> Tensor:
    """Return (N, C, H, W) read at the places of theta's grids, (N, 2, 3); one picture or one theta serves all.

    As torch's affine_grid and grid_sample, both with align_corners=False.
    """
    size = [max(len(pictures), len(theta)), *pictures.shape[1:]]
    grid = functional.affine_grid(theta.to(pictures).expand(size[0], 2, 3), size, align_corners=False)
    return functional.grid_sample(
        pictures.expand(size), grid, mode=mode, padding_mode=padding_mode, align_corners=False
    )


def by_pixels(pictures: Tensor, *, right: int = 0, down: int = 0, ground: Tensor | float | None = 0.0) -> Tensor:
    """Return (..., H, W) moved by whole pixels; `ground` comes in, or with None the outermost pixels once more."""
    height, width = pictures.shape[-2:]
    rows, columns = (torch.arange(count, device=pictures.device) for count in (height, width))
    rows, columns = rows[:, None] - down, columns - right
    there = pictures[..., rows.clamp(0, height - 1), columns.clamp(0, width - 1)]
    if ground is None:
        return there
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    return torch.where(inside, there, torch.as_tensor(ground).to(there))

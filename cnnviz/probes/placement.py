"""Pictures drawn in poses, on the device they are on.

>>> seen = moved(picture, [Pose(), similarity(degrees=90)])       # (3, 224, 224) -> (2, 3, 224, 224)
>>> canvas = place(digits, [similarity(right=7)] * len(digits), 42)  # (N, 1, 28, 28) -> (N, 1, 42, 42)
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from cnnviz.arithmetic.pose import UNMOVED, Pose, Size
from cnnviz.probes.resampling import resampled

# What fills the border that a pose uncovers, in the words of torch.nn.functional.grid_sample.
EDGES = {"flat": "zeros", "edge": "border", "mirror": "reflection"}


def thetas(poses: Sequence[Pose], canvas: Size, picture: Size | None = None) -> Tensor:
    """Return the matrices for affine_grid that draw pictures in poses: float64 (N, 2, 3). Sizes are Pose.theta's."""
    return torch.tensor([pose.theta(canvas, picture) for pose in poses], dtype=torch.float64).reshape(-1, 2, 3)


def boxes(poses: Sequence[Pose], canvas: Size, picture: Size | None = None) -> Tensor:
    """Return the matrices that cut out what stands in these poses: float64 (N, 2, 3). Sizes are Pose.box's."""
    return torch.tensor([pose.box(canvas, picture) for pose in poses], dtype=torch.float64).reshape(-1, 2, 3)


def place(pictures: Tensor, poses: Sequence[Pose], side: int, *, bend: Tensor | None = None) -> Tensor:
    """Return pictures (N, C, H, W), each in its pose, on black canvases (N, C, side, side).

    `bend`, (N, side, side, 2), is added to the places of the picture, in halves of its width, where the pixels of the
    canvas are read.
    """
    theta = thetas(poses, side, (pictures.shape[-2], pictures.shape[-1])).to(pictures)
    grid = functional.affine_grid(theta, [len(pictures), pictures.shape[1], side, side], align_corners=False)
    grid = grid if bend is None else grid + bend
    return functional.grid_sample(pictures, grid, padding_mode="zeros", align_corners=False)


def moved(
    picture: Tensor,
    poses: Sequence[Pose] = (UNMOVED,),
    *,
    brightness: Tensor | float = 1.0,
    edge: str = "flat",
    ground: Tensor | float = 0.0,
) -> Tensor:
    """Return a picture (C, H, W) of values in [0, 1] as (N, C, H, W): in N poses, in N kinds of light, or both.

    Its values are multiplied by `brightness`, one number or (N,), and clamped to [0, 1]; then it is drawn in its pose.
    Read bilinearly, without smoothing before it shrinks. `edge`, one of EDGES, is what fills the border: "flat" is
    `ground`, a number or (C,); "edge" repeats the outermost pixels and "mirror" reflects. As torchvision's rotate and
    adjust_brightness, and exact for whole pixels up to rounding. Raises ValueError for another `edge`.
    """
    if edge not in EDGES:
        raise ValueError(f"edge is one of {', '.join(EDGES)}, not {edge!r}.")
    theta = thetas(poses, (picture.shape[-2], picture.shape[-1])).to(picture)
    light = torch.as_tensor(brightness, dtype=picture.dtype, device=picture.device).reshape(-1, 1, 1, 1)
    # Flat ground is what grid_sample has zeros for: it is taken off before and put back after.
    flat = torch.as_tensor(ground, dtype=picture.dtype, device=picture.device).reshape(-1, 1, 1) * (edge == "flat")
    lit = (picture * light).clamp(0, 1) - flat
    return resampled(lit, theta, padding_mode=EDGES[edge]) + flat

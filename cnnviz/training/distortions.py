"""Digits turned, scaled, moved and hidden among clutter, a batch at a time.

    >>> seen = distort(digits, "rts", torch.Generator().manual_seed(0))  # (N, 1, 28, 28) -> (N, 1, 42, 42)

Source: Jaderberg et al. 2015, "Spatial Transformer Networks", appendix A.4. Values are in [0, 1], the ground is 0.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from cnnviz.arithmetic.pose import similarity
from cnnviz.probes.placement import place

# The test set of a distortion is drawn once, with this seed, and is the same for every model and training seed.
TEST_SEED = 20_150_605
PATCH = 6
# Places along each side at which a bend is drawn.
COARSE = 5


@dataclass(frozen=True)
class Distortion:
    """What is drawn, evenly: `degrees` up to either way, a scale between two, a place where the scaled digit fits.

    `side` is that of the canvas and `clutter` the number of 6x6 patches of other digits strewn over it.
    """

    side: int
    degrees: float = 0.0
    scale: tuple[float, float] = (1.0, 1.0)
    moved: bool = False
    clutter: int = 0


DISTORTIONS: dict[str, Distortion] = {
    "r": Distortion(28, degrees=90),
    "rts": Distortion(42, degrees=45, scale=(0.7, 1.2), moved=True),
    "cluttered": Distortion(60, moved=True, clutter=6),
}


def distort(images: Tensor, name: str, generator: torch.Generator, *, bend: float = 0.0) -> Tensor:
    """Return (N, 1, H, W) in [0, 1] distorted as `name` says, (N, 1, side, side), drawn with `generator` alone.

    Strokes are besides bent smoothly, by some `bend` pixels either way (Simard et al. 2003's elastic distortion).
    """
    kind, count = DISTORTIONS[name], len(images)
    degrees, across, down = (2 * torch.rand(3, count, generator=generator) - 1).unbind()
    low, high = kind.scale
    scale = low + (high - low) * torch.rand(count, generator=generator)
    room = (kind.side - images.shape[-1] * scale) / 2 * kind.moved
    amounts = zip(
        *((degrees * kind.degrees).tolist(), scale.tolist(), (across * room).tolist(), (down * room).tolist()),
        strict=True,
    )
    poses = [similarity(degrees=turn, scale=size, right=x, down=y) for turn, size, x, y in amounts]
    canvas = place(images, poses, kind.side, bend=_bend(images, kind.side, bend, generator) if bend else None)
    return _strew(canvas, images, kind.clutter, generator)


def _bend(images: Tensor, side: int, pixels: float, generator: torch.Generator) -> Tensor:
    """Return for each image a smooth field (N, side, side, 2), drawn on a coarse grid."""
    coarse = torch.randn(len(images), 2, COARSE, COARSE, generator=generator) * 2 * pixels / images.shape[-1]
    smooth = functional.interpolate(coarse, size=(side, side), mode="bicubic", align_corners=True)
    return smooth.permute(0, 2, 3, 1)


def _strew(canvas: Tensor, images: Tensor, patches: int, generator: torch.Generator) -> Tensor:
    """Lay `patches` pieces of other digits over each canvas; where two things lie, the lighter is seen."""
    count, side = len(canvas), canvas.shape[-1]
    every, run = torch.arange(count)[:, None, None], torch.arange(PATCH)

    def window(length: int) -> tuple[Tensor, Tensor]:
        corner = torch.randint(length - PATCH + 1, (2, count, 1, 1), generator=generator)
        return corner[0] + run[:, None], corner[1] + run

    for _ in range(patches):
        other = (every + torch.randint(1, max(count, 2), (count, 1, 1), generator=generator)) % count
        rows, columns = window(images.shape[-1])
        piece = images[other, 0, rows, columns]
        rows, columns = window(side)
        canvas[every, 0, rows, columns] = torch.maximum(canvas[every, 0, rows, columns], piece)
    return canvas

"""Images warped by six numbers. They need no model.

All run on the CPU in double precision: a GPU would be slower for so little.
"""

from torch import Tensor

from cnnviz.engine.compute.inputs import tensor
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import Numbers, Warp, WarpIdentity, WarpPixel, WarpTwice
from cnnviz.engine.results import Probed
from cnnviz.probes.warp import Identities, Sampling, Twice, Warped, identities, warped, warped_twice
from cnnviz.probes.warped_pixel import Sampled, sampled


@computes(Warp)
def warp(request: Warp, run: Run) -> Probed[Warped]:
    """Return the warped image."""
    image = _planes(request.image)
    return Probed(warped(image, request.theta, request.size or _size(image), _sampling(request)), "cpu", "")


@computes(WarpPixel)
def pixel(request: WarpPixel, run: Run) -> Probed[Sampled]:
    """Return the account of one pixel of it."""
    image = _planes(request.image)
    plane = image[min(request.plane, len(image) - 1)].tolist()
    found = sampled(
        plane,
        request.theta,
        request.size or _size(image),
        row=request.row,
        column=request.column,
        mode=request.mode,
        padding_mode=request.padding_mode,
        align_grid=request.align_grid,
        align_sample=request.align_sample,
    )
    return Probed(found, "cpu", "")


@computes(WarpIdentity)
def identity(request: WarpIdentity, run: Run) -> Probed[Identities]:
    """Return what the identity makes of the image under each pair of settings of align_corners."""
    return Probed(identities(_planes(request.image), mode=request.mode, padding_mode=request.padding_mode), "cpu", "")


@computes(WarpTwice)
def twice(request: WarpTwice, run: Run) -> Probed[Twice]:
    """Return two warps, one after the other, and the one warp that has the product of both as its theta."""
    image = _planes(request.image)
    size = request.size or _size(image)
    return Probed(warped_twice(image, request.theta, request.then, size, _sampling(request)), "cpu", "")


def _sampling(request: Warp | WarpTwice) -> Sampling:
    return Sampling(request.mode, request.padding_mode, request.align_grid, request.align_sample)


def _planes(numbers: Numbers) -> Tensor:
    """Return (C, H, W) float64 of an image (H, W) or (C, H, W)."""
    image = tensor(numbers).double()
    return image if image.ndim == 3 else image[None]


def _size(image: Tensor) -> tuple[int, int]:
    return image.shape[1], image.shape[2]

"""Derivatives of a warped pixel, and gradient descent on theta. They need no model.

All are computed on the CPU, in double precision: for so little a GPU would be slower.
"""

import torch
from torch import Tensor

from cnnviz.engine.compute.inputs import tensor
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import DerivePixel, LossAlong, Numbers, PixelProfile, PullBack
from cnnviz.engine.results import Probed
from cnnviz.probes.descent import Descent, LossCurve, descend, loss_curve
from cnnviz.probes.interpolation import PixelDerivatives, Profile, derivatives
from cnnviz.probes.interpolation import profile as profile_of
from cnnviz.probes.resampling import by_pixels


@computes(DerivePixel)
def derive(request: DerivePixel, run: Run) -> Probed[PixelDerivatives]:
    """Return one pixel's derivatives."""
    place = request.row, request.column
    return Probed(derivatives(_image(request.image), _doubles(request.theta), *place, request.step), "cpu", "")


@computes(PixelProfile)
def profile(request: PixelProfile, run: Run) -> Probed[Profile]:
    """Return one pixel's values."""
    given = request.row, request.column, request.number, request.reach
    return Probed(profile_of(_image(request.image), _doubles(request.theta), *given), "cpu", "")


@computes(PullBack)
def pull_back(request: PullBack, run: Run) -> Probed[Descent]:
    """Return all steps of the descents."""
    target = _image(request.image)
    picture = by_pixels(target, right=request.right, down=request.down)
    settings = {"rate": request.rate, "steps": request.steps, "momentum": request.momentum}
    return Probed(descend(picture, target, **settings, only_shift=request.only_shift), "cpu", "")  # type: ignore[arg-type]


@computes(LossAlong)
def along(request: LossAlong, run: Run) -> Probed[LossCurve]:
    """Return the loss along one number of theta."""
    target = _image(request.image)
    picture = by_pixels(target, right=request.right, down=request.down)
    found = loss_curve(picture, target, _doubles(request.theta), request.number, request.low, request.high)
    return Probed(found, "cpu", "")


def _image(numbers: Numbers) -> Tensor:
    return tensor(numbers).double()


def _doubles(theta: tuple[float, ...]) -> Tensor:
    return torch.tensor(theta, dtype=torch.float64)

"""Why a warp interpolates: derivatives of a pixel, and gradient descent on theta."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.arithmetic.affine import Theta
from cnnviz.engine.requests.values import Numbers, Request
from cnnviz.engine.results import Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.descent import Descent, LossCurve
    from cnnviz.probes.interpolation import PixelDerivatives, Profile


@dataclass(frozen=True)
class DerivePixel(Request["Probed[PixelDerivatives]"]):
    """How the pixel (row, column) of an image (H, W), warped, follows the six numbers of theta."""

    image: Numbers
    theta: Theta
    row: int
    column: int
    step: float


@dataclass(frozen=True)
class PixelProfile(Request["Probed[Profile]"]):
    """That pixel's value while number 0 to 5 of theta goes `reach` to both sides."""

    image: Numbers
    theta: Theta
    row: int
    column: int
    number: int
    reach: float


@dataclass(frozen=True)
class PullBack(Request["Probed[Descent]"]):
    """Gradient descent on theta that pulls a picture (H, W), moved by whole pixels, back onto itself."""

    image: Numbers
    right: int
    down: int
    rate: float
    steps: int
    momentum: float
    only_shift: bool


@dataclass(frozen=True)
class LossAlong(Request["Probed[LossCurve]"]):
    """The loss of that picture while number 0 to 5 of theta goes from `low` to `high`."""

    image: Numbers
    right: int
    down: int
    theta: Theta
    number: int
    low: float
    high: float

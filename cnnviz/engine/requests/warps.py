"""Images warped by the six numbers of theta."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.arithmetic.affine import IDENTITY, Theta
from cnnviz.engine.requests.values import Numbers, Request
from cnnviz.engine.results import Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.warp import Identities, Twice, Warped
    from cnnviz.probes.warped_pixel import Sampled


@dataclass(frozen=True)
class Warp(Request["Probed[Warped]"]):
    """An image (H, W) or (C, H, W) warped by theta to `size` (h, w), by default its own; names as torch's."""

    image: Numbers
    theta: Theta = IDENTITY
    size: tuple[int, int] | None = None
    mode: str = "bilinear"
    padding_mode: str = "zeros"
    align_grid: bool = False
    align_sample: bool = False


@dataclass(frozen=True)
class WarpPixel(Request["Probed[Sampled]"]):
    """How the pixel at (row, column) of such a warp comes about, of channel `plane`."""

    image: Numbers
    theta: Theta = IDENTITY
    size: tuple[int, int] | None = None
    mode: str = "bilinear"
    padding_mode: str = "zeros"
    align_grid: bool = False
    align_sample: bool = False
    row: int = 0
    column: int = 0
    plane: int = 0


@dataclass(frozen=True)
class WarpIdentity(Request["Probed[Identities]"]):
    """What the identity makes of an image where both settings of align_corners agree and where they are mixed."""

    image: Numbers
    mode: str = "bilinear"
    padding_mode: str = "zeros"


@dataclass(frozen=True)
class WarpTwice(Request["Probed[Twice]"]):
    """An image warped by theta to `size`, then by `then` back to its own size, and by the product of both at once."""

    image: Numbers
    theta: Theta = IDENTITY
    then: Theta = IDENTITY
    size: tuple[int, int] | None = None
    mode: str = "bilinear"
    padding_mode: str = "zeros"
    align_grid: bool = False
    align_sample: bool = False

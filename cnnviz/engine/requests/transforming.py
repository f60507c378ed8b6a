"""Requests about warps: by hand, as they are learned, and inside of a network."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.arithmetic.affine import IDENTITY, Theta
from cnnviz.arithmetic.pose import UNMOVED, Pose
from cnnviz.engine.requests.values import ModelChoice, Numbers, Picture, Request

if TYPE_CHECKING:
    # In the subscripts below:
    from cnnviz.engine import results  # noqa: F401
    from cnnviz.engine.transforming import Followed, Localised, Transformed, WarpedAnswers  # noqa: F401
    from cnnviz.probes.descent import Descent, LossCurve  # noqa: F401
    from cnnviz.probes.guided_backpropagation import Guided as Gradient  # noqa: F401
    from cnnviz.probes.interpolation import PixelDerivatives, Profile  # noqa: F401
    from cnnviz.probes.warp import Identities, Twice, Warped  # noqa: F401
    from cnnviz.probes.warped_maps import WarpedMaps  # noqa: F401
    from cnnviz.probes.warped_pixel import Sampled  # noqa: F401


@dataclass(frozen=True)
class DerivePixel(Request["results.Probed[PixelDerivatives]"]):
    """How the pixel (row, column) of an image (H, W), warped, follows the six numbers of theta."""

    image: Numbers
    theta: Theta
    row: int
    column: int
    step: float


@dataclass(frozen=True)
class PixelProfile(Request["results.Probed[Profile]"]):
    """That pixel's value while number 0 to 5 of theta goes `reach` to both sides."""

    image: Numbers
    theta: Theta
    row: int
    column: int
    number: int
    reach: float


@dataclass(frozen=True)
class PullBack(Request["results.Probed[Descent]"]):
    """Gradient descent on theta that pulls a picture (H, W), moved by whole pixels, back onto itself."""

    image: Numbers
    right: int
    down: int
    rate: float
    steps: int
    momentum: float
    only_shift: bool


@dataclass(frozen=True)
class LossAlong(Request["results.Probed[LossCurve]"]):
    """The loss of that picture while number 0 to 5 of theta goes from `low` to `high`."""

    image: Numbers
    right: int
    down: int
    theta: Theta
    number: int
    low: float
    high: float


@dataclass(frozen=True)
class Warp(Request["results.Probed[Warped]"]):
    """An image (H, W) or (C, H, W) warped by theta to `size` (h, w), by default its own; names as torch's."""

    image: Numbers
    theta: Theta = IDENTITY
    size: tuple[int, int] | None = None
    mode: str = "bilinear"
    padding_mode: str = "zeros"
    align_grid: bool = False
    align_sample: bool = False


@dataclass(frozen=True)
class WarpPixel(Request["results.Probed[Sampled]"]):
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
class WarpIdentity(Request["results.Probed[Identities]"]):
    """What the identity makes of an image where both settings of align_corners agree and where they are mixed."""

    image: Numbers
    mode: str = "bilinear"
    padding_mode: str = "zeros"


@dataclass(frozen=True)
class WarpTwice(Request["results.Probed[Twice]"]):
    """An image warped by theta to `size`, then by `then` back to its own size, and by the product of both at once."""

    image: Numbers
    theta: Theta = IDENTITY
    then: Theta = IDENTITY
    size: tuple[int, int] | None = None
    mode: str = "bilinear"
    padding_mode: str = "zeros"
    align_grid: bool = False
    align_sample: bool = False


@dataclass(frozen=True)
class TransformDigits(Request["results.Probed[Transformed]"]):
    """What a network sees of digits of 28×28 pixels in one pose, and what its transformer, if it has one, makes of it.

    `clutter` is the seed of pieces of other digits that are strewn about, None for none.
    """

    model: ModelChoice
    pictures: tuple[Picture, ...]
    pose: Pose = UNMOVED
    clutter: int | None = None
    invert: bool = False


@dataclass(frozen=True)
class FollowBox(Request["results.Probed[Followed]"]):
    """How the box of a transformer follows digits, while one `amount` of their pose takes each of `values`.

    `amount` is "degrees", "scale", "right" or "down".
    """

    model: ModelChoice
    pictures: tuple[Picture, ...]
    pose: Pose = UNMOVED
    clutter: int | None = None
    amount: str = "degrees"
    values: tuple[float, ...] = (-45.0, 0.0, 45.0)


@dataclass(frozen=True)
class WarpMaps(Request["results.Probed[WarpedMaps]"]):
    """The feature maps of a layer warped by theta, which is the photo's, against those of the photo warped by it."""

    model: ModelChoice
    picture: Picture
    layer: str
    theta: Theta = IDENTITY
    invert: bool = False


@dataclass(frozen=True)
class AnswerWarped(Request["results.Probed[WarpedAnswers]"]):
    """What a network says to the hundred test digits, with the photo or the maps of a layer warped by theta."""

    model: ModelChoice
    layer: str
    theta: Theta = IDENTITY


@dataclass(frozen=True)
class Localise(Request["Localised"]):
    """What a localisation network for the maps of a layer looks like and costs."""

    model: ModelChoice
    layer: str
    hidden: int = 32

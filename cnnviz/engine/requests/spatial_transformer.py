"""Transformers in networks: what one learned, and what warping maps inside of a network does."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.arithmetic.affine import IDENTITY, Theta
from cnnviz.arithmetic.pose import UNMOVED, Pose
from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import Followed, Localised, Probed, Transformed, WarpedAnswers

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.warped_maps import WarpedMaps


@dataclass(frozen=True)
class TransformDigits(Request[Probed[Transformed]]):
    """What a network sees of digits of 28×28 pixels in one pose, and what its transformer, if it has one, makes of it.

    `clutter` is the seed of pieces of other digits that are strewn about, None for none.
    """

    model: ModelChoice
    pictures: tuple[Picture, ...]
    pose: Pose = UNMOVED
    clutter: int | None = None
    invert: bool = False


@dataclass(frozen=True)
class FollowBox(Request[Probed[Followed]]):
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
class WarpMaps(Request["Probed[WarpedMaps]"]):
    """The feature maps of a layer warped by theta, which is the photo's, against those of the photo warped by it."""

    model: ModelChoice
    picture: Picture
    layer: str
    theta: Theta = IDENTITY
    invert: bool = False


@dataclass(frozen=True)
class AnswerWarped(Request[Probed[WarpedAnswers]]):
    """What a network says to the hundred test digits, with the photo or the maps of a layer warped by theta."""

    model: ModelChoice
    layer: str
    theta: Theta = IDENTITY


@dataclass(frozen=True)
class Localise(Request[Localised]):
    """What a localisation network for the maps of a layer looks like and costs."""

    model: ModelChoice
    layer: str
    hidden: int = 32

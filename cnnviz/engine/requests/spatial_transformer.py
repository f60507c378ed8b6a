"""Transformers in networks: what one learned, and what warping maps inside of a network does."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.arithmetic.affine import IDENTITY, Theta
from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import Followed, Localised, Probed, Transformed, WarpedAnswers

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.warped_maps import WarpedMaps


@dataclass(frozen=True)
class Placed:
    """What is done to a digit of 28×28 pixels before a network reads it.

    It is turned counter-clockwise by `degrees`, made `scale` times as large, and its middle goes `across` pixels to the
    right and `down` pixels down from that of the network's input. `clutter` is the seed of pieces of other digits that
    are strewn about, None for none.
    """

    degrees: float = 0.0
    scale: float = 1.0
    across: float = 0.0
    down: float = 0.0
    clutter: int | None = None


@dataclass(frozen=True)
class TransformDigits(Request[Probed[Transformed]]):
    """What a network sees of digits that are all placed alike, and what its transformer, if it has one, makes of it."""

    model: ModelChoice
    pictures: tuple[Picture, ...]
    placed: Placed = Placed()
    invert: bool = False


@dataclass(frozen=True)
class FollowBox(Request[Probed[Followed]]):
    """How the box of a transformer follows digits, while one `amount` of how they are placed takes each of `values`.

    `amount` is "degrees", "scale", "across" or "down".
    """

    model: ModelChoice
    pictures: tuple[Picture, ...]
    placed: Placed = Placed()
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

"""What a network makes of a picture: its maps, its probabilities, and how one value of a map came about."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import LayerMaps, Prediction, Probed, StrongestMaps

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.unit import UnitAccount


@dataclass(frozen=True)
class Maps(Request[LayerMaps]):
    """All activation maps of one layer."""

    model: ModelChoice
    picture: Picture
    layer: str
    invert: bool = False


@dataclass(frozen=True)
class Thumbnails(Request[StrongestMaps]):
    """The strongest maps of every layer, small, of one run."""

    model: ModelChoice
    picture: Picture
    invert: bool = False


@dataclass(frozen=True)
class Classify(Request[Prediction]):
    """The probability of every class."""

    model: ModelChoice
    picture: Picture
    invert: bool = False


@dataclass(frozen=True)
class Unit(Request["Probed[UnitAccount]"]):
    """How the value at (channel, row, column) of a layer's maps came about."""

    model: ModelChoice
    picture: Picture
    layer: str
    channel: int
    row: int
    column: int
    invert: bool = False

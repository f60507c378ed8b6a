"""What changes when a picture moves, and what stays."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.arithmetic.pose import UNMOVED, Pose
from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import Floats, Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.invariance import Swept


@dataclass(frozen=True)
class View:
    """A state of a picture: its pose, and by what its values are multiplied; the first is the picture as it is."""

    pose: Pose = UNMOVED
    brightness: float = 1.0


@dataclass(frozen=True)
class Sweep(Request["Probed[Swept]"]):
    """What a network says to a picture in each of some states, and how each layer changes, in one batch."""

    model: ModelChoice
    picture: Picture
    views: tuple[View, ...]
    edge: str = "flat"
    invert: bool = False


@dataclass(frozen=True)
class SweepMaps(Request[Probed[Floats]]):
    """The maps (1 + N, K, h, w) of some channels of a layer, of the unmoved picture and of N states, in one batch."""

    model: ModelChoice
    picture: Picture
    views: tuple[View, ...]
    layer: str
    channels: tuple[int, ...]
    edge: str = "flat"
    invert: bool = False

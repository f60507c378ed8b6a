"""What moves along when a picture moves."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.arithmetic.pose import Pose, similarity
from cnnviz.engine.requests.values import ModelChoice, Numbers, Picture, Request
from cnnviz.engine.results import Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.equivariance import LayerGap, ShiftedMaps
    from cnnviz.probes.pose_equivariance import Change, Shifted
    from cnnviz.probes.subsampling import Moved1d


@dataclass(frozen=True)
class ShiftLayers(Request["Probed[tuple[LayerGap, ...]]"]):
    """How far each layer of the shifted picture is from its maps shifted; whole pixels, in a circle.

    With `circular`, padding continues on the other side; `blur`, one of cnnviz.probes.subsampling.BLURS, is put before
    every strided maximum and convolution.
    """

    model: ModelChoice
    picture: Picture
    down: int = 0
    right: int = 1
    circular: bool = False
    blur: str | None = None
    invert: bool = False


@dataclass(frozen=True)
class ShiftMaps(Request["Probed[ShiftedMaps]"]):
    """One channel of one layer in that comparison, by default the one with the most in it."""

    model: ModelChoice
    picture: Picture
    layer: str
    channel: int | None = None
    down: int = 0
    right: int = 1
    circular: bool = False
    blur: str | None = None
    invert: bool = False


@dataclass(frozen=True)
class ShiftAnswers(Request["Probed[Shifted]"]):
    """What a network for digits says to the hundred test digits, each moved to the right by `shifts` pixels."""

    model: ModelChoice
    shifts: tuple[int, ...] = (0, 1, 14)


@dataclass(frozen=True)
class MoveMaps(Request["Probed[tuple[Change, ...]]"]):
    """How a layer changes with the picture's pose, as it is and with its maps moved along."""

    model: ModelChoice
    picture: Picture
    layer: str
    poses: tuple[Pose, ...] = (similarity(right=1), similarity(degrees=90))
    invert: bool = False


@dataclass(frozen=True)
class BlurSignal(Request["Probed[Moved1d]"]):
    """A signal (L,) and the same moved to the right, max-pooled by 2 in a circle, without and with a blur before."""

    signal: Numbers
    shift: int = 1
    blur: str = "Tri-3"

"""Requests about pictures that move: what changes with them, and what moves along."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.arithmetic.pose import UNMOVED, Pose, similarity
from cnnviz.engine.requests.values import ModelChoice, Numbers, Picture, Request

if TYPE_CHECKING:
    # In the subscripts below:
    from cnnviz.engine import results  # noqa: F401
    from cnnviz.probes.equivariance import LayerGap, ShiftedMaps  # noqa: F401
    from cnnviz.probes.invariance import Swept  # noqa: F401
    from cnnviz.probes.pose_equivariance import Change, Shifted  # noqa: F401
    from cnnviz.probes.subsampling import Moved1d  # noqa: F401


@dataclass(frozen=True)
class View:
    """A state of a picture: its pose, and by what its values are multiplied; the first is the picture as it is."""

    pose: Pose = UNMOVED
    brightness: float = 1.0


@dataclass(frozen=True)
class Sweep(Request["results.Probed[Swept]"]):
    """What a network says to a picture in each of some states, and how each layer changes, in one batch."""

    model: ModelChoice
    picture: Picture
    views: tuple[View, ...]
    edge: str = "flat"
    invert: bool = False


@dataclass(frozen=True)
class SweepMaps(Request["results.Probed[results.Floats]"]):
    """The maps (1 + N, K, h, w) of some channels of a layer, of the unmoved picture and of N states, in one batch."""

    model: ModelChoice
    picture: Picture
    views: tuple[View, ...]
    layer: str
    channels: tuple[int, ...]
    edge: str = "flat"
    invert: bool = False


@dataclass(frozen=True)
class ShiftLayers(Request["results.Probed[tuple[LayerGap, ...]]"]):
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
class ShiftMaps(Request["results.Probed[ShiftedMaps]"]):
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
class ShiftAnswers(Request["results.Probed[Shifted]"]):
    """What a network for digits says to the hundred test digits, each moved to the right by `shifts` pixels."""

    model: ModelChoice
    shifts: tuple[int, ...] = (0, 1, 14)


@dataclass(frozen=True)
class MoveMaps(Request["results.Probed[tuple[Change, ...]]"]):
    """How a layer changes with the picture's pose, as it is and with its maps moved along."""

    model: ModelChoice
    picture: Picture
    layer: str
    poses: tuple[Pose, ...] = (similarity(right=1), similarity(degrees=90))
    invert: bool = False


@dataclass(frozen=True)
class BlurSignal(Request["results.Probed[Moved1d]"]):
    """A signal (L,) and the same moved to the right, max-pooled by 2 in a circle, without and with a blur before."""

    signal: Numbers
    shift: int = 1
    blur: str = "Tri-3"

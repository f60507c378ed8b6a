"""Requests about pictures that move: what changes with them, and what moves along."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import ModelChoice, Numbers, Picture, Request

if TYPE_CHECKING:
    # In the subscripts below:
    from cnnviz.engine import results  # noqa: F401
    from cnnviz.probes.equivariance import LayerGap, ShiftedMaps  # noqa: F401
    from cnnviz.probes.invariance import Swept  # noqa: F401
    from cnnviz.probes.pose_equivariance import Change, Shifted  # noqa: F401
    from cnnviz.probes.subsampling import Moved1d  # noqa: F401


@dataclass(frozen=True)
class Move:
    """A state of a picture: see cnnviz.probes.invariance.moved. The first of all is the picture as it is."""

    right: float = 0.0
    down: float = 0.0
    degrees: float = 0.0
    scale: float = 1.0
    brightness: float = 1.0


@dataclass(frozen=True)
class Sweep(Request["results.Probed[Swept]"]):
    """What a network says to a picture in each of some states, and how each layer changes, in one batch."""

    model: ModelChoice
    picture: Picture
    moves: tuple[Move, ...]
    edge: str = "flat"
    invert: bool = False


@dataclass(frozen=True)
class SweepMaps(Request["results.Probed[results.Floats]"]):
    """The maps (1 + N, K, h, w) of some channels of a layer, of the unmoved picture and of N states, in one batch."""

    model: ModelChoice
    picture: Picture
    moves: tuple[Move, ...]
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
    """How a layer changes when the picture goes right, is turned or scaled, as it is and with its maps moved along."""

    model: ModelChoice
    picture: Picture
    layer: str
    moves: tuple[Move, ...] = (Move(right=1.0), Move(degrees=90.0))
    invert: bool = False


@dataclass(frozen=True)
class BlurSignal(Request["results.Probed[Moved1d]"]):
    """A signal (L,) and the same moved to the right, max-pooled by 2 in a circle, without and with a blur before."""

    signal: Numbers
    shift: int = 1
    blur: str = "Tri-3"

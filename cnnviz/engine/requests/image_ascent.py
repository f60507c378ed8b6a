"""Gradient steps on the picture itself: one that excites a channel, and one that the network gets wrong."""

from dataclasses import dataclass

from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import Excited, Fooled

# Of an image that excites, so many in one turn of the engine; what comes after goes on from there.
EXCITE_AT_ONCE = 8


@dataclass(frozen=True)
class Excite(Request[Excited]):
    """An image after `steps` of gradient ascent on a channel: on the mean of its map, or the unit in its `middle`.

    It begins with `picture`, or with noise of the `seed` where there is none. `shift`, at most so many pixels a step,
    `blur`, a Gaussian's standard deviation in pixels, and `decay`, a share a step, keep it smooth.
    """

    model: ModelChoice
    layer: str
    channel: int
    steps: int
    middle: bool = False
    shift: int = 0
    blur: float = 0.0
    decay: float = 0.0
    seed: int = 0
    picture: Picture | None = None
    invert: bool = False


@dataclass(frozen=True)
class Fool(Request[Fooled]):
    """What a network answers to a picture all of whose values go 0 to `levels` of 255 up or down, by a gradient's sign.

    It is the sign by which the loss of class `target` rises, or `toward` it falls.
    """

    model: ModelChoice
    picture: Picture
    target: int
    toward: bool = False
    levels: int = 16
    invert: bool = False

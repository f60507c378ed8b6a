"""What in a picture a class's logit comes from, and its probability hangs on."""

from dataclasses import dataclass

from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import Bytes, Floats, LocatedClass, PixelShares, Probed, WeighedLayers

# Of noisy copies and steps, so many in one turn of the engine.
POINTS_AT_ONCE = 8


@dataclass(frozen=True)
class LocateClass(Request[LocatedClass]):
    """What each place of the last maps adds to the logit of class `target` (CAM)."""

    model: ModelChoice
    picture: Picture
    target: int
    invert: bool = False


@dataclass(frozen=True)
class WeighLayers(Request[WeighedLayers]):
    """Which places of every layer's maps the logit of class `target` hangs on (Grad-CAM)."""

    model: ModelChoice
    picture: Picture
    target: int
    invert: bool = False


@dataclass(frozen=True)
class FillPatch(Request[Probed[Bytes]]):
    """What hides a patch, as a picture (H, W, 3) of which the patch is cut: black, grey, mean or blur."""

    model: ModelChoice
    picture: Picture
    filling: str
    invert: bool = False


@dataclass(frozen=True)
class Occlude(Request[Probed[Floats]]):
    """The probabilities (N, K) with a square patch of `size` pixels hidden at each of N `places`, (top, left)."""

    model: ModelChoice
    picture: Picture
    filling: str
    size: int
    places: tuple[tuple[int, int], ...]
    invert: bool = False


@dataclass(frozen=True)
class AttributePixels(Request[PixelShares]):
    """What each pixel has to do with the logit of class `target`, by one method.

    `method` is gradient, times_input, smooth, integrated or guided; `points` are SmoothGrad's noisy copies or the
    integral's steps, `noise` is SmoothGrad's, and `baseline` where integrated gradients begin, black or mean colour.
    With a `span` of the points, (first, end), the values are what those alone add to the whole.
    """

    model: ModelChoice
    picture: Picture
    target: int
    method: str
    points: int = 1
    noise: float = 0.0
    baseline: str = "black"
    span: tuple[int, int] | None = None
    invert: bool = False

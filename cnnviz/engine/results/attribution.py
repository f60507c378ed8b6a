"""What in a picture a class's logit comes from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.results.values import Floats, Sized

if TYPE_CHECKING:
    from cnnviz.probes.cam import ClassShares


@dataclass(frozen=True, eq=False)
class LocatedClass(Sized):
    """The `shares` of a class's logit; None where the network's end is another one, which `refusal` then says."""

    shares: "ClassShares | None"
    refusal: str
    device: str
    note: str


@dataclass(frozen=True, eq=False)
class WeighedLayers(Sized):
    """Of every layer with maps, in the order of execution, Grad-CAM before its ReLU: `maps`, (H, W) each.

    `strip` (L, h, w) has the same after it, all of one small size.
    """

    names: tuple[str, ...]
    maps: tuple[Floats, ...]
    strip: Floats
    device: str
    note: str


@dataclass(frozen=True, eq=False)
class PixelShares(Sized):
    """`values` (H, W), added up over the colours, with their `total`, and the class's `logit`.

    `baseline_logit` is what the network gives for the picture where integrated gradients begin, None for other methods.
    """

    values: Floats
    total: float
    logit: float
    baseline_logit: float | None
    device: str
    note: str


@dataclass(frozen=True, eq=False)
class RandomisedMaps(Sized):
    """The gradient, gradient x input, guided backpropagation and Grad-CAM at `layer`: `maps` (4, H, W).

    The first three are sizes, added up over the colours; Grad-CAM is that before its ReLU.

    `correlations` (4,) are the rank correlations with those of the network as it is; `count` of `layers` are random,
    down to `lowest`, "" for none; `probability` is the class's.
    """

    maps: Floats
    correlations: Floats
    count: int
    layers: int
    lowest: str
    layer: str
    probability: float
    device: str
    note: str

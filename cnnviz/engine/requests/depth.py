"""Why residual: gradients by layer of plain and residual networks, and the additions of a network with a picture."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import Floats, Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.layer_gradients import LayerGradients
    from cnnviz.probes.residual import Addition, Apart


@dataclass(frozen=True)
class MeasureGradients(Request["Probed[LayerGradients]"]):
    """The gradients of cnnviz.models.cifar_resnet.network before training, for the first `batch` shipped images."""

    depth: int
    residual: bool
    normalised: bool
    beginning: str = "torch"
    batch: int = 64
    seed: int = 0


@dataclass(frozen=True)
class Additions(Request["Probed[tuple[Addition, ...]]"]):
    """Every residual addition of a network that looks at a picture."""

    model: ModelChoice
    picture: Picture
    invert: bool = False


@dataclass(frozen=True)
class TakeApart(Request["Probed[Apart]"]):
    """F(x), x and their sum at addition `at`, from 0."""

    model: ModelChoice
    picture: Picture
    at: int
    invert: bool = False


@dataclass(frozen=True)
class WithoutBlocks(Request[Probed[Floats]]):
    """The probabilities (N, 10) that the plain or the residual network of cnnviz.training.depth gives to test images.

    The blocks `removed`, from 0, let x pass alone. `part` is one of PARTS of the images: others have their turn between
    two of them.
    """

    residual: bool
    removed: tuple[int, ...]
    part: int
    PARTS: ClassVar[int] = 4


@dataclass(frozen=True)
class WithoutBlock(Request[Probed[Floats]]):
    """The probabilities (K,) with F(x) = 0 at addition `at`, from 0; those of the whole network for None."""

    model: ModelChoice
    picture: Picture
    at: int | None
    invert: bool = False

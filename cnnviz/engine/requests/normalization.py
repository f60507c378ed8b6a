"""Normalisation: of numbers that are given outright, of shipped photos batch by batch, and in a network."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import ModelChoice, Numbers, Picture, Request
from cnnviz.engine.results import Floats, Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.batch_norm_folding import Folded, Pair
    from cnnviz.probes.batch_statistics import Followed, Swapped
    from cnnviz.probes.normalization import Doubles, Normalised


@dataclass(frozen=True)
class Normalize(Request["Probed[Normalised]"]):
    """A batch (N, C, *S) normalised in one `way` of cnnviz.probes.normalization.WAYS, one gamma and beta a channel."""

    way: str
    inputs: Numbers
    gamma: tuple[float, ...]
    beta: tuple[float, ...]
    groups: int = 1
    eps: float = 1e-5


@dataclass(frozen=True)
class UndoNorm(Request["Probed[tuple[Doubles, Doubles]]"]):
    """The gamma and the beta with which batch normalisation gives its input back."""

    inputs: Numbers
    eps: float = 1e-5


@dataclass(frozen=True)
class SwapImage(Request["Probed[Swapped]"]):
    """What becomes of the first of `pictures` after normalisation when the second is exchanged for `other`."""

    pictures: tuple[Picture, ...]
    other: Picture
    side: int = 48


@dataclass(frozen=True)
class FollowStatistics(Request["Probed[Followed]"]):
    """Running mean and variance of the red channel over `batches` batches of patches of the shipped photos."""

    batch_size: int
    batches: int
    momentum: float


@dataclass(frozen=True)
class BatchNoise(Request[Probed[Floats]]):
    """How much a patch of a shipped photo varies after batch normalisation in batches of each of `sizes`."""

    sizes: tuple[int, ...]
    draws: int = 60


@dataclass(frozen=True)
class NormPairs(Request["Probed[tuple[Pair, ...]]"]):
    """The layers of a network that are followed by batch normalisation, which can be folded into them."""

    model: ModelChoice


@dataclass(frozen=True)
class FoldNorm(Request["Probed[Folded]"]):
    """The normalisation called `norm` in a network that looks at a picture: what it does, and how it folds."""

    model: ModelChoice
    picture: Picture
    norm: str
    invert: bool = False

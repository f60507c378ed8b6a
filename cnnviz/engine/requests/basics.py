"""Requests about single operations on given numbers: convolution, pooling, connections."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import ModelChoice, Numbers, Picture, Request

if TYPE_CHECKING:
    # In the subscripts below:
    from cnnviz.engine import results  # noqa: F401
    from cnnviz.probes.connectivity import Collapsed, Connected  # noqa: F401
    from cnnviz.probes.convolution import Convolved, ConvolvedPhoto, Learned  # noqa: F401
    from cnnviz.probes.pooling import Moved, Pooled, Shifts  # noqa: F401
    from cnnviz.probes.shuffled_pixels import ShuffledAnswers, ShuffledPicture  # noqa: F401


@dataclass(frozen=True)
class Convolve(Request["results.Probed[Convolved]"]):
    """A convolution of given numbers: `inputs` (C_in, ...), `weights` in the order of torch's layer `kind`."""

    kind: str
    inputs: Numbers
    weights: Numbers
    bias: Numbers | None = None
    stride: int = 1
    padding: int | str = 0
    padding_mode: str = "zeros"
    dilation: int = 1
    groups: int = 1
    output_padding: int = 0
    flip: bool = False


@dataclass(frozen=True)
class ConvolvePhoto(Request["results.Probed[ConvolvedPhoto]"]):
    """A picture before and after one kernel (k_h, k_w) went over each of its colours."""

    picture: Picture
    kernel: Numbers
    stride: int = 1
    padding: int | str = 0
    padding_mode: str = "zeros"
    dilation: int = 1
    flip: bool = False


@dataclass(frozen=True)
class LearnKernel(Request["results.Probed[Learned]"]):
    """What cross-correlation and true convolution learn from the answers of one kernel (k_h, k_w)."""

    kernel: Numbers


Settings = tuple[tuple[str, int | float | bool], ...]


@dataclass(frozen=True)
class Pool(Request["results.Probed[Pooled]"]):
    """What torch's layer `kind` ("MaxPool2d", "AdaptiveAvgPool2d", ...) with `settings` makes of `inputs` (C, ...)."""

    kind: str
    inputs: Numbers
    settings: Settings


@dataclass(frozen=True)
class PoolMoved(Request["results.Probed[Moved]"]):
    """The same of the inputs moved to the right by some columns."""

    kind: str
    inputs: Numbers
    settings: Settings
    columns: int


@dataclass(frozen=True)
class PoolShifts(Request["results.Probed[Shifts]"]):
    """What a pooling (without `kind`, none) keeps of a sheet of test images moved by 1 to `longest` columns."""

    kind: str | None
    settings: Settings = ()
    longest: int = 8
    sheet: str = "digits"


@dataclass(frozen=True)
class Connect(Request["results.Probed[Connected]"]):
    """The outputs of `inputs` over one or two axes, connected as `step` of cnnviz.probes.connectivity says."""

    step: str
    inputs: Numbers
    weights: Numbers
    stride: int = 1


@dataclass(frozen=True)
class Collapse(Request["results.Probed[Collapsed]"]):
    """Two kernels over an image (H, W), one after the other, and the one kernel that does the same."""

    image: Numbers
    first: Numbers
    second: Numbers


@dataclass(frozen=True)
class ShufflePicture(Request["results.Probed[ShuffledPicture]"]):
    """A grey picture after the fixed shuffle of cnnviz.models.lenet_shuffled."""

    picture: Picture


@dataclass(frozen=True)
class ReadShuffled(Request["results.Probed[ShuffledAnswers]"]):
    """What a network for digits says to the hundred test digits, as they are and after that shuffle."""

    model: ModelChoice

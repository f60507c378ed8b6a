"""How the outputs of a layer hang together with its inputs, and what a fixed shuffle of the pixels undoes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import ModelChoice, Numbers, Picture, Request
from cnnviz.engine.results import Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.connectivity import Collapsed, Connected
    from cnnviz.probes.shuffled_pixels import ShuffledAnswers, ShuffledPicture


@dataclass(frozen=True)
class Connect(Request["Probed[Connected]"]):
    """The outputs of `inputs` over one or two axes, connected as `step` of cnnviz.probes.connectivity says."""

    step: str
    inputs: Numbers
    weights: Numbers
    stride: int = 1


@dataclass(frozen=True)
class Collapse(Request["Probed[Collapsed]"]):
    """Two kernels over an image (H, W), one after the other, and the one kernel that does the same."""

    image: Numbers
    first: Numbers
    second: Numbers


@dataclass(frozen=True)
class ShufflePicture(Request["Probed[ShuffledPicture]"]):
    """A grey picture after the fixed shuffle of cnnviz.models.lenet_shuffled."""

    picture: Picture


@dataclass(frozen=True)
class ReadShuffled(Request["Probed[ShuffledAnswers]"]):
    """What a network for digits says to the hundred test digits, as they are and after that shuffle."""

    model: ModelChoice

"""What a network costs and does in a real run, layer by layer, and the graph that it is shown on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.analysis import NetworkReport
    from cnnviz.probes.layer_times import LayerTimes
    from cnnviz.probes.zero_shares import ZeroShares


@dataclass(frozen=True)
class AnalyzeModel(Request["NetworkReport"]):
    """The report of a model on an input of (N, C, H, W), by default one image of the model's own size."""

    model: ModelChoice
    input_size: tuple[int, ...] | None = None


@dataclass(frozen=True)
class TimeLayers(Request["Probed[LayerTimes]"]):
    """How long each layer takes for an input of (N, C, H, W), by default one image of the model's own size."""

    model: ModelChoice
    input_size: tuple[int, ...] | None = None


@dataclass(frozen=True)
class CountZeros(Request["Probed[ZeroShares]"]):
    """How many of each layer's outputs are zero for a picture.

    It is made ready as the model's card says, or, for a network that was made for no pictures, for an `input_size`
    of (N, C, H, W), of which one image is run.
    """

    model: ModelChoice
    picture: Picture
    invert: bool = False
    input_size: tuple[int, ...] | None = None

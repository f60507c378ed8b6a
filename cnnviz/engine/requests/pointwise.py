"""A 1x1 convolution of a network, beside the linear layer that it is at every pixel."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import Probed

if TYPE_CHECKING:
    # In the subscripts below; this module imports torch.
    from cnnviz.probes.pointwise import Pointwise


@dataclass(frozen=True)
class ReadPixels(Request["Probed[Pointwise]"]):
    """What a layer reads at every pixel of its map, and what it makes of it in both ways."""

    model: ModelChoice
    picture: Picture
    layer: str
    invert: bool = False

"""The filters of a network, and what excites them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import Patches, Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.filters import FilterBank
    from cnnviz.probes.guided_backpropagation import Guided as Gradient


@dataclass(frozen=True)
class Filters(Request["Probed[FilterBank]"]):
    """The filters of a convolution; without `layer` those, or the templates, of the layer that reads the picture."""

    model: ModelChoice
    layer: str | None = None


@dataclass(frozen=True)
class Guided(Request["Probed[Gradient]"]):
    """Guided backpropagation of a channel's strongest unit, or of the one at (row, column)."""

    model: ModelChoice
    picture: Picture
    layer: str
    channel: int
    row: int | None = None
    column: int | None = None
    invert: bool = False


@dataclass(frozen=True)
class Strongest(Request[Patches]):
    """The `count` of `pictures` that excite a channel most, each cut out at its strongest unit's receptive field."""

    model: ModelChoice
    layer: str
    channel: int
    pictures: tuple[Picture, ...]
    invert: bool = False
    count: int = 9

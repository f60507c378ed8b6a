"""What a unit sees: of the layer before it, and of the picture."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import Probed, Reading

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.effective_field import Effective


@dataclass(frozen=True)
class Reads(Request[Reading]):
    """What a layer reads of the one before it, that one of the one before, and so on, `depth` layers at most."""

    model: ModelChoice
    layer: str
    depth: int = 1


@dataclass(frozen=True)
class EffectiveField(Request["Probed[Effective]"]):
    """How strongly each pixel of the input moves the unit at (row, column), of one channel or of all added up.

    Averaged over `pictures`, or, without any, over `noise` images of normal random numbers.
    """

    model: ModelChoice
    layer: str
    row: int
    column: int
    channel: int | None = None
    pictures: tuple[Picture, ...] = ()
    noise: int = 0
    invert: bool = False

"""What preprocessing does to points, to pictures, and to what a network gets."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import Request
from cnnviz.engine.results import Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.preprocessing import Cloud


@dataclass(frozen=True)
class PreparePoints(Request["Probed[Cloud]"]):
    """A cloud of `count` points of two classes, placed and made ready in five ways, and descent on each.

    The classes lie 2 * `apart` standard deviations from each other; `centre`, the standard deviations `spread` along
    its own two axes and `turn`, in degrees, place the cloud. `rate` and `steps` are gradient descent's, and the best
    weights are rotated by `rotate` degrees.
    """

    count: int
    apart: float
    seed: int
    centre: tuple[float, float]
    spread: tuple[float, float]
    turn: float
    rate: float
    steps: int
    rotate: float

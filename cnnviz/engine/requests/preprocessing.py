"""What preprocessing does to points, to pictures, and to what a network gets."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import Picture, Request
from cnnviz.engine.results import Probed
from cnnviz.images.preprocessing import Preprocessing

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.channel_statistics import PreparedPhoto
    from cnnviz.probes.preprocessing import Cloud
    from cnnviz.probes.principal_components import Components, Decomposed


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


@dataclass(frozen=True)
class FindComponents(Request["Probed[Components]"]):
    """The principal components of a set that comes with the project: see cnnviz.images.patch_sets."""

    patches: str


@dataclass(frozen=True)
class Decompose(Request["Probed[Decomposed]"]):
    """A photo, or a picture as large as the patches, in terms of the components of a set."""

    patches: str
    picture: Picture


@dataclass(frozen=True)
class PreparePhoto(Request["Probed[PreparedPhoto]"]):
    """A photo less the mean image, one mean a channel, divided by a deviation, and as a network wants it: `how`."""

    picture: Picture
    how: Preprocessing

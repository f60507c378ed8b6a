"""Requests about a network and what it makes of a picture."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import ModelChoice, Picture, Request

if TYPE_CHECKING:
    # In the subscripts below:
    from cnnviz.analysis import NetworkReport  # noqa: F401
    from cnnviz.engine import results  # noqa: F401
    from cnnviz.engine.reading import Reading  # noqa: F401
    from cnnviz.probes.effective_field import Effective  # noqa: F401
    from cnnviz.probes.filters import FilterBank  # noqa: F401
    from cnnviz.probes.guided_backpropagation import Guided as Gradient  # noqa: F401
    from cnnviz.probes.unit import UnitAccount  # noqa: F401


@dataclass(frozen=True)
class Layers(Request["results.LayerTable"]):
    """The layers of a model that have something to show, for an input of (H, W), by default the model's own."""

    model: ModelChoice
    input_size: tuple[int, int] | None = None


@dataclass(frozen=True)
class Input(Request["results.NetworkInput"]):
    """What the network gets of a picture."""

    model: ModelChoice
    picture: Picture
    invert: bool = False


@dataclass(frozen=True)
class Classify(Request["results.Prediction"]):
    """The probability of every class."""

    model: ModelChoice
    picture: Picture
    invert: bool = False


@dataclass(frozen=True)
class Maps(Request["results.LayerMaps"]):
    """All activation maps of one layer."""

    model: ModelChoice
    picture: Picture
    layer: str
    invert: bool = False


@dataclass(frozen=True)
class Forward(Request["results.Outputs"]):
    """One run of the network with the maps of `layers`, or of every layer. The base of Input, Classify and Maps."""

    model: ModelChoice
    picture: Picture
    invert: bool = False
    layers: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Unit(Request["results.Probed[UnitAccount]"]):
    """How the value at (channel, row, column) of a layer's maps came about."""

    model: ModelChoice
    picture: Picture
    layer: str
    channel: int
    row: int
    column: int
    invert: bool = False


@dataclass(frozen=True)
class Filters(Request["results.Probed[FilterBank]"]):
    """The filters of a convolution; without `layer` those, or the templates, of the layer that reads the picture."""

    model: ModelChoice
    layer: str | None = None


@dataclass(frozen=True)
class Guided(Request["results.Probed[Gradient]"]):
    """Guided backpropagation of a channel's strongest unit, or of the one at (row, column)."""

    model: ModelChoice
    picture: Picture
    layer: str
    channel: int
    row: int | None = None
    column: int | None = None
    invert: bool = False


@dataclass(frozen=True)
class Strongest(Request["results.Patches"]):
    """The `count` of `pictures` that excite a channel most, each cut out at its strongest unit's receptive field."""

    model: ModelChoice
    layer: str
    channel: int
    pictures: tuple[Picture, ...]
    invert: bool = False
    count: int = 9


@dataclass(frozen=True)
class EffectiveField(Request["results.Probed[Effective]"]):
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


@dataclass(frozen=True)
class Reads(Request["Reading"]):
    """What a layer reads of the one before it, that one of the one before, and so on, `depth` layers at most."""

    model: ModelChoice
    layer: str
    depth: int = 1


@dataclass(frozen=True)
class Analyze(Request["NetworkReport"]):
    """What an architecture of cnnviz.models.architectures costs on an input of (N, C, H, W), whatever its weights."""

    architecture: str
    input_size: tuple[int, ...]

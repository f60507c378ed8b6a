"""What can be asked of an engine: plain values that can be hashed, compared and sent to another process.

    >>> engine.ask(Maps(ModelChoice("efficientnet-lite0"), Picture.of(photo), "conv_stem.conv2d")).values.shape
    (32, 112, 112)

The subscript of a request's base class is the type of its result; how each is computed, cnnviz.engine.registry says.
"""

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.errors import ImageError

if TYPE_CHECKING:
    # In the subscripts below:
    from cnnviz.engine import results  # noqa: F401
    from cnnviz.probes.filters import FilterBank  # noqa: F401
    from cnnviz.probes.guided import Guided as Gradient  # noqa: F401
    from cnnviz.probes.unit import UnitAccount  # noqa: F401

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True)
class Picture:
    """An RGB picture, (H, W, 3) uint8, known by the SHA-256 of its shape and pixels."""

    sha256: str
    pixels: NDArray[np.uint8] = field(compare=False, repr=False)

    @classmethod
    def of(cls, image: "Image.Image | NDArray[np.uint8]") -> "Picture":
        """Return the picture of a Pillow image, or of bytes (H, W) or (H, W, 3); raise ImageError for others."""
        pixels = np.asarray(image.convert("RGB") if isinstance(image, Image.Image) else image)
        if pixels.ndim == 2:
            pixels = np.stack([pixels] * 3, axis=-1)
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
            raise ImageError(
                f"A picture is an array (height, width, 3) of bytes, not {pixels.shape} of {pixels.dtype.name}."
            )
        pixels = np.array(pixels, order="C")
        pixels.setflags(write=False)
        digest = hashlib.sha256(repr(pixels.shape).encode())
        digest.update(pixels)
        return cls(digest.hexdigest(), pixels)


@dataclass(frozen=True)
class ModelChoice:
    """A model of cnnviz.models with its own weights, random ones (`random_seed`), or a person's own (`checkpoint`)."""

    name: str
    random_seed: int | None = None
    checkpoint_sha256: str | None = None
    checkpoint: bytes | None = field(default=None, compare=False, repr=False)
    checkpoint_name: str | None = None

    @classmethod
    def of_checkpoint(cls, name: str, checkpoint: bytes, checkpoint_name: str) -> "ModelChoice":
        """Return the architecture `name` with the weights in a file's bytes."""
        return cls(name, None, hashlib.sha256(checkpoint).hexdigest(), checkpoint, checkpoint_name)


class Request(Generic[R_co]):
    """Base of every request."""


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


def key_of(value: Any) -> Hashable:
    """Return what identifies a request in a cache, without the pixels and checkpoints that it carries."""
    if is_dataclass(value):
        return (type(value), *(key_of(getattr(value, each.name)) for each in fields(value) if each.compare))
    if isinstance(value, tuple):
        return tuple(map(key_of, value))
    hashed: Hashable = value
    return hashed

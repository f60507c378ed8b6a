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
    from cnnviz.analysis import NetworkReport  # noqa: F401
    from cnnviz.engine import results  # noqa: F401
    from cnnviz.engine.reading import Reading  # noqa: F401
    from cnnviz.probes.connectivity import Collapsed, Connected  # noqa: F401
    from cnnviz.probes.convolution import Convolved, ConvolvedPhoto, Learned  # noqa: F401
    from cnnviz.probes.effective import Effective  # noqa: F401
    from cnnviz.probes.filters import FilterBank  # noqa: F401
    from cnnviz.probes.guided import Guided as Gradient  # noqa: F401
    from cnnviz.probes.pooling import Moved, Pooled, Shifts  # noqa: F401
    from cnnviz.probes.shuffling import ShuffledAnswers, ShuffledPicture  # noqa: F401
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
class Numbers:
    """A small array of float32, known by its shape and bytes."""

    shape: tuple[int, ...]
    data: bytes = field(repr=False)

    @classmethod
    def of(cls, array: NDArray[Any]) -> "Numbers":
        """Return the numbers of an array of any kind."""
        return cls(array.shape, np.ascontiguousarray(array, np.float32).tobytes())

    @property
    def array(self) -> NDArray[np.float32]:
        """Return them as a read-only array."""
        return np.frombuffer(self.data, np.float32).reshape(self.shape)


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
    """A grey picture after the fixed shuffle of cnnviz.models.shuffled."""

    picture: Picture


@dataclass(frozen=True)
class ReadShuffled(Request["results.Probed[ShuffledAnswers]"]):
    """What a network for digits says to the hundred test digits, as they are and after that shuffle."""

    model: ModelChoice


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


def key_of(value: Any) -> Hashable:
    """Return what identifies a request in a cache, without the pixels and checkpoints that it carries."""
    if is_dataclass(value):
        return (type(value), *(key_of(getattr(value, each.name)) for each in fields(value) if each.compare))
    if isinstance(value, tuple):
        return tuple(map(key_of, value))
    hashed: Hashable = value
    return hashed

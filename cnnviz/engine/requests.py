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

from cnnviz.arithmetic.affine import IDENTITY, Theta
from cnnviz.errors import ImageError

if TYPE_CHECKING:
    # In the subscripts below:
    from cnnviz.analysis import NetworkReport  # noqa: F401
    from cnnviz.engine import results  # noqa: F401
    from cnnviz.engine.reading import Reading  # noqa: F401
    from cnnviz.engine.transforming import Followed, Localised, Transformed, WarpedAnswers  # noqa: F401
    from cnnviz.probes.connectivity import Collapsed, Connected  # noqa: F401
    from cnnviz.probes.convolution import Convolved, ConvolvedPhoto, Learned  # noqa: F401
    from cnnviz.probes.descent import Descent, LossCurve  # noqa: F401
    from cnnviz.probes.effective import Effective  # noqa: F401
    from cnnviz.probes.equivariance import LayerGap, ShiftedMaps  # noqa: F401
    from cnnviz.probes.filters import FilterBank  # noqa: F401
    from cnnviz.probes.guided import Guided as Gradient  # noqa: F401
    from cnnviz.probes.interpolation import PixelDerivatives, Profile  # noqa: F401
    from cnnviz.probes.invariance import Swept  # noqa: F401
    from cnnviz.probes.movements import Change, Shifted  # noqa: F401
    from cnnviz.probes.pooling import Moved, Pooled, Shifts  # noqa: F401
    from cnnviz.probes.sampled import Sampled  # noqa: F401
    from cnnviz.probes.shuffling import ShuffledAnswers, ShuffledPicture  # noqa: F401
    from cnnviz.probes.subsampling import Moved1d  # noqa: F401
    from cnnviz.probes.unit import UnitAccount  # noqa: F401
    from cnnviz.probes.warped_maps import WarpedMaps  # noqa: F401
    from cnnviz.probes.warps import Identities, Twice, Warped  # noqa: F401

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


@dataclass(frozen=True)
class DerivePixel(Request["results.Probed[PixelDerivatives]"]):
    """How the pixel (row, column) of an image (H, W), warped, follows the six numbers of theta."""

    image: Numbers
    theta: Theta
    row: int
    column: int
    step: float


@dataclass(frozen=True)
class PixelProfile(Request["results.Probed[Profile]"]):
    """That pixel's value while number 0 to 5 of theta goes `reach` to both sides."""

    image: Numbers
    theta: Theta
    row: int
    column: int
    number: int
    reach: float


@dataclass(frozen=True)
class PullBack(Request["results.Probed[Descent]"]):
    """Gradient descent on theta that pulls a picture (H, W), moved by whole pixels, back onto itself."""

    image: Numbers
    right: int
    down: int
    rate: float
    steps: int
    momentum: float
    only_shift: bool


@dataclass(frozen=True)
class LossAlong(Request["results.Probed[LossCurve]"]):
    """The loss of that picture while number 0 to 5 of theta goes from `low` to `high`."""

    image: Numbers
    right: int
    down: int
    theta: Theta
    number: int
    low: float
    high: float


@dataclass(frozen=True)
class Warp(Request["results.Probed[Warped]"]):
    """An image (H, W) or (C, H, W) warped by theta to `size` (h, w), by default its own; names as torch's."""

    image: Numbers
    theta: Theta = IDENTITY
    size: tuple[int, int] | None = None
    mode: str = "bilinear"
    padding_mode: str = "zeros"
    align_grid: bool = False
    align_sample: bool = False


@dataclass(frozen=True)
class WarpPixel(Request["results.Probed[Sampled]"]):
    """How the pixel at (row, column) of such a warp comes about, of channel `plane`."""

    image: Numbers
    theta: Theta = IDENTITY
    size: tuple[int, int] | None = None
    mode: str = "bilinear"
    padding_mode: str = "zeros"
    align_grid: bool = False
    align_sample: bool = False
    row: int = 0
    column: int = 0
    plane: int = 0


@dataclass(frozen=True)
class WarpIdentity(Request["results.Probed[Identities]"]):
    """What the identity makes of an image where both settings of align_corners agree and where they are mixed."""

    image: Numbers
    mode: str = "bilinear"
    padding_mode: str = "zeros"


@dataclass(frozen=True)
class WarpTwice(Request["results.Probed[Twice]"]):
    """An image warped by theta to `size`, then by `then` back to its own size, and by the product of both at once."""

    image: Numbers
    theta: Theta = IDENTITY
    then: Theta = IDENTITY
    size: tuple[int, int] | None = None
    mode: str = "bilinear"
    padding_mode: str = "zeros"
    align_grid: bool = False
    align_sample: bool = False


@dataclass(frozen=True)
class Placed:
    """What is done to a digit of 28×28 pixels before a network reads it.

    It is turned counter-clockwise by `degrees`, made `scale` times as large, and its middle goes `across` pixels to the
    right and `down` pixels down from that of the network's input. `clutter` is the seed of pieces of other digits that
    are strewn about, None for none.
    """

    degrees: float = 0.0
    scale: float = 1.0
    across: float = 0.0
    down: float = 0.0
    clutter: int | None = None


@dataclass(frozen=True)
class TransformDigits(Request["results.Probed[Transformed]"]):
    """What a network sees of digits that are all placed alike, and what its transformer, if it has one, makes of it."""

    model: ModelChoice
    pictures: tuple[Picture, ...]
    placed: Placed = Placed()
    invert: bool = False


@dataclass(frozen=True)
class FollowBox(Request["results.Probed[Followed]"]):
    """How the box of a transformer follows digits, while one `amount` of how they are placed takes each of `values`.

    `amount` is "degrees", "scale", "across" or "down".
    """

    model: ModelChoice
    pictures: tuple[Picture, ...]
    placed: Placed = Placed()
    amount: str = "degrees"
    values: tuple[float, ...] = (-45.0, 0.0, 45.0)


@dataclass(frozen=True)
class WarpMaps(Request["results.Probed[WarpedMaps]"]):
    """The feature maps of a layer warped by theta, which is the photo's, against those of the photo warped by it."""

    model: ModelChoice
    picture: Picture
    layer: str
    theta: Theta = IDENTITY
    invert: bool = False


@dataclass(frozen=True)
class AnswerWarped(Request["results.Probed[WarpedAnswers]"]):
    """What a network says to the hundred test digits, with the photo or the maps of a layer warped by theta."""

    model: ModelChoice
    layer: str
    theta: Theta = IDENTITY


@dataclass(frozen=True)
class Localise(Request["Localised"]):
    """What a localisation network for the maps of a layer looks like and costs."""

    model: ModelChoice
    layer: str
    hidden: int = 32


@dataclass(frozen=True)
class Move:
    """A state of a picture: see cnnviz.probes.invariance.moved. The first of all is the picture as it is."""

    right: float = 0.0
    down: float = 0.0
    degrees: float = 0.0
    scale: float = 1.0
    brightness: float = 1.0


@dataclass(frozen=True)
class Sweep(Request["results.Probed[Swept]"]):
    """What a network says to a picture in each of some states, and how each layer changes, in one batch."""

    model: ModelChoice
    picture: Picture
    moves: tuple[Move, ...]
    edge: str = "flat"
    invert: bool = False


@dataclass(frozen=True)
class SweepMaps(Request["results.Probed[results.Floats]"]):
    """The maps (1 + N, K, h, w) of some channels of a layer, of the unmoved picture and of N states, in one batch."""

    model: ModelChoice
    picture: Picture
    moves: tuple[Move, ...]
    layer: str
    channels: tuple[int, ...]
    edge: str = "flat"
    invert: bool = False


@dataclass(frozen=True)
class ShiftLayers(Request["results.Probed[tuple[LayerGap, ...]]"]):
    """How far each layer of the shifted picture is from its maps shifted; whole pixels, in a circle.

    With `circular`, padding continues on the other side; `blur`, one of cnnviz.probes.subsampling.BLURS, is put before
    every strided maximum and convolution.
    """

    model: ModelChoice
    picture: Picture
    down: int = 0
    right: int = 1
    circular: bool = False
    blur: str | None = None
    invert: bool = False


@dataclass(frozen=True)
class ShiftMaps(Request["results.Probed[ShiftedMaps]"]):
    """One channel of one layer in that comparison, by default the one with the most in it."""

    model: ModelChoice
    picture: Picture
    layer: str
    channel: int | None = None
    down: int = 0
    right: int = 1
    circular: bool = False
    blur: str | None = None
    invert: bool = False


@dataclass(frozen=True)
class ShiftAnswers(Request["results.Probed[Shifted]"]):
    """What a network for digits says to the hundred test digits, each moved to the right by `shifts` pixels."""

    model: ModelChoice
    shifts: tuple[int, ...] = (0, 1, 14)


@dataclass(frozen=True)
class MoveMaps(Request["results.Probed[tuple[Change, ...]]"]):
    """How a layer changes when the picture goes right, is turned or scaled, as it is and with its maps moved along."""

    model: ModelChoice
    picture: Picture
    layer: str
    moves: tuple[Move, ...] = (Move(right=1.0), Move(degrees=90.0))
    invert: bool = False


@dataclass(frozen=True)
class BlurSignal(Request["results.Probed[Moved1d]"]):
    """A signal (L,) and the same moved to the right, max-pooled by 2 in a circle, without and with a blur before."""

    signal: Numbers
    shift: int = 1
    blur: str = "Tri-3"


def key_of(value: Any) -> Hashable:
    """Return what identifies a request in a cache, without the pixels and checkpoints that it carries."""
    if is_dataclass(value):
        return (type(value), *(key_of(getattr(value, each.name)) for each in fields(value) if each.compare))
    if isinstance(value, tuple):
        return tuple(map(key_of, value))
    hashed: Hashable = value
    return hashed

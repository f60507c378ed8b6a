"""What an account of one value holds: one frozen dataclass for each way in which a value comes about."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class UnitAccount:
    """One value of a layer's output, for the first item of the batch.

    `value` stands in the map at `channel`, `row` and `column` (as cnnviz.probes.maps lays it out) and at `index` of the
    layer's output. `total` is what the parts below add up to, computed in double precision; None where none are known.
    `reads` names the layers whose outputs the layer read, "" for what no layer gave: the network's input or a number.
    """

    kind: ClassVar[str] = ""
    layer: str
    operation: str
    channel: int
    row: int
    column: int
    index: tuple[int, ...]
    reads: tuple[str, ...]
    value: float
    total: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Window:
    """Where a sliding window lies in the layer's input: half-open, and not clipped, so it may lie in the padding.

    `rows` and `columns` are those of each of its taps; with dilation they are not neighbours.
    """

    top: int
    left: int
    bottom: int
    right: int
    rows: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Term:
    """One input channel's share: a patch of the input (kh, kw), the filter's weights (kh, kw), their product's sum."""

    channel: int
    patch: Array
    weights: Array
    total: float

    @property
    def product(self) -> Array:
        """Return patch times weights, (kh, kw)."""
        return self.patch * self.weights


@dataclass(frozen=True, eq=False, kw_only=True)
class Convolution(UnitAccount):
    """total = the sum of the terms + rest + bias. `terms` are the input channels that matter most, the greatest first.

    `rest` is the sum of the `rest_count` other input channels. Padding shows in a patch as what it is: 0 with padding
    mode "zeros", else the values it repeats.
    """

    kind: ClassVar[str] = "convolution"
    terms: tuple[Term, ...]
    rest: float
    rest_count: int
    bias: float | None
    window: Window
    padding_mode: str = "zeros"


@dataclass(frozen=True, eq=False)
class Product:
    """One input number of a linear layer, its weight, and their product."""

    position: int
    value: float
    weight: float
    total: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Linear(UnitAccount):
    """total = the sum of the terms + rest + bias; `inputs` and `weights` are the whole vectors (F,).

    `terms` are the products that matter most, the greatest first; `rest` is the sum of the `rest_count` others.
    """

    kind: ClassVar[str] = "linear"
    inputs: Array
    weights: Array
    terms: tuple[Product, ...]
    rest: float
    rest_count: int
    bias: float | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Pooling(UnitAccount):
    """A window's maximum, average or norm. `values` (kh, kw) are what it holds, NaN outside of the layer's input.

    `method` is "max", "average" or "lp". Of a maximum, `winner` is its (row, column) inside the window, the first of
    equals. Of an average, total = the sum of the window / `divisor`; of an lp pooling, total = (sum of x^norm * area /
    divisor)^(1/norm).
    """

    kind: ClassVar[str] = "pooling"
    method: str
    window: Window
    values: Array
    winner: tuple[int, int] | None = None
    divisor: float | None = None
    norm: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Elementwise(UnitAccount):
    """A function of one number: `before` is that number; total is the function of it in double precision."""

    kind: ClassVar[str] = "elementwise"
    before: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Normalisation(UnitAccount):
    """total = (before - mean) / sqrt(variance + eps) * gamma + beta.

    `over` says of what mean and variance are: "training" data (running statistics), the "batch", the "channel" of this
    item, a "group" of channels, or the "features" at one position. Without an affine part gamma is 1 and beta 0.
    """

    kind: ClassVar[str] = "normalisation"
    over: str
    before: float
    mean: float
    variance: float
    eps: float
    gamma: float
    beta: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Combination(UnitAccount):
    """`operands`, in order, joined by `sign`: "+", "-", "×" or "÷". `scales` multiply them first; they are mostly 1."""

    kind: ClassVar[str] = "combination"
    sign: str
    operands: tuple[float, ...]
    scales: tuple[float, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Moved(UnitAccount):
    """The value of a tensor that is only rearranged: flatten, permute, concatenate, crop, pad, drop out in eval mode.

    It is the value at `source` of tensor number `operand` of those that the layer read, which as maps is channel, row
    and column of `place`; None where that tensor has no maps. `source` is None too where the value is padding.
    """

    kind: ClassVar[str] = "moved"
    operand: int
    source: tuple[int, ...] | None
    place: tuple[int, int, int] | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Other(UnitAccount):
    """A value whose parts this project does not take apart: only `operation` and `value` are known, total is None."""

    kind: ClassVar[str] = "other"

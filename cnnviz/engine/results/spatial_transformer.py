"""What a transformer in a network did with digits, and what one would cost."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic.affine import Theta
from cnnviz.engine.results.values import Bytes, Floats, Sized

if TYPE_CHECKING:
    from cnnviz.probes.spatial_transformer import Looked


@dataclass(frozen=True, eq=False)
class Transformed:
    """What a network got, `inputs` (N, S, S), and what it did with it; `hand` is the theta that undoes the placing."""

    inputs: Bytes
    found: "Looked"
    hand: Theta


@dataclass(frozen=True, eq=False)
class Followed:
    """The same amount of the box, (values, N), and by how much it changes on average where that of the digit does by 1.

    The amount of a box is that of the digit which it would hold exactly. There are no rows without a transformer.
    """

    amounts: Floats
    slope: float


@dataclass(frozen=True, eq=False)
class WarpedAnswers:
    """A network's answers (100,) to the test digits as they are, to them warped, and with a layer's maps warped."""

    plain: NDArray[np.int32]
    photos: NDArray[np.int32]
    maps: NDArray[np.int32]


@dataclass(frozen=True)
class Part:
    """A layer of a localisation network."""

    name: str
    kind: str
    output_size: tuple[int, ...]
    parameters: int


@dataclass(frozen=True)
class Localised(Sized):
    """A localisation network for maps of `input_size` (C, H, W), with its `parameters` and `macs` in all.

    `whole_parameters` and `whole_macs` are those of the network that it would stand in.
    """

    input_size: tuple[int, ...]
    parts: tuple[Part, ...]
    parameters: int
    macs: int
    whole_parameters: int
    whole_macs: int

"""The pictures that excite a filter most."""

from dataclasses import dataclass
from fractions import Fraction

from cnnviz.engine.results.values import Bytes, Sized

Number = int | Fraction


@dataclass(frozen=True, eq=False)
class Patch:
    """A picture's strongest unit: the picture's number, the unit's place in its map and its value.

    `box` is the unit's receptive field (top, left, bottom, right) in pixels of the network's input, half-open and not
    clipped; None where the unit sees the whole picture. `pixels` (h, w, 3) is what is in it, grey beyond the picture.
    """

    index: int
    row: int
    column: int
    value: float
    box: tuple[Number, Number, Number, Number] | None
    pixels: Bytes


@dataclass(frozen=True, eq=False)
class Patches(Sized):
    """The strongest patches, the strongest first."""

    patches: tuple[Patch, ...]
    device: str
    note: str

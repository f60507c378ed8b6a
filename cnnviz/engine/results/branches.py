"""The branches of a network's blocks."""

from dataclasses import dataclass

from cnnviz.arithmetic.layer_record import Taps
from cnnviz.engine.results.values import Floats, Sized


@dataclass(frozen=True)
class BranchRow:
    """A branch: the name of its last layer, the kinds of its convolutions and poolings with their kernels, its maps.

    `macs` are its own, and `direct` those that it would take without a 1x1 convolution before a larger one.
    """

    last: str
    layers: tuple[tuple[str, Taps], ...]
    channels: int
    macs: int
    direct: int


@dataclass(frozen=True)
class BlockRow:
    """A block by the name of its module, or of its concatenation where it has none of its own.

    `reads` is the size (C, H, W) of what all its branches read.
    """

    name: str
    reads: tuple[int, ...]
    branches: tuple[BranchRow, ...]


@dataclass(frozen=True)
class BranchTable(Sized):
    """The blocks in the order of execution."""

    blocks: tuple[BlockRow, ...]


@dataclass(frozen=True, eq=False)
class BranchMaps(Sized):
    """The maps (C, H, W) of each branch."""

    maps: tuple[Floats, ...]
    device: str
    note: str

"""The layers of a model."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.results.values import Sized

if TYPE_CHECKING:
    from cnnviz.analysis import ReceptiveField


@dataclass(frozen=True)
class LayerRow:
    """A layer with something to show: `output_size` is the tensor's, `maps` that of its maps, (C, H, W).

    `receptive_field` is cnnviz.analysis's, or None; it is None as well for a row that sees no picture.
    """

    name: str
    kind: str
    output_size: tuple[int, ...]
    maps: tuple[int, int, int]
    parameters: int
    macs: int
    receptive_field: "ReceptiveField | None"


@dataclass(frozen=True)
class LayerTable(Sized):
    """The layers in the order of execution for an input (1, C, H, W); `outputs` is the sum of their bytes."""

    rows: tuple[LayerRow, ...]
    input_size: tuple[int, ...]
    outputs: int

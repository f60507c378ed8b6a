"""The layers of a model."""

from dataclasses import dataclass

from cnnviz.arithmetic import LayerRecord, ReceptiveField
from cnnviz.engine.results.values import Sized


@dataclass(frozen=True, kw_only=True)
class LayerRow(LayerRecord):
    """A layer with something to show: `output_size` is the tensor's, `maps` that of its maps, (C, H, W).

    `receptive_field` is None as well for a row that sees no picture.
    """

    output_size: tuple[int, ...]
    maps: tuple[int, int, int]
    receptive_field: ReceptiveField | None = None


@dataclass(frozen=True)
class LayerTable(Sized):
    """The layers in the order of execution for an input (1, C, H, W); `outputs` is the sum of their bytes."""

    rows: tuple[LayerRow, ...]
    input_size: tuple[int, ...]
    outputs: int

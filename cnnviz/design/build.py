"""Rows -> a torch module with random weights."""

from collections import OrderedDict
from collections.abc import Iterable

from torch import nn

from cnnviz.design import torch_blocks, vocabulary
from cnnviz.design.arguments import Size, arguments, working
from cnnviz.design.rows import Row


def build(rows: Iterable[Row], input_size: Size) -> nn.Module:
    """Return the network of `rows` for inputs (N, C, ...), with PyTorch's random weights; layers named as the lines.

    Raises ModelError, with the sentence of the row that cannot work, for a network that has one.
    """
    modules = OrderedDict()
    for line in working(rows, input_size).lines:
        assert line.row is not None
        assert line.input_size is not None
        modules[line.name] = _module(line.row, line.input_size)
    return nn.Sequential(modules)


def _module(row: Row, arrives: tuple[int, ...]) -> nn.Module:
    make = getattr(torch_blocks, row.kind.lower()) if row.kind in vocabulary.BLOCK_ARGUMENTS else getattr(nn, row.kind)
    module: nn.Module = make(**arguments(row, arrives))
    return module

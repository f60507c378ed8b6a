"""Rows -> a torch module with random weights."""

from collections import OrderedDict
from collections.abc import Iterable

from torch import nn

from cnnviz.design import torch_blocks, vocabulary
from cnnviz.design.arguments import Size, arguments, working
from cnnviz.design.evaluation import Evaluated, evaluate
from cnnviz.design.rows import Row


def build(rows: Iterable[Row], input_size: Size) -> nn.Module:
    """Return the network of `rows` for inputs (N, C, ...), with PyTorch's random weights; layers named as the lines.

    Raises ModelError, with the sentence of the row that cannot work, for a network that has one.
    """
    return _sequence(working(rows, input_size))


def _sequence(report: Evaluated) -> nn.Module:
    modules = OrderedDict()
    for line in report.lines:
        assert line.row is not None
        assert line.input_size is not None
        modules[line.name] = _module(line.row, line.input_size)
    return nn.Sequential(modules)


def _module(row: Row, arrives: tuple[int, ...]) -> nn.Module:
    if row.kind in vocabulary.JOINS:
        branches = [_sequence(evaluate(rows, arrives)) if rows else None for rows in row.branches]
        join: type[nn.Module] = getattr(torch_blocks, row.kind)
        return join(**{f"branch{number}": branch for number, branch in enumerate(branches, 1)})
    make = getattr(torch_blocks, row.kind.lower()) if row.kind in vocabulary.BLOCK_ARGUMENTS else getattr(nn, row.kind)
    module: nn.Module = make(**arguments(row, arrives))
    return module

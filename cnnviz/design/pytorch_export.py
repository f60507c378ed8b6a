"""Rows -> PyTorch that runs and gives the same report."""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from cnnviz.design import vocabulary
from cnnviz.design.arguments import Size, arguments, working
from cnnviz.design.evaluation import Evaluated, evaluate
from cnnviz.design.rows import Row

# What a block is made with, before it.
_NEEDS = {
    "vgg": (),
    "nin": (),
    "inception": ("Branches", "Concat"),
    "basic": ("Residual", "projection"),
    "bottleneck": ("Residual", "projection"),
    **dict.fromkeys(vocabulary.JOINS, ("Branches",)),
}

_BARE = frozenset({"in_channels", "out_channels", "in_features", "out_features"})


def to_pytorch(rows: Iterable[Row], input_size: Size) -> str:
    """Return Python that makes `network`, for inputs (N, C, ...); its layers are named as the lines of `evaluate`.

    Raises ModelError for a network with a row that cannot work.
    """
    report = working(rows, input_size)
    blocks: dict[str, None] = {}
    network = _sequence(report, blocks, 0)
    code = _definitions()
    defined = "".join(f"{code[name]}\n\n\n" for name in blocks)
    typed = "Tensor, " if "Tensor" in defined else ""
    size = ", ".join(map(str, report.input_size))
    return (
        f"from collections import OrderedDict\n\nimport torch\nfrom torch import {typed}nn\n"
        + (f"\n\n{defined}" if defined else "\n")
        + f"network = {network}\n"
        + f"output = network({_example(report.lines[0].kind, size)})\n"
    )


def _sequence(report: Evaluated, blocks: dict[str, None], indent: int) -> str:
    """Return rows as an nn.Sequential, and put the names of what they are made with into `blocks`."""
    space = " " * indent
    layers = []
    for line in report.lines:
        assert line.row is not None
        assert line.input_size is not None
        made = _layer(line.row, line.input_size, blocks, indent + 8)
        layers.append(f"{space}        {line.name}={made},\n")
    return f"nn.Sequential(\n{space}    OrderedDict(\n{''.join(layers)}{space}    )\n{space})"


def _layer(row: Row, arrives: Size, blocks: dict[str, None], indent: int) -> str:
    if row.kind not in vocabulary.BLOCK_ARGUMENTS:
        return f"nn.{row.kind}({_written(row, arrives)})"
    name = row.kind if row.kind in vocabulary.JOINS else row.kind.lower()
    blocks |= dict.fromkeys((*_NEEDS[name], name))
    if row.kind not in vocabulary.JOINS:
        return f"{name}({_written(row, arrives)})"
    space = " " * indent
    branches = [_sequence(evaluate(rows, arrives), blocks, indent + 4) if rows else None for rows in row.branches]
    lines = (f"{space}    branch{number}={branch},\n" for number, branch in enumerate(branches, 1))
    return f"{name}(\n{''.join(lines)}{space})"


def _example(first: str, size: str) -> str:
    return f"torch.zeros({size}, dtype=torch.long)" if first == "Embedding" else f"torch.zeros({size})"


def _written(row: Row, arrives: Size) -> str:
    """Return the arguments as Python: what goes in and comes out, or the first alone, bare; the others by name."""
    found = arguments(row, arrives)
    order = list(found)
    bare = next((place for place, name in enumerate(order) if name not in _BARE), len(order))
    first = vocabulary.TORCH_ARGUMENTS.get(row.kind, ())[:1]
    if not bare and tuple(order[:1]) == first and not vocabulary.SWITCHES.intersection(first):
        bare = 1
    words = [repr(found[name]) for name in order[:bare]] + [f"{name}={found[name]!r}" for name in order[bare:]]
    return ", ".join(words)


@cache
def _definitions() -> dict[str, str]:
    """Return the source of every class and function of torch_blocks.py, which is not imported: no torch here."""
    source = Path(__file__).with_name("torch_blocks.py").read_text(encoding="utf-8")
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            lines = source.splitlines()[node.lineno - 1 : node.end_lineno]
            found[node.name] = "\n".join(line.split("  # type:")[0] for line in lines)
    return found

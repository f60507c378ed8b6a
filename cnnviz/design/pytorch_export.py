"""Rows -> PyTorch that runs and gives the same report."""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from cnnviz.design import vocabulary
from cnnviz.design.arguments import Size, arguments, working
from cnnviz.design.rows import Row

# What a block is made with, before it.
_NEEDS = {
    "vgg": (),
    "nin": (),
    "inception": ("Concatenate",),
    "basic": ("Residual", "projection"),
    "bottleneck": ("Residual", "projection"),
}

_BARE = frozenset({"in_channels", "out_channels", "in_features", "out_features"})


def to_pytorch(rows: Iterable[Row], input_size: Size) -> str:
    """Return Python that makes `network`, for inputs (N, C, ...); its layers are named as the lines of `evaluate`.

    Raises ModelError for a network with a row that cannot work.
    """
    report = working(rows, input_size)
    blocks: dict[str, None] = {}
    layers = []
    for line in report.lines:
        assert line.row is not None
        assert line.input_size is not None
        name = line.kind.lower()
        if line.kind in vocabulary.BLOCK_ARGUMENTS:
            blocks |= dict.fromkeys((*_NEEDS[name], name))
        else:
            name = f"nn.{line.kind}"
        layers.append(f"        {line.name}={name}({_written(line.row, line.input_size)}),\n")
    code = _definitions()
    defined = "".join(f"{code[name]}\n\n\n" for name in blocks)
    typed = "Tensor, " if "Tensor" in defined else ""
    size = ", ".join(map(str, report.input_size))
    return (
        f"from collections import OrderedDict\n\nimport torch\nfrom torch import {typed}nn\n"
        + (f"\n\n{defined}" if defined else "\n")
        + f"network = nn.Sequential(\n    OrderedDict(\n{''.join(layers)}    )\n)\n"
        + f"output = network({_example(report.lines[0].kind, size)})\n"
    )


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

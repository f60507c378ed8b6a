"""Pasted PyTorch -> rows. The text is read as a tree and compared with a list of allowed layers; it is never executed.

    >>> from cnnviz.design import write
    >>> write(from_pytorch("nn.Sequential(nn.Conv2d(1, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2))"))
    'Conv 20 5 p2, ReLU, MaxPool 2'

Allowed are nn.Sequential, nested too, with layers or an OrderedDict in it, the layers of
`vocabulary.TORCH_ARGUMENTS` and their Lazy forms, and as arguments numbers, products and sums of numbers, strings,
True, False, None and tuples of these. Imports above, and a name before the Sequential, are passed over.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from cnnviz.design import literals, vocabulary
from cnnviz.design.input_checks import check_inputs
from cnnviz.design.literals import DEEPEST, literal, refuse, spoken
from cnnviz.design.rows import Row, check
from cnnviz.design.text import MOST_ROWS
from cnnviz.errors import ModelError

MOST_CHARACTERS = 100_000
_ALLOWED = "allowed are nn.Sequential(...), OrderedDict and the layers of torch.nn such as nn.Conv2d(1, 20, 5)"
# They say where a tensor lies and of what type it is.
_PASSED_OVER = frozenset({"device", "dtype"})


@dataclass(frozen=True)
class Pasted:
    """A layer as it was pasted: its row, the line it stands on, and the inputs it is made for, such as in_channels."""

    row: Row
    line: int
    inputs: dict[str, int]


def from_pytorch(source: str, input_size: tuple[int, ...] | None = None) -> tuple[Row, ...]:
    """Return the rows of an nn.Sequential in a text; in_channels and the like must agree with what arrives.

    With the network's `input_size`, (N, C, H, W), the first layer and the layers behind a Flatten are checked too.
    Raises ModelError, which names the line and what is allowed there.
    """
    found = read(source)
    check_inputs([(each.row, each.line, each.inputs) for each in found], input_size)
    return tuple(each.row for each in found)


def read(source: str) -> tuple[Pasted, ...]:
    """Return the layers of a text without comparing them with one another; raises ModelError as `from_pytorch` does."""
    if len(source) > MOST_CHARACTERS:
        raise ModelError(f"The text has {len(source):,} characters; at most {MOST_CHARACTERS:,} are read.")
    _check_depth(source)
    try:
        # Spaces before the first line are dropped, empty lines are not, so that lines keep their numbers.
        begin = len(source) - len(source.lstrip())
        tree = ast.parse("\n" * source[:begin].count("\n") + source[begin:])
    except SyntaxError as error:
        why = f" ({error.msg})" if len(error.msg) < 60 else ""
        raise ModelError(f"Line {error.lineno or 1} is no Python{why}; paste a whole nn.Sequential(...).") from None
    except (ValueError, RecursionError, MemoryError, OverflowError):
        raise ModelError("The text is no Python that can be read; paste a whole nn.Sequential(...).") from None
    layers = tuple(_layers(_network(tree), 0))
    if len(layers) > MOST_ROWS:
        raise ModelError(f"The network has {len(layers):,} layers; it may have {MOST_ROWS:,}.")
    return layers


def _check_depth(source: str) -> None:
    # Python's own parser needs stack for every level, so a hostile text is stopped before it.
    depth = 0
    for number, line in enumerate(source.splitlines(), 1):
        run = 0
        for character in line:
            depth += (character in "([{") - (character in ")]}")
            run = run + 1 if character in "-+~." else 0
            if depth > DEEPEST or run > DEEPEST:
                raise ModelError(f"Line {number} is nested more than {DEEPEST} deep; a network need not be.")


def _network(tree: ast.Module) -> ast.expr:
    found = None
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        if found is not None:
            refuse(
                statement, "there is something after the network", "paste one nn.Sequential(...) and nothing after it"
            )
        if not isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign) or statement.value is None:
            refuse(statement, f"{spoken(statement)} is not allowed", "paste an nn.Sequential(...)")
        found = statement.value
    if found is None:
        raise ModelError("There is no network in the text; paste an nn.Sequential(...).")
    return found


def _layers(node: ast.expr, depth: int) -> Iterator[Pasted]:
    if depth > DEEPEST:
        refuse(node, f"the network is nested more than {DEEPEST} deep", "a network need not be")
    if not isinstance(node, ast.Call):
        refuse(node, f"{spoken(node)} is not allowed", _ALLOWED)
    name = _name(node.func)
    if name in ("Sequential", "OrderedDict"):
        for part in _parts(node, name):
            yield from _layers(part, depth + 1)
        return
    yield _layer(node, name)


def _parts(node: ast.Call, name: str) -> Iterator[ast.expr]:
    """Yield the layers inside of an nn.Sequential or an OrderedDict, without their names."""
    if node.keywords and name == "Sequential":
        refuse(node, "nn.Sequential takes no keywords", _ALLOWED)
    for keyword in node.keywords:
        if keyword.arg is None:
            refuse(node, "** is not allowed", _ALLOWED)
        yield keyword.value
    for argument in node.args:
        if name == "OrderedDict":
            yield from _pairs(argument)
        elif isinstance(argument, ast.Dict):
            refuse(argument, "a plain dictionary is not allowed", "nn.Sequential takes layers or an OrderedDict")
        else:
            yield argument


def _pairs(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.Dict) and None not in node.keys:
        yield from node.values
        return
    if isinstance(node, ast.List | ast.Tuple):
        for pair in node.elts:
            if not isinstance(pair, ast.Tuple | ast.List) or len(pair.elts) != 2:
                refuse(pair, "an OrderedDict holds pairs", 'write ("conv1", nn.Conv2d(1, 20, 5))')
            yield pair.elts[1]
        return
    refuse(node, f"{spoken(node)} is not allowed", 'an OrderedDict holds pairs such as ("conv1", nn.Conv2d(1, 20, 5))')


def _name(node: ast.expr) -> str:
    """Return the last part of nn.Conv2d, torch.nn.Conv2d or Conv2d; anything else is refused."""
    path = []
    inner = node
    while isinstance(inner, ast.Attribute):
        path.append(inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name):
        refuse(node, f"{spoken(inner)} is not allowed", _ALLOWED)
    path.append(inner.id)
    name, *before = path
    if tuple(before) not in ((), ("nn",), ("nn", "torch"), ("collections",)):
        refuse(node, f"{'.'.join(reversed(path))[:60]} is not allowed", _ALLOWED)
    return name


def _layer(node: ast.Call, name: str) -> Pasted:
    kind = name.removeprefix("Lazy")
    if kind not in vocabulary.TORCH_ARGUMENTS:
        near = get_close_matches(kind[:40], vocabulary.TORCH_ARGUMENTS, n=1, cutoff=0.6)
        refuse(node, f"the layer {name[:40]} is not known", f"did you mean nn.{near[0]}" if near else _ALLOWED)
    # Lazy layers take their channels from what arrives.
    order = tuple(each for each in vocabulary.TORCH_ARGUMENTS[kind] if name == kind or each not in vocabulary.INPUTS)
    settings, inputs = [], {}
    for argument, written in _given(node, name, order).items():
        value = literal(written)
        if argument not in order:
            names = f"it has {', '.join(order)}" if order else "it takes none"
            refuse(written, f"nn.{name} has no argument {argument[:40]} here", names)
        if argument == "return_indices":
            if value:
                refuse(written, f"nn.{name} would give a pair of tensors", "leave return_indices out")
        elif argument in vocabulary.INPUTS:
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                refuse(written, f"the {argument} of nn.{name} is no number of channels", "write one such as 3")
            inputs[argument] = value
        else:
            try:
                settings.append((argument, check(kind, argument, value)))
            except ModelError as error:
                raise ModelError(f"Line {written.lineno}: {error}") from None
    return Pasted(Row(kind, tuple(settings)), node.lineno, inputs)


def _given(node: ast.Call, name: str, order: tuple[str, ...]) -> dict[str, ast.expr]:
    """Return the arguments of a layer by name, as they are written."""
    if len(node.args) > len(order):
        names = f"they are {', '.join(order)}" if order else "it takes none"
        refuse(node.args[-1], f"nn.{name} has at most {len(order)} arguments", names)
    given = dict(zip(order, node.args, strict=False))
    for keyword in node.keywords:
        if keyword.arg is None:
            refuse(node, "** is not allowed", literals.ALLOWED)
        if keyword.arg in given:
            refuse(node, f"nn.{name} is given its {keyword.arg[:40]} twice", "once is enough")
        if keyword.arg not in _PASSED_OVER:
            given[keyword.arg] = keyword.value
    return given

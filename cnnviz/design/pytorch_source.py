"""Pasted PyTorch -> rows. The text is read as a tree, followed step by step under a budget; it is never executed.

    >>> len(follow(parse("nn.Sequential(nn.Conv2d(1, 20, 5), nn.ReLU())"), None).rows)
    2

Read are nn.Sequential in all its forms, lists of layers, loops and functions that make them, classes with their
__init__ and forward, and what print(model) shows. Tensors that are added, multiplied or concatenated become rows with
branches. What stands around, such as imports and the loading of data, is passed over.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnnviz.design.pasted.cleaning import codes_of, printed_part
from cnnviz.design.pasted.graph import Call, Graph, reached, rows_of
from cnnviz.design.pasted.layers import has_parameters
from cnnviz.design.pasted.limits import DEEPEST, Budget
from cnnviz.design.pasted.modules import inside
from cnnviz.design.pasted.printed import Printed, read_printed
from cnnviz.design.pasted.refusals import BeyondRowsError, SizeNeededError
from cnnviz.design.pasted.script import Script, text_inputs
from cnnviz.design.pasted.statements import Statements
from cnnviz.design.pasted.values import Function, Instance, Layer, Poison, Tensor
from cnnviz.design.rows import Row
from cnnviz.design.text import MOST_ROWS
from cnnviz.errors import ModelError

MOST_CHARACTERS = 100_000

Size = tuple[int, ...]


@dataclass(frozen=True)
class Source:
    """A pasted text as a tree, the output of print(model) in it, and the inputs (C, H, W) that it tries."""

    tree: ast.Module
    printed: tuple[int, str] | None
    inputs: tuple[Size, ...]

    @property
    def first_class(self) -> str:
        """The class that is most likely the network's, for a sentence."""
        names = [each.name for each in self.tree.body if isinstance(each, ast.ClassDef) and _has_forward(each)]
        return names[-1] if names else ""


def _has_forward(cls: ast.ClassDef) -> bool:
    return any(isinstance(each, ast.FunctionDef) and each.name == "forward" for each in cls.body)


@dataclass(frozen=True)
class Network:
    """The calls of a pasted network in their order, the place of the last, and what should be said of it.

    `printed_of` is the class whose forward print(model) does not show, where the network was read from that.
    """

    calls: tuple[Call, ...]
    output: int
    notes: tuple[str, ...]
    printed_of: str = ""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of the network; raises ModelError where there are none that do the same."""
        return rows_of(self.calls, self.output)


def rows_checked(network: Network, source: Source) -> tuple[Row, ...]:
    """Return a network's rows; what the table can't show says how it is opened."""
    try:
        rows = network.rows
    except BeyondRowsError as error:
        raise ModelError(_opened_otherwise(error, source)) from None
    if len(rows) > MOST_ROWS:
        raise ModelError(f"The network has {len(rows):,} layers; it may have {MOST_ROWS:,}.")
    return rows


def parse(source: str) -> Source:
    """Return a text as a tree; raises ModelError for one that is no Python."""
    if len(source) > MOST_CHARACTERS:
        raise ModelError(f"The text has {len(source):,} characters; at most {MOST_CHARACTERS:,} are read.")
    printed, first = printed_part(source), None
    for code in dict.fromkeys(codes_of(source)):
        _check_depth(code)
        try:
            tree = ast.parse(code)
        except SyntaxError as error:
            first = first or error
        except (ValueError, RecursionError, MemoryError, OverflowError):
            raise ModelError("The text is no Python that can be read; paste a whole nn.Sequential(...).") from None
        else:
            return Source(tree, printed, text_inputs(tree))
    if printed is not None:
        return Source(ast.Module([], []), printed, ())
    assert first is not None
    why = f" ({first.msg})" if len(first.msg) < 60 else ""
    raise ModelError(f"Line {first.lineno or 1} is no Python{why}; paste a whole nn.Sequential(...).")


def _check_depth(source: str) -> None:
    # Python's own parser needs stack for every level, so a hostile text is stopped before it.
    depth = 0
    for number, line in enumerate(source.splitlines(), 1):
        run = 0
        for character in line:
            depth += (character in "([{") - (character in ")]}")
            run = run + 1 if character in "-+~." else 0
            if depth > DEEPEST or run > 2 * DEEPEST:
                raise ModelError(f"Line {number} is nested more than {DEEPEST} deep; a network need not be.")


def follow(source: Source, input_size: Size | None, budget: Budget | None = None) -> Network:
    """Return the calls of the network in a text, on an input (N, C, ...) if its size is given.

    `budget` is what counts the steps that this takes.

    Raises SizeNeededError where a size is asked for that is not known, and ModelError for what is not read.
    """
    graph, budget = Graph(input_size), budget or Budget()
    try:
        return _network(source, graph, budget)
    except SizeNeededError as error:
        if graph.failed is not None:
            raise graph.failed from None
        error.calls = tuple(graph.calls)
        raise
    except BeyondRowsError as error:
        raise ModelError(_opened_otherwise(error, source)) from None
    except RecursionError:
        raise ModelError(f"The text is nested more than {DEEPEST} deep; a network need not be.") from None


def _opened_otherwise(error: BeyondRowsError, source: Source) -> str:
    if not any(isinstance(each, ast.ClassDef) for each in source.tree.body) and source.printed is None:
        return str(error)
    printed = source.printed[1].partition("(")[0].strip() if source.printed else ""
    name = source.first_class or (printed if printed not in ("", "Sequential") else "Net")
    hint = f"{error.instead}; or " if error.instead else ""
    return f"Line {error.line}: {error.what}; {hint}`cnnviz serve --model file.py:{name}` opens the network as it is."


def _network(source: Source, graph: Graph, budget: Budget) -> Network:
    printed: Printed | None = None
    try:
        module: object = Script(Statements(graph, budget), source.tree).network()
    except ModelError:
        if source.printed is None:
            raise
        begin, text = source.printed
        printed = read_printed(Statements(graph, budget, words=True), text, begin)
        module = printed.network
    # What a text does with its network before, on numbers of its own, is not the network.
    del graph.calls[1:]
    graph.failed = None
    graph.notes.clear()
    layers = {path: each for path, each in inside(module).values() if isinstance(each, Layer)}
    for path, layer in layers.items():
        layer.name, layer.uses = layer.name or path, 0
    reader = Statements(graph, budget)
    _check_forward(module)
    output = _printed_output(reader, printed) if printed else reader.forward(_at(module), module, [graph.input], {})
    if not isinstance(output, Tensor):
        raise BeyondRowsError(_returns(module), f"forward returns {_spoken_output(output)}")
    notes = _notes(graph.calls, output.place, list(layers.values()))
    notes = (*notes, *_unread(module), *graph.notes)
    if not printed or not printed.of:
        return Network(tuple(graph.calls), output.place, notes)
    of = printed.of[:40]
    notes = (f"print(model) does not show the forward of {of}: its layers are taken in their order.", *notes)
    return Network(tuple(graph.calls), output.place, notes, of)


def not_as_printed(error: ModelError, of: str) -> ModelError:
    """Return the sentence for printed layers that don't fit one after another, which their forward may not do."""
    # What would be right in a Sequential is no advice for another forward.
    what = str(error).partition(";")[0].rstrip(".")
    return ModelError(
        f"{what} with the layers in the order of print(model), which does not show what the forward of {of} does "
        f"between them; paste the class {of} itself, or `cnnviz serve --model file.py:{of}` opens the network as it is."
    )


def _spoken_output(output: object) -> str:
    """Return what is returned in the place of a tensor, and what a table of rows has."""
    if isinstance(output, list | tuple) and len(output) > 1:
        return f"{len(output)} results, and a table of rows has one"
    what = "no tensor"
    if output and isinstance(output, list | tuple):
        what = f"a {type(output).__name__} of one result"
    elif output and isinstance(output, dict):
        keys = ", ".join(str(key)[:20] for key in list(output)[:4])
        number = "one result" if len(output) == 1 else f"{len(output)} results"
        what = f"a dictionary of {number} ({keys}{', ...' if len(output) > 4 else ''})"
    return f"{what}, and a table of rows ends in one tensor"


def _check_forward(module: object) -> None:
    """Raise BeyondRowsError for a network that reads more than one tensor."""
    lineage = module.cls.lineage() if isinstance(module, Instance) else []
    forward = next((each.members.names["forward"] for each in lineage if "forward" in each.members.names), None)
    if isinstance(forward, Function):
        wanted = forward.node.args
        names = [each.arg for each in (*wanted.posonlyargs, *wanted.args, *wanted.kwonlyargs)][1:]
        asked = [name for name in names if name not in forward.defaults]
        if len(asked) > 1:
            raise BeyondRowsError(
                forward.node.lineno, f"forward reads {' and '.join(asked)[:80]}, and a table one tensor"
            )


def _at(module: object) -> ast.AST:
    found = ast.Pass()
    found.lineno = getattr(module, "line", 1)
    return found


def _returns(module: object) -> int:
    cls = getattr(module, "cls", None)
    for each in cls.lineage() if cls else ():
        if "forward" in each.members.names:
            returns = [
                node.lineno for node in ast.walk(each.members.names["forward"].node) if isinstance(node, ast.Return)
            ]
            return max(returns, default=each.members.names["forward"].node.lineno)
    return 1


def _printed_output(reader: Statements, printed: Printed) -> Tensor:
    """Return what printed layers make, one after another, with the Flatten that a class's forward has before Linear."""
    layers = [each for _, each in reversed(inside(printed.network).values()) if isinstance(each, Layer)]
    x = reader.graph.input
    flat = not printed.of
    for layer in sorted(layers, key=lambda each: each.line):
        if layer.row.kind == "Linear" and not flat:
            x = reader.graph.add(Row("Flatten"), x, layer.line)
        flat = flat or layer.row.kind in ("Linear", "Flatten")
        layer.uses += 1
        x = reader.graph.add(layer.row, x, layer.line, layer.inputs, layer)
    return x


def _unread(module: object) -> Iterator[str]:
    """Yield what is set in a class and has no row, though forward did without it; losses are no part of a network."""
    for _, each in inside(module).values():
        for name, value in each.attributes.items() if isinstance(each, Instance) else ():
            if (
                isinstance(value, Poison)
                and isinstance(value.error, BeyondRowsError)
                and "Loss" not in value.error.what
            ):
                yield f"Line {value.error.line}: {value.error.what}; forward does without {name[:40]}."


def _notes(calls: Sequence[Call], output: int, layers: Sequence[Layer]) -> tuple[str, ...]:
    """Return what the rows leave out; raises BeyondRowsError for weights that are used twice."""
    used = reached(calls, output)
    counted: dict[int, int] = {}
    for place in sorted(used):
        layer = calls[place].layer
        if layer is None or not has_parameters(layer.row):
            continue
        counted[id(layer)] = counted.get(id(layer), 0) + 1
        if counted[id(layer)] > 1:
            name = layer.name or f"nn.{layer.row.kind}"
            raise BeyondRowsError(
                layer.line, f"{name[:60]} is used twice with the same weights, and every row has its own"
            )
    unused = [each for each in layers if has_parameters(each.row) and id(each) not in counted]
    if not unused:
        return ()
    names = ", ".join(f"{each.name[:40]} (line {each.line})" for each in unused[:5]) + " …" * (len(unused) > 5)
    return (f"Never used by what forward returns, and so not in the table: {names}.",)

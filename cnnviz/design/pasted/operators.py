"""Operators between values of a pasted text: numbers, lists, and tensors, which are added and multiplied."""

import ast
import re
from collections.abc import Callable, Sequence

from cnnviz.design.pasted.graph import Graph
from cnnviz.design.pasted.limits import MOST_ITEMS, MOST_LETTERS, arithmetic, bounded
from cnnviz.design.pasted.refusals import beyond, line_of, refused
from cnnviz.design.pasted.values import OPAQUE, TRAINING, Container, Instance, LazyShape, Special, Tensor

_COMPARED: dict[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Lt: lambda a, b: a < b,  # type: ignore[operator]
    ast.LtE: lambda a, b: a <= b,  # type: ignore[operator]
    ast.Gt: lambda a, b: a > b,  # type: ignore[operator]
    ast.GtE: lambda a, b: a >= b,  # type: ignore[operator]
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.In: lambda a, b: a in b,  # type: ignore[operator]
    ast.NotIn: lambda a, b: a not in b,  # type: ignore[operator]
    ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
}


def binary(graph: Graph, node: ast.AST, kind: ast.operator, left: object, right: object, *, in_place: bool) -> object:
    """Return left + right and so on; `in_place` tells of left += right."""
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _of_tensors(graph, node, kind, left, right, in_place=in_place)
    if OPAQUE in (left, right):
        return OPAQUE
    if isinstance(left, Special) or isinstance(right, Special):
        raise beyond(node, "the size of the batch is computed with")
    if isinstance(kind, ast.Add) and isinstance(left, list) and isinstance(right, list | tuple):
        if in_place:
            bounded(node, [*left, *right])
            left.extend(right)
            return left
        return bounded(node, [*left, *right])
    if isinstance(kind, ast.Add) and isinstance(left, tuple) and isinstance(right, tuple):
        return bounded(node, (*left, *right))
    if isinstance(kind, ast.Add) and isinstance(left, str) and isinstance(right, str):
        return bounded(node, left + right)
    if isinstance(kind, ast.Mod) and isinstance(left, str):
        return _formatted(node, left, right)
    if isinstance(kind, ast.Mult):
        for items, times in ((left, right), (right, left)):
            if isinstance(items, list | tuple) and isinstance(times, int):
                if len(items) * times > MOST_ITEMS:
                    raise refused(node, f"a list has {len(items) * times:,} items", f"it may have {MOST_ITEMS:,}")
                return items * times
    return arithmetic(node, kind, left, right)


def _of_tensors(
    graph: Graph, node: ast.AST, kind: ast.operator, left: object, right: object, *, in_place: bool
) -> Tensor:
    hows: dict[type[ast.operator], str] = {ast.Add: "add", ast.Mult: "mul"}
    how = hows.get(type(kind))
    if isinstance(left, Tensor) and isinstance(right, Tensor) and how:
        return graph.join(how, (left, right), line_of(node), in_place=in_place)
    tensor, other = (left, right) if isinstance(left, Tensor) else (right, left)
    if isinstance(tensor, Tensor) and isinstance(other, int | float) and not isinstance(kind, ast.Pow | ast.MatMult):
        return without_row(graph, node, tensor)
    if how is not None:
        raise beyond(node, "a tensor is added to or multiplied with something that is no tensor")
    raise beyond(node, "tensors are added and multiplied in the table, nothing else")


def without_row(graph: Graph, node: ast.AST, x: Tensor) -> Tensor:
    """Return a tensor that is computed with a number, which is left out of the table, and note that."""
    graph.notes[f"Line {line_of(node)}: what is computed with a number is left out, which changes no size."] = None
    return x


def _formatted(node: ast.AST, text: str, values: object) -> str:
    """Return "conv%d" % 3 and the like, with plain places alone."""
    found = re.split(r"%[dsi]", text)
    parts = values if isinstance(values, tuple) else (values,)
    if (
        sum(len(str(part)) for part in parts if isinstance(part, int | str)) > MOST_LETTERS
        or len(found) != len(parts) + 1
        or not all(isinstance(part, int | str) for part in parts)
        or "%" in "".join(found)
    ):
        raise refused(node, "this way to write a string is not known", "write an f-string")
    return str(bounded(node, found[0] + "".join(f"{part}{rest}" for part, rest in zip(parts, found[1:], strict=True))))


def compared(node: ast.AST, kind: ast.cmpop, left: object, right: object) -> bool:
    """Return whether a comparison holds; raises ModelError where the text does not say."""
    if not isinstance(kind, ast.Is | ast.IsNot):
        for each in (left, right):
            if isinstance(each, Tensor | Special | LazyShape):
                raise beyond(node, "something is decided by a value that the text does not say")
        if not _flat(left) or not _flat(right):
            return isinstance(kind, ast.NotEq | ast.NotIn) != (left is right)
    try:
        return bool(_COMPARED[type(kind)](left, right))
    except (TypeError, ValueError, RecursionError):
        raise refused(node, "two values are compared that cannot be", "numbers are compared with numbers") from None


def _flat(value: object) -> bool:
    """Return whether a value is no list of lists: to compare those may take for ever."""
    return not isinstance(value, list | tuple | dict) or not any(
        isinstance(each, list | tuple | dict) for each in value
    )


def truth(node: ast.AST, value: object) -> bool:
    """Return what an if decides; raises ModelError where the text does not say."""
    if value == TRAINING:
        # The table is that of a network in use: what training alone does is left out.
        return False
    if isinstance(value, Tensor | Special | LazyShape):
        raise beyond(node, "something is decided by a value that the text does not say")
    if isinstance(value, Container):
        return bool(value.items)
    if isinstance(value, Instance) and not value.cls.derives_from("torch.nn.Sequential"):
        return True
    return bool(value)


def sliced(node: ast.AST, value: Sequence[object], part: slice) -> object:
    """Return value[a:b:c] of a list, a tuple or a string."""
    try:
        return value[part]
    except (TypeError, ValueError):
        raise refused(node, "a slice has whole numbers", "write layers[:3]") from None

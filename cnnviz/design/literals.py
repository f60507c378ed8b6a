"""Arguments in pasted text: numbers, words and tuples of them are read, and everything else is refused, never run."""

import ast
import operator
from collections.abc import Callable
from typing import NoReturn

from cnnviz.design.rows import MOST
from cnnviz.errors import ModelError

DEEPEST = 50
ALLOWED = "allowed as arguments are numbers, True, False, None, strings such as 'same', and tuples of them"
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Mult: operator.mul,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.FloorDiv: operator.floordiv,
}
_SPOKEN = {
    "Lambda": "a lambda",
    "ListComp": "a comprehension",
    "SetComp": "a comprehension",
    "DictComp": "a comprehension",
    "GeneratorExp": "a comprehension",
    "Call": "a call of a function",
    "Attribute": "an attribute",
    "Subscript": "an index",
    "Starred": "*",
    "JoinedStr": "an f-string",
    "Constant": "a bare value",
    "Name": "a bare name",
    "FunctionDef": "a function",
    "ClassDef": "a class",
    "For": "a loop",
    "While": "a loop",
    "BinOp": "an operator",
    "UnaryOp": "an operator",
    "IfExp": "an if",
    "NamedExpr": "an assignment",
}


def literal(node: ast.expr, depth: int = 0) -> object:
    """Return the value of a literal, or of a product or sum of numbers; raises ModelError for everything else."""
    if depth > DEEPEST:
        refuse(node, f"an argument is nested more than {DEEPEST} deep", ALLOWED)
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(literal(part, depth + 1) for part in node.elts)
    found: object
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float | str | None):
        found = node.value
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        found = -_number(node.operand, depth)
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _number(node.left, depth), _number(node.right, depth)
        if isinstance(node.op, ast.FloorDiv) and not right:
            refuse(node, "a number is divided by 0", ALLOWED)
        found = _OPERATORS[type(node.op)](left, right)
    elif isinstance(node, ast.Name):
        refuse(node, f"the name {node.id[:40]} is not known", ALLOWED)
    else:
        refuse(node, f"{spoken(node)} is not allowed", ALLOWED)
    if isinstance(found, int | float) and not abs(found) <= MOST:
        refuse(node, "a number is too large", f"at most {MOST:,} is allowed")
    return found


def _number(node: ast.expr, depth: int) -> int | float:
    value = literal(node, depth + 1)
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse(node, "only numbers are multiplied and added", ALLOWED)
    return value


def spoken(node: ast.AST) -> str:
    """Return what a piece of Python is called."""
    name = type(node).__name__
    return _SPOKEN.get(name, name.lower())


def refuse(node: ast.AST, what: str, instead: str) -> NoReturn:
    """Raise ModelError with the line, what is wrong there and what would be right."""
    raise ModelError(f"Line {getattr(node, 'lineno', 1)}: {what}; {instead}.")

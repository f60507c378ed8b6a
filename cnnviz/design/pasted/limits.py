"""How much work a pasted text may ask for: steps, sizes of lists and numbers, and how deep it goes."""

import ast
import operator
from collections.abc import Callable
from math import log2

from cnnviz.design.pasted.refusals import line_of, refused
from cnnviz.design.rows import MOST
from cnnviz.errors import ModelError

MOST_STEPS = 200_000
MOST_ITEMS = 10_000
MOST_LETTERS = 10_000
DEEPEST = 50
DEEPEST_CALLS = 120
ALLOWED = "allowed as arguments are numbers, True, False, None, strings such as 'same', and tuples of them"

Number = int | float

_OPERATORS: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Mult: operator.mul,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_OF_BITS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}


class Budget:
    """Counts the steps of a reading, and how deep it is; raises ModelError for too many."""

    def __init__(self) -> None:
        self.steps = 0
        self.depth = 0

    def step(self, node: ast.AST, count: int = 1) -> None:
        """Take a step, or several."""
        self.steps += count
        if self.steps > MOST_STEPS:
            raise ModelError(
                f"Line {line_of(node)}: the text asks for more than {MOST_STEPS:,} steps; a network needs fewer."
            )

    def deeper(self, node: ast.AST) -> None:
        """Go one level deeper; whoever calls this takes it back."""
        self.depth += 1
        if self.depth > DEEPEST_CALLS:
            self.depth = 0
            raise ModelError(f"Line {line_of(node)}: calls are nested more than {DEEPEST} deep; a network need not be.")


def number(node: ast.AST, value: object) -> Number:
    """Return a value that is a number; raises ModelError for any other."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused(node, "only numbers are multiplied and added", ALLOWED)
    return value


def bounded(node: ast.AST, value: object) -> object:
    """Return a value that is not too large: a number, a text or a list."""
    if isinstance(value, int | float) and not abs(value) <= MOST:
        raise refused(node, "a number is too large", f"at most {MOST:,} is allowed")
    if isinstance(value, str) and len(value) > MOST_LETTERS:
        raise refused(node, f"a string has {len(value):,} characters", f"at most {MOST_LETTERS:,} are read")
    if isinstance(value, list | tuple | dict) and len(value) > MOST_ITEMS:
        raise refused(node, f"a list has {len(value):,} items", f"it may have {MOST_ITEMS:,}")
    return value


def arithmetic(node: ast.AST, kind: ast.operator, left: object, right: object) -> object:
    """Return the sum, product and so on of two numbers."""
    one, other = number(node, left), number(node, right)
    if type(kind) in _OF_BITS and isinstance(one, int) and isinstance(other, int):
        if isinstance(kind, ast.LShift | ast.RShift) and not 0 <= other < 32:
            raise refused(node, "a number is too large", f"at most {MOST:,} is allowed")
        return bounded(node, _OF_BITS[type(kind)](one, other))
    if type(kind) not in _OPERATORS:
        raise refused(node, "an operator is not allowed", ALLOWED)
    if isinstance(kind, ast.FloorDiv | ast.Div | ast.Mod) and not other:
        raise refused(node, "a number is divided by 0", ALLOWED)
    if isinstance(kind, ast.Pow):
        if (one == 0 and other < 0) or (one < 0 and other != int(other)):
            raise refused(node, "this power is no number", ALLOWED)
        if abs(other) * abs(log2(abs(one))) > 60 if one else abs(other) > MOST:
            raise refused(node, "a number is too large", f"at most {MOST:,} is allowed")
    return bounded(node, _OPERATORS[type(kind)](one, other))

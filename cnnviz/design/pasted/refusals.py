"""The sentences about text that is not read: the line, what stands there, and what would be right."""

import ast
from typing import Any

from cnnviz.errors import CnnvizError, ModelError

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
    "FormattedValue": "an f-string",
    "Constant": "a bare value",
    "Name": "a bare name",
    "FunctionDef": "a function",
    "AsyncFunctionDef": "an async function",
    "ClassDef": "a class",
    "For": "a loop",
    "While": "a loop",
    "With": "a with",
    "Try": "a try",
    "TryStar": "a try",
    "Match": "a match",
    "Global": "a global name",
    "Nonlocal": "a nonlocal name",
    "Raise": "a raise",
    "BinOp": "an operator",
    "UnaryOp": "an operator",
    "Compare": "a comparison",
    "IfExp": "an if",
    "NamedExpr": "an assignment inside an expression",
    "Await": "an await",
    "Yield": "a yield",
    "YieldFrom": "a yield",
    "Delete": "a del",
}


class BeyondRowsError(ModelError):
    """What the table of rows cannot show, though torch can run it."""

    def __init__(self, line: int, what: str, instead: str = "") -> None:
        self.line, self.what, self.instead = line, what, instead
        super().__init__(f"Line {line}: {what}; {instead or 'the table of rows cannot show it'}.")


class SizeNeededError(ModelError):
    """The text asks for the size of a tensor, and the size of the input is not known; `calls` are those until then."""

    calls: tuple[Any, ...] = ()


def spoken(node: ast.AST) -> str:
    """Return what a piece of Python is called."""
    name = type(node).__name__
    return _SPOKEN.get(name, name.lower())


def line_of(node: ast.AST) -> int:
    """Return the line on which a piece of Python stands."""
    return int(getattr(node, "lineno", 1))


def needed(node: ast.AST) -> SizeNeededError:
    """Return the error where a size is asked for that is not known."""
    return SizeNeededError(f"Line {line_of(node)}: the text asks for a size that follows from that of the input.")


def refused(node: ast.AST, what: str, instead: str) -> ModelError:
    """Return the error with the line, what is wrong there and what would be right."""
    return ModelError(f"Line {line_of(node)}: {what}; {instead}.")


def beyond(node: ast.AST, what: str, instead: str = "") -> BeyondRowsError:
    """Return the error for what torch may run and the table has no row for; `instead` is said outside of classes."""
    return BeyondRowsError(line_of(node), what, instead)


def at_line(line: int, error: CnnvizError) -> ModelError:
    """Return an error of the arithmetic as one of a line of text."""
    said = str(error)
    return ModelError(f"Line {line}: {said[:1].lower()}{said[1:]}")

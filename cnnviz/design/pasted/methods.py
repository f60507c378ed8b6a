"""Methods of lists, dictionaries and strings in pasted Python: the few that a network's text needs."""

import ast
import re
from typing import Any

from cnnviz.design.pasted import layers
from cnnviz.design.pasted.builtin_calls import product
from cnnviz.design.pasted.limits import MOST_LETTERS, bounded
from cnnviz.design.pasted.reader import Reader
from cnnviz.design.pasted.refusals import refused

Args = list[Any]


def method(caller: Reader, node: ast.AST, owner: object, name: str, args: Args, keywords: dict[str, Any]) -> object:
    """Return what a method of a list, a dictionary or a string returns."""
    try:
        if isinstance(owner, list):
            return _of_list(caller, node, owner, name, args)
        if isinstance(owner, dict):
            return _of_dict(node, owner, name, args)
        if isinstance(owner, str):
            return bounded(node, _of_text(node, owner, name, args))
        if isinstance(owner, tuple) and name == "numel":
            return product(node, owner)
        if isinstance(owner, tuple) and name in ("index", "count"):
            return getattr(list(owner), name)(*args)
    except (TypeError, ValueError, IndexError, KeyError, RecursionError):
        raise refused(
            node, f".{name[:40]} is not given what it takes", "look at what stands between its brackets"
        ) from None
    raise refused(node, f"a call of a function is not allowed, .{name[:40]}", layers.ALLOWED)


def _of_list(caller: Reader, node: ast.AST, owner: list[Any], name: str, args: Args) -> object:
    if name == "extend":
        owner.extend(caller.iterated(node, *args))
    elif name in ("append", "insert", "reverse", "pop", "index", "count", "copy", "remove", "clear"):
        found = getattr(owner, name)(*args)
        bounded(node, owner)
        return found
    else:
        raise refused(node, f"a call of a function is not allowed, .{name[:40]}", layers.ALLOWED)
    return bounded(node, owner) and None


def _of_dict(node: ast.AST, owner: dict[Any, Any], name: str, args: Args) -> object:
    if name in ("items", "keys", "values"):
        return list(getattr(owner, name)())
    if name in ("get", "pop", "update", "copy", "setdefault"):
        found = getattr(owner, name)(*args)
        bounded(node, owner)
        return found
    raise refused(node, f"a call of a function is not allowed, .{name[:40]}", layers.ALLOWED)


def _together(node: ast.AST, parts: list[str]) -> str:
    """Return strings one after another; raises ModelError before they are too long."""
    if sum(map(len, parts)) > MOST_LETTERS:
        raise refused(node, "a string is too long", f"at most {MOST_LETTERS:,} characters are read")
    return "".join(parts)


def _of_text(node: ast.AST, owner: str, name: str, args: Args) -> object:
    if name == "format":
        parts = re.split(r"\{\d*\}", owner)
        if "{" in "".join(parts) or len(parts) != len(args) + 1 or not all(isinstance(a, int | str) for a in args):
            raise refused(node, "this way to write a string is not known", "write an f-string")
        return _together(
            node, [parts[0], *(each for a, b in zip(args, parts[1:], strict=True) for each in (str(a), b))]
        )
    if name in ("lower", "upper", "strip", "startswith", "endswith", "split"):
        return getattr(owner, name)(*args)
    if name == "join":
        words = [str(each) for each in args[0] if isinstance(each, int | float | str)]
        return _together(node, [part for word in words for part in (owner, word)][1:])
    raise refused(node, f"a call of a function is not allowed, .{name[:40]}", layers.ALLOWED)

"""nn.Sequential, ModuleList and ModuleDict with what is put into them, and OrderedDict."""

import ast
from typing import Any

from cnnviz.design.pasted import layers
from cnnviz.design.pasted.limits import bounded
from cnnviz.design.pasted.refusals import line_of, refused, spoken
from cnnviz.design.pasted.values import MODULES, Container, Library

Args = list[Any]


def container(node: ast.AST, kind: str, args: Args, keywords: dict[str, Any]) -> Container:
    """Return an nn.Sequential, ModuleList or ModuleDict."""
    if keywords and kind == "Sequential":
        raise refused(node, "nn.Sequential takes no keywords", layers.ALLOWED)
    items = args
    if len(args) == 1 and kind != "Sequential" and isinstance(args[0], list | tuple | Container):
        items = list(args[0].items.values()) if isinstance(args[0], Container) else list(args[0])
    if len(args) == 1 and isinstance(args[0], dict):
        found = {str(name): each for name, each in args[0].items()}
        if kind == "Sequential" and not isinstance(args[0], Ordered):
            raise refused(node, "a plain dictionary is not allowed", "nn.Sequential takes layers or an OrderedDict")
    else:
        found = {str(place): each for place, each in enumerate(items)}
    for place, each in enumerate(found.values()):
        if not isinstance(each, MODULES):
            written = node.args if isinstance(node, ast.Call) else []
            part = written[place] if len(written) == len(found) else node
            hint = "put a * before it" if isinstance(each, list | tuple) else layers.ALLOWED
            raise refused(part, f"{_shown(part, each)} is no layer", hint)
    bounded(node, found)
    return Container(kind, found, line_of(node))


class Ordered(dict[object, object]):
    """An OrderedDict."""


def _shown(node: ast.AST, value: object) -> str:
    if isinstance(value, Library):
        return f"{value.path.removeprefix('torch.')[:40]} without brackets behind it"
    if isinstance(value, list | tuple):
        return "a list"
    return repr(str(value)[:30]) if isinstance(value, str | int) else spoken(node)

"""Expressions of pasted Python: what each stands for, worked out step by step under a budget."""

import ast
from collections.abc import Callable

from cnnviz.design.pasted import attributes, layers, operators
from cnnviz.design.pasted.displays import Displays
from cnnviz.design.pasted.functional import UNCHANGED, index_of_shape
from cnnviz.design.pasted.limits import ALLOWED, number
from cnnviz.design.pasted.refusals import beyond, refused, spoken
from cnnviz.design.pasted.values import (
    MODULES,
    OPAQUE,
    Container,
    LazyShape,
    Library,
    Method,
    Poison,
    Scope,
    Super,
    Tensor,
)

# Names that need no import here: a text is often pasted without its first lines.
_USUAL = {
    "nn": "torch.nn",
    "torch": "torch",
    "F": "torch.nn.functional",
    "np": "numpy",
    "math": "math",
    "OrderedDict": "collections.OrderedDict",
    "partial": "functools.partial",
}
_BUILTINS = frozenset(
    [
        "range",
        "len",
        "int",
        "float",
        "round",
        "max",
        "min",
        "abs",
        "sum",
        "zip",
        "enumerate",
        "list",
        "tuple",
        "dict",
        "set",
        "str",
        "bool",
        "reversed",
        "sorted",
        "print",
        "super",
        "getattr",
        "setattr",
        "hasattr",
        "isinstance",
        "any",
        "all",
        "pow",
        "property",
        "staticmethod",
        "classmethod",
        "object",
        "input",
        "type",
    ]
)
# Their arguments do not matter, and are often nothing that could be read.
_NOT_LOOKED_INTO = (
    "builtins.print",
    "torch.nn.init.",
    "torch.optim.",
    "torch.device",
    "torch.manual_seed",
    "warnings.",
)


class Expressions(Displays):
    """Reads expressions; statements are read by its heir."""

    def evaluate(self, node: ast.expr, scope: Scope) -> object:
        """Return what an expression stands for; raises ModelError for what is not read."""
        self.budget.step(node)
        self.budget.deeper(node)
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise refused(node, f"{spoken(node)} is not allowed", layers.ALLOWED)
        value = handler(self, node, scope)
        if isinstance(value, list | tuple | str | dict) and not isinstance(node, ast.Name | ast.Attribute):
            self.budget.step(node, len(value) // 16)
        self.budget.depth -= 1
        return value

    def _name(self, node: ast.Name, scope: Scope) -> object:
        try:
            value = scope.find(node.id)
        except KeyError:
            return self._unbound(node)
        if isinstance(value, Poison):
            raise value.error
        return value

    def _unbound(self, node: ast.Name) -> object:
        if node.id in _USUAL:
            return Library(_USUAL[node.id])
        if node.id in _BUILTINS:
            return Library(f"builtins.{node.id}")
        if (found := layers.named(node.id)) is not None:
            return found
        if self.words:
            # print(model) writes words without quotes: padding=same.
            return node.id
        raise refused(
            node, f"the name {node.id[:40]} is not known", "write what it is above, or put its value in its place"
        )

    def _unary(self, node: ast.UnaryOp, scope: Scope) -> object:
        value = self.evaluate(node.operand, scope)
        if isinstance(node.op, ast.Not):
            return not operators.truth(node, value)
        if value == OPAQUE:
            return OPAQUE
        if isinstance(value, Tensor):
            return operators.without_row(self.graph, node, value)
        if isinstance(node.op, ast.USub):
            return -number(node, value)
        if isinstance(node.op, ast.UAdd):
            return number(node, value)
        raise refused(node, "an operator is not allowed", ALLOWED)

    def _binary(self, node: ast.BinOp, scope: Scope) -> object:
        left, right = self.evaluate(node.left, scope), self.evaluate(node.right, scope)
        return operators.binary(self.graph, node, node.op, left, right, in_place=False)

    def _boolean(self, node: ast.BoolOp, scope: Scope) -> object:
        value: object = None
        for part in node.values:
            value = self.evaluate(part, scope)
            if operators.truth(part, value) == isinstance(node.op, ast.Or):
                return value
        return value

    def _compare(self, node: ast.Compare, scope: Scope) -> object:
        left = self.evaluate(node.left, scope)
        for kind, part in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(part, scope)
            if not operators.compared(node, kind, left, right):
                return False
            left = right
        return True

    def _if(self, node: ast.IfExp, scope: Scope) -> object:
        chosen = node.body if operators.truth(node.test, self.evaluate(node.test, scope)) else node.orelse
        return self.evaluate(chosen, scope)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> object:
        value = self.evaluate(node.value, scope)
        if isinstance(node.slice, ast.Slice):
            ends = [
                self.evaluate(e, scope) if e else None for e in (node.slice.lower, node.slice.upper, node.slice.step)
            ]
            return self._slice(node, value, slice(*ends))
        if isinstance(value, Tensor):
            raise beyond(node, "a part of a tensor is taken")
        place = self.evaluate(node.slice, scope)
        if isinstance(value, LazyShape):
            return index_of_shape(node, value, place)
        return self.item(node, value, place)

    def _slice(self, node: ast.AST, value: object, part: slice) -> object:
        if isinstance(value, Container):
            items = list(value.items.items())
            return Container(value.kind, dict(operators.sliced(node, items, part)), value.line)  # type: ignore[call-overload]
        if isinstance(value, LazyShape):
            return index_of_shape(node, value, None)
        if isinstance(value, list | tuple | str):
            return operators.sliced(node, value, part)
        if value == OPAQUE:
            return OPAQUE
        raise beyond(node, "a part of something is taken that is no list")

    def item(self, node: ast.AST, value: object, place: object) -> object:
        """Return value[place]; raises ModelError where there is nothing."""
        if value == OPAQUE:
            return OPAQUE
        if isinstance(value, Library):
            # Only a type reads so: List[int].
            return value
        if isinstance(value, Container):
            keys = list(value.items)
            value, place = (
                value.items,
                keys[place] if isinstance(place, int) and -len(keys) <= place < len(keys) else place,
            )
        try:
            return value[place]  # type: ignore[index]
        except (TypeError, KeyError, IndexError, ValueError):
            raise refused(
                node, "there is nothing at this place", "count from 0, or use a name that was given"
            ) from None

    def _attribute(self, node: ast.Attribute, scope: Scope) -> object:
        return attributes.attribute(self, node, self.evaluate(node.value, scope), node.attr)

    def _called(self, node: ast.Call, scope: Scope) -> object:
        function = self.evaluate(node.func, scope)
        if isinstance(function, Library):
            if function.path.startswith(_NOT_LOOKED_INTO):
                return None if function.path.startswith(("builtins.print", "torch.nn.init.")) else OPAQUE
            if function.path == "builtins.super":
                return self._super(node, scope)
        if (
            isinstance(function, Method)
            and function.name in UNCHANGED
            and isinstance(function.owner, (Tensor, *MODULES))
        ):
            # Where the numbers lie, or of what type they are, changes no row.
            return function.owner
        args = self.items(node.args, scope)
        keywords: dict[str, object] = {}
        for keyword in node.keywords:
            if keyword.arg in ("device", "dtype"):
                continue
            value = self.evaluate(keyword.value, scope)
            if keyword.arg is None:
                if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
                    raise refused(node, "** is not allowed", "it takes a dictionary whose keys are names")
                keywords |= value
            else:
                keywords[keyword.arg] = value
        return self.call(node, function, args, keywords)

    def _super(self, node: ast.Call, scope: Scope) -> object:
        try:
            cls, instance = scope.find("__class__"), scope.find("__self__")
        except KeyError:
            raise refused(node, "super() stands outside of a method", "it belongs into `__init__`") from None
        return Super(cls, instance)  # type: ignore[arg-type]


def as_read(target: ast.expr) -> ast.expr:
    """Return what is assigned to as an expression that is read."""
    if isinstance(target, ast.Attribute):
        return ast.Attribute(target.value, target.attr, ast.Load())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(target.value, target.slice, ast.Load())
    assert isinstance(target, ast.Name)
    return ast.Name(target.id, ast.Load())


_HANDLERS: dict[type[ast.expr], Callable[..., object]] = {
    ast.Constant: Displays._constant,
    ast.Name: Expressions._name,
    ast.Tuple: Displays._sequence,
    ast.List: Displays._sequence,
    ast.Set: Displays._sequence,
    ast.Dict: Displays._dict,
    ast.UnaryOp: Expressions._unary,
    ast.BinOp: Expressions._binary,
    ast.BoolOp: Expressions._boolean,
    ast.Compare: Expressions._compare,
    ast.IfExp: Expressions._if,
    ast.Subscript: Expressions._subscript,
    ast.Attribute: Expressions._attribute,
    ast.Lambda: Displays._lambda,
    ast.JoinedStr: Displays._joined,
    ast.ListComp: Displays._comprehension,
    ast.GeneratorExp: Displays._comprehension,
    ast.SetComp: Displays._comprehension,
    ast.DictComp: Displays._dict_comprehension,
    ast.Call: Expressions._called,
}

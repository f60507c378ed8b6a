"""Statements of pasted Python: assignments, loops, ifs, functions and classes, followed under a budget."""

import ast
from collections.abc import Callable
from typing import Any

from cnnviz.design.pasted import operators
from cnnviz.design.pasted.expressions import Expressions, as_read
from cnnviz.design.pasted.modules import set_module
from cnnviz.design.pasted.refusals import BeyondRowsError, beyond, line_of, refused, spoken
from cnnviz.design.pasted.values import (
    MODULES,
    OPAQUE,
    Class,
    Container,
    Function,
    Instance,
    Layer,
    Library,
    Poison,
    Scope,
)
from cnnviz.errors import ModelError

# Libraries whose calls are followed.
_OWN = ("torch", "builtins", "collections", "functools", "math", "numpy")


class Returned(Exception):  # noqa: N818
    """A return, with its value."""

    def __init__(self, value: object) -> None:
        self.value = value


class Left(Exception):  # noqa: N818
    """A break, or (`again`) a continue."""

    def __init__(self, *, again: bool) -> None:
        self.again = again


class Statements(Expressions):
    """Reads statements, and so whole functions."""

    def run(self, body: list[ast.stmt], scope: Scope) -> object:
        """Return what the statements of a function return, None without a return."""
        depth = self.budget.depth
        try:
            self.block(body, scope)
        except Returned as returned:
            self.budget.depth = depth
            return returned.value
        return None

    def block(self, body: list[ast.stmt], scope: Scope) -> None:
        """Follow statements one after another; raises ModelError for what is not read."""
        for statement in body:
            self.statement(statement, scope)

    def statement(self, node: ast.stmt, scope: Scope) -> None:
        """Follow a statement."""
        self.budget.step(node)
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise beyond(node, f"{spoken(node)} is not followed", "paste an nn.Sequential(...) or a class")
        handler(self, node, scope)

    def _expression(self, node: ast.Expr, scope: Scope) -> None:
        if not isinstance(node.value, ast.Constant) and not self._is_elsewhere(node.value, scope):
            self.evaluate(node.value, scope)

    def _is_elsewhere(self, node: ast.expr, scope: Scope) -> bool:
        """Return whether a statement is but a call into another library, such as logging: no layer comes from there."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
            return False
        name: ast.expr = node.func
        while isinstance(name, ast.Attribute):
            name = name.value
        if not isinstance(name, ast.Name) or not scope.has(name.id):
            return False
        found = scope.find(name.id)
        return isinstance(found, Library) and found.path.partition(".")[0] not in _OWN

    def _assignment(self, node: ast.Assign, scope: Scope) -> None:
        depth = self.budget.depth
        try:
            value = self.evaluate(node.value, scope)
        except BeyondRowsError as error:
            if scope.around is None or not all(isinstance(each, ast.Name | ast.Attribute) for each in node.targets):
                raise
            # A loss in __init__ is no matter until forward asks for it.
            self.budget.depth, value = depth, Poison(error)
        for target in node.targets:
            self.assign(target, value, scope)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value, scope), scope)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        read = ast.copy_location(as_read(node.target), node)
        left, right = self.evaluate(read, scope), self.evaluate(node.value, scope)
        value = operators.binary(self.graph, node, node.op, left, right, in_place=True)
        self.budget.step(node, len(value) // 16 if isinstance(value, list | tuple | str) else 1)
        self.assign(node.target, value, scope)

    def assign(self, target: ast.expr, value: object, scope: Scope) -> None:
        """Let a target stand for a value: a name, self.name, a place in a list, or several of them."""
        if isinstance(target, ast.Name):
            scope.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, value, scope)
        elif isinstance(target, ast.Attribute):
            self._set_attribute(target, self.evaluate(target.value, scope), value)
        elif isinstance(target, ast.Subscript):
            self._set_item(target, self.evaluate(target.value, scope), value, scope)
        else:
            raise refused(target, f"{spoken(target)} is not assigned to", "write a name, such as layers = [...]")

    def _unpack(self, target: ast.Tuple | ast.List, value: object, scope: Scope) -> None:
        values: list[Any] = [OPAQUE] * len(target.elts) if value == OPAQUE else self.iterated(target, value)
        star = next((place for place, each in enumerate(target.elts) if isinstance(each, ast.Starred)), None)
        if star is not None and len(values) >= len(target.elts) - 1:
            after = len(target.elts) - star - 1
            last = len(values) - after
            values = [*values[:star], values[star:last], *values[last:]]
        if len(values) != len(target.elts):
            raise refused(target, f"{len(values)} values are given to {len(target.elts)} names", "give as many")
        for each, one in zip(target.elts, values, strict=True):
            self.assign(each.value if isinstance(each, ast.Starred) else each, one, scope)

    def _set_attribute(self, node: ast.Attribute, owner: object, value: object) -> None:
        if isinstance(owner, Instance):
            if isinstance(value, MODULES) and not owner.ready and owner.cls.derives_from("torch.nn.Module"):
                raise refused(node, "`super().__init__()` is missing", "write it as the first line of `__init__`")
            if isinstance(value, MODULES) and owner.cls.derives_from("torch.nn.Sequential"):
                owner.items[node.attr] = value
            else:
                owner.attributes[node.attr] = value
        elif isinstance(owner, Container) and isinstance(value, MODULES):
            set_module(node, owner, node.attr, value)
        elif owner == OPAQUE or (isinstance(owner, Layer) and node.attr in ("weight", "bias", "data")):
            # Weights do not matter to what a network costs, shared ones do.
            if value != OPAQUE:
                raise beyond(node, "two layers share their weights")
        else:
            raise refused(
                node, f"the attribute {node.attr[:40]} is set from outside", "give it where the layer is made"
            )

    def _set_item(self, node: ast.Subscript, owner: object, value: object, scope: Scope) -> None:
        if owner == OPAQUE:
            return
        if isinstance(node.slice, ast.Slice):
            raise refused(node, "a slice is assigned to", "write the whole list anew")
        place = self.evaluate(node.slice, scope)
        if isinstance(owner, Container):
            keys = list(owner.items)
            name = keys[place] if isinstance(place, int) and -len(keys) <= place < len(keys) else str(place)
            set_module(node, owner, name, value)
        elif isinstance(owner, dict):
            owner[self.hashable(node, place)] = value
        elif isinstance(owner, list) and isinstance(place, int) and -len(owner) <= place < len(owner):
            owner[place] = value
        else:
            raise refused(node, "there is nothing at this place", "count from 0")

    def _if_statement(self, node: ast.If, scope: Scope) -> None:
        chosen = node.body if operators.truth(node.test, self.evaluate(node.test, scope)) else node.orelse
        self.block(chosen, scope)

    def _for(self, node: ast.For, scope: Scope) -> None:
        for value in self.iterated(node.iter, self.evaluate(node.iter, scope)):
            self.budget.step(node)
            self.assign(node.target, value, scope)
            if not self._round(node.body, scope):
                return
        self.block(node.orelse, scope)

    def _while(self, node: ast.While, scope: Scope) -> None:
        while operators.truth(node.test, self.evaluate(node.test, scope)):
            self.budget.step(node)
            if not self._round(node.body, scope):
                return
        self.block(node.orelse, scope)

    def _round(self, body: list[ast.stmt], scope: Scope) -> bool:
        """Return whether a loop goes on."""
        depth = self.budget.depth
        try:
            self.block(body, scope)
        except Left as left:
            self.budget.depth = depth
            return left.again
        return True

    def _with(self, node: ast.With, scope: Scope) -> None:
        for item in node.items:
            if self.evaluate(item.context_expr, scope) != OPAQUE:
                raise beyond(node, "this with is not followed")
        self.block(node.body, scope)

    def _return(self, node: ast.Return, scope: Scope) -> None:
        raise Returned(self.evaluate(node.value, scope) if node.value else None)

    def _raise(self, node: ast.Raise, scope: Scope) -> None:
        raise beyond(node, "the text raises an error here", "look at the if before it")

    def _leave(self, node: ast.Break | ast.Continue, scope: Scope) -> None:
        raise Left(again=isinstance(node, ast.Continue))

    def _nothing(self, node: ast.stmt, scope: Scope) -> None:
        return

    def _import(self, node: ast.Import, scope: Scope) -> None:
        for each in node.names:
            path = each.name if each.asname else each.name.partition(".")[0]
            scope.names[each.asname or path] = Library(path)

    def _import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        for each in node.names:
            if each.name != "*":
                scope.names[each.asname or each.name] = Library(f"{node.module or ''}.{each.name}")

    def _function_definition(self, node: ast.FunctionDef, scope: Scope) -> None:
        scope.names[node.name] = self._defined(node, scope, None)

    def _defined(self, node: ast.FunctionDef, scope: Scope, owner: Class | None) -> Function | Poison:
        styles = {"staticmethod": "static", "classmethod": "class", "property": "property"}
        # What only says how a function is compiled or typed changes nothing.
        passed = (
            "no_grad",
            "inference_mode",
            "override",
            "script_method",
            "lru_cache",
            "cache",
            "ignore",
            "export",
            "unused",
        )
        style = ""
        for decorator in node.decorator_list:
            name = ast.unparse(decorator).partition("(")[0].rpartition(".")[2]
            style = styles.get(name, style)
            if name not in styles and name not in passed and not name.startswith("register"):
                return Poison(_beyond(node, f"{node.name[:40]} is changed by @{name[:40]}"))
        if any(isinstance(each, ast.Yield | ast.YieldFrom | ast.Await) for each in ast.walk(node)):
            return Poison(_beyond(node, f"{node.name[:40]} is a generator"))
        return Function(node, scope, self.defaults(node.args, scope), owner, None, style)

    def _class_definition(self, node: ast.ClassDef, scope: Scope) -> None:
        try:
            bases = tuple(self.evaluate(base, scope) for base in node.bases)
        except ModelError as error:
            scope.names[node.name] = Poison(error)
            return
        cls = Class(node, bases, Scope({}, None))
        scope.names[node.name] = cls
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef):
                cls.members.names[statement.name] = self._defined(statement, scope, cls)
            elif isinstance(statement, ast.Assign | ast.AnnAssign):
                inner = Scope({}, Scope(cls.members.names, scope))
                self.statement(statement, inner)
                cls.members.names |= inner.names
            elif not isinstance(statement, ast.Expr | ast.Pass):
                raise beyond(statement, f"{spoken(statement)} stands in a class")


def _beyond(node: ast.AST, what: str) -> ModelError:
    return BeyondRowsError(line_of(node), what)


_HANDLERS: dict[type[ast.stmt], Callable[..., None]] = {
    ast.Expr: Statements._expression,
    ast.Assign: Statements._assignment,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.If: Statements._if_statement,
    ast.For: Statements._for,
    ast.While: Statements._while,
    ast.With: Statements._with,
    ast.Return: Statements._return,
    ast.Raise: Statements._raise,
    ast.Break: Statements._leave,
    ast.Continue: Statements._leave,
    ast.Pass: Statements._nothing,
    ast.Assert: Statements._nothing,
    ast.Delete: Statements._nothing,
    ast.Import: Statements._import,
    ast.ImportFrom: Statements._import_from,
    ast.FunctionDef: Statements._function_definition,
    ast.ClassDef: Statements._class_definition,
}

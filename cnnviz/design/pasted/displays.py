"""Lists, dictionaries, strings, comprehensions and lambdas of pasted Python, and what a loop goes through."""

import ast
from collections.abc import Iterator
from typing import Any

from cnnviz.design.pasted import layers, operators
from cnnviz.design.pasted.calls import Caller
from cnnviz.design.pasted.functional import index_of_shape
from cnnviz.design.pasted.limits import ALLOWED, MOST_ITEMS, bounded
from cnnviz.design.pasted.refusals import beyond, refused, spoken
from cnnviz.design.pasted.values import (
    Container,
    Function,
    Instance,
    LazyShape,
    Poison,
    Scope,
    Special,
    Tensor,
)
from cnnviz.errors import ModelError


class Displays(Caller):
    """Reads what is written out in Python."""

    def _constant(self, node: ast.Constant, scope: Scope) -> object:
        if not isinstance(node.value, bool | int | float | str | None):
            raise refused(node, f"{spoken(node)} is not allowed", ALLOWED)
        return bounded(node, node.value)

    def _sequence(self, node: ast.Tuple | ast.List | ast.Set, scope: Scope) -> object:
        found = self.items(node.elts, scope)
        return tuple(found) if isinstance(node, ast.Tuple) else found

    def items(self, nodes: list[ast.expr], scope: Scope) -> list[object]:
        """Return the values of several expressions, * before one of which stands for several."""
        found: list[object] = []
        for part in nodes:
            if isinstance(part, ast.Starred):
                found += self.iterated(part, self.evaluate(part.value, scope))
            else:
                found.append(self.evaluate(part, scope))
            bounded(part, found)
        return found

    def _dict(self, node: ast.Dict, scope: Scope) -> object:
        found: dict[object, object] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                more = self.evaluate(value, scope)
                if not isinstance(more, dict):
                    raise refused(value, "** is not allowed", "it takes a dictionary")
                found |= more
            else:
                found[self.hashable(key, self.evaluate(key, scope))] = self.evaluate(value, scope)
        return bounded(node, found)

    def hashable(self, node: ast.AST, value: object) -> object:
        """Return a value that can be a key; raises ModelError for any other."""
        if not isinstance(value, str | int | float | bool | None):
            raise refused(node, "a dictionary's key is no string or number", "write one such as 'conv1'")
        return value

    def _lambda(self, node: ast.Lambda, scope: Scope) -> object:
        return Function(node, scope, self.defaults(node.args, scope))

    def defaults(self, args: ast.arguments, scope: Scope) -> dict[str, object]:
        """Return the values of a function's defaults by name."""
        names = [each.arg for each in (*args.posonlyargs, *args.args)]
        found = dict(zip(names[len(names) - len(args.defaults) :], args.defaults, strict=True))
        found |= {each.arg: value for each, value in zip(args.kwonlyargs, args.kw_defaults, strict=True) if value}
        return {name: self._default(value, scope) for name, value in found.items()}

    def _default(self, node: ast.expr, scope: Scope) -> object:
        try:
            return self.evaluate(node, scope)
        except ModelError as error:
            return Poison(error)

    def _joined(self, node: ast.JoinedStr, scope: Scope) -> object:
        parts = []
        for part in node.values:
            value = self.evaluate(part.value, scope) if isinstance(part, ast.FormattedValue) else part
            if isinstance(part, ast.FormattedValue):
                if part.format_spec is not None or not isinstance(value, int | str | float):
                    raise refused(node, "an f-string is not allowed with a format", "write f'conv{i}'")
                parts.append(str(value))
            else:
                parts.append(str(part.value) if isinstance(part, ast.Constant) else "")
        return bounded(node, "".join(parts))

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: Scope) -> object:
        return [self.evaluate(node.elt, inner) for inner in self._rounds(node.generators, Scope({}, scope), node)]

    def _dict_comprehension(self, node: ast.DictComp, scope: Scope) -> object:
        return {
            self.hashable(node.key, self.evaluate(node.key, inner)): self.evaluate(node.value, inner)
            for inner in self._rounds(node.generators, Scope({}, scope), node)
        }

    def _rounds(self, generators: list[ast.comprehension], scope: Scope, node: ast.AST) -> Iterator[Scope]:
        if not generators:
            yield scope
            return
        first, *rest = generators
        if first.is_async:
            raise refused(node, "an async comprehension is not allowed", layers.ALLOWED)
        for count, value in enumerate(self.iterated(node, self.evaluate(first.iter, scope))):
            if count > MOST_ITEMS:
                raise refused(node, f"a list has more than {MOST_ITEMS:,} items", "a network need not have so many")
            inner = Scope({}, scope)
            self.assign(first.target, value, inner)
            if all(operators.truth(test, self.evaluate(test, inner)) for test in first.ifs):
                yield from self._rounds(rest, inner, node)

    def iterated(self, node: ast.AST, value: object) -> list[Any]:
        """Return what a loop goes through; raises ModelError for what has no parts."""
        if isinstance(value, list | tuple | str):
            found: list[Any] = list(value)
        elif isinstance(value, dict):
            found = list(value)
        elif isinstance(value, Container):
            found = list(value.items) if value.kind == "ModuleDict" else list(value.items.values())
        elif isinstance(value, Instance) and value.items:
            found = list(value.items.values())
        elif isinstance(value, LazyShape):
            index_of_shape(node, value, None)
        elif isinstance(value, Special | Tensor):
            raise beyond(node, "a loop goes through values that the text does not say")
        else:
            raise refused(node, "a loop goes through something that has no parts", "write a list or range(3)")
        self.budget.step(node, len(found))
        return found

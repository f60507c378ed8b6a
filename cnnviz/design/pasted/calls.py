"""Calls in pasted Python: functions and classes of the text, torch's own, layers on tensors, and methods."""

import ast
from typing import Any

from cnnviz.design.pasted import builtin_calls, layers
from cnnviz.design.pasted.containers import container
from cnnviz.design.pasted.functional import concatenated, function, size_of
from cnnviz.design.pasted.graph import Graph
from cnnviz.design.pasted.limits import Budget
from cnnviz.design.pasted.methods import method
from cnnviz.design.pasted.modules import module_method, run_sequence
from cnnviz.design.pasted.refusals import beyond, line_of, refused
from cnnviz.design.pasted.values import (
    MODULES,
    OPAQUE,
    Class,
    Container,
    Function,
    Instance,
    Layer,
    LazyShape,
    Library,
    Method,
    Partial,
    Poison,
    Scope,
    Super,
    Tensor,
)

_CONTAINERS = ("Sequential", "ModuleList", "ModuleDict")


class Caller:
    """Calls what is called; `words` lets names that are not known stand for themselves, as print(model) writes them."""

    def __init__(self, graph: Graph, budget: Budget, *, words: bool = False) -> None:
        self.graph, self.budget, self.words = graph, budget, words

    def evaluate(self, node: ast.expr, scope: Scope) -> object:
        """Return what an expression stands for."""
        raise NotImplementedError

    def assign(self, target: ast.expr, value: object, scope: Scope) -> None:
        """Let a target stand for a value."""
        raise NotImplementedError

    def run(self, body: list[ast.stmt], scope: Scope) -> object:
        """Run the statements of a function and return what it returns."""
        raise NotImplementedError

    def iterated(self, node: ast.AST, value: object) -> list[Any]:
        """Return what a loop goes through."""
        raise NotImplementedError

    def call(self, node: ast.AST, what: object, args: list[Any], keywords: dict[str, Any]) -> object:
        """Return what a call returns; raises ModelError for what is not called here."""
        if isinstance(what, Function):
            return self._function(node, what, args, keywords)
        if isinstance(what, Class):
            return self._instance(node, what, args, keywords)
        if isinstance(what, Library):
            return self._library(node, what, args, keywords)
        if isinstance(what, Method):
            return self._method(node, what, args, keywords)
        if isinstance(what, Partial):
            return self.call(node, what.target, [*what.args, *args], {**what.keywords, **keywords})
        if isinstance(what, MODULES):
            return self.forward(node, what, args, keywords)
        if what == OPAQUE:
            return OPAQUE
        raise refused(node, "a call of a function is not allowed", layers.ALLOWED)

    def _function(self, node: ast.AST, what: Function, args: list[Any], keywords: dict[str, Any]) -> object:
        scope = Scope(self._arguments(node, what, args, keywords), what.scope)
        if what.owner is not None and what.bound is not None:
            scope.names |= {"__class__": what.owner, "__self__": what.bound}
        if isinstance(what.node, ast.Lambda):
            return self.evaluate(what.node.body, scope)
        self.budget.deeper(node)
        value = self.run(what.node.body, scope)
        self.budget.depth -= 1
        return value

    def _arguments(self, node: ast.AST, what: Function, args: list[Any], keywords: dict[str, Any]) -> dict[str, object]:
        if what.bound is not None and what.style != "static":
            args = [what.bound, *args]
        wanted = what.node.args
        names = [each.arg for each in (*wanted.posonlyargs, *wanted.args)]
        found: dict[str, object] = dict(zip(names, args, strict=False))
        more, left = args[len(names) :], {}
        if more and wanted.vararg is None:
            raise refused(
                node, f"{what.name[:40]} has at most {len(names)} arguments", f"they are {', '.join(names)}"[:200]
            )
        if wanted.vararg is not None:
            found[wanted.vararg.arg] = tuple(more)
        every = (*names, *(each.arg for each in wanted.kwonlyargs))
        for key, value in keywords.items():
            if key in every and key not in found:
                found[key] = value
            elif wanted.kwarg is not None and key not in found:
                left[key] = value
            else:
                raise refused(
                    node, f"{what.name[:40]} is given {key[:40]} twice, or has no such argument", "give it once"
                )
        if wanted.kwarg is not None:
            found[wanted.kwarg.arg] = left
        for key in every:
            if key in found:
                continue
            if key not in what.defaults:
                raise refused(node, f"{what.name[:40]} needs its {key[:40]}", "give it where it is called")
            value = what.defaults[key]
            if isinstance(value, Poison):
                raise value.error
            found[key] = value
        return found

    def bound(self, node: ast.AST, value: object, instance: object) -> object:
        """Return a member of a class as an attribute of its instance."""
        if isinstance(value, Poison):
            raise value.error
        if not isinstance(value, Function) or value.owner is None:
            return value
        if value.style == "class":
            instance = value.owner
        method = Function(value.node, value.scope, value.defaults, value.owner, instance, value.style)
        return self.call(node, method, [], {}) if value.style == "property" else method

    def _instance(self, node: ast.AST, cls: Class, args: list[Any], keywords: dict[str, Any]) -> object:
        for base in (base for each in cls.lineage() for base in each.bases):
            if isinstance(base, Library) and layers.is_layer(base.path):
                raise beyond(node, f"{cls.node.name[:40]} is a kind of nn.{base.last} of its own")
        made = Instance(cls, line_of(node))
        self._init(node, cls.lineage(), made, args, keywords)
        return made

    def _init(
        self, node: ast.AST, lineage: list[Class], made: Instance, args: list[Any], keywords: dict[str, Any]
    ) -> None:
        """Run the first __init__ along a lineage, or take the layers of an nn.Sequential."""
        for cls in lineage:
            if "__init__" in cls.members.names:
                self.call(node, self.bound(node, cls.members.names["__init__"], made), args, keywords)
                return
        made.ready = True
        if made.cls.derives_from("torch.nn.Sequential"):
            made.items = container(node, "Sequential", args, keywords).items
        elif made.cls.derives_from("torch.nn.ModuleList"):
            made.items = container(node, "ModuleList", args, keywords).items
        elif args or keywords:
            self._fields(node, made, args, keywords)

    def _fields(self, node: ast.AST, made: Instance, args: list[Any], keywords: dict[str, Any]) -> None:
        """Let a dataclass have its fields; any other class without an __init__ takes nothing."""
        fields = [
            each.target.id
            for each in made.cls.node.body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        ]
        known = any("dataclass" in ast.unparse(each) for each in made.cls.node.decorator_list)
        if not known or len(args) > len(fields):
            raise refused(
                node, f"{made.cls.node.name[:40]} has no `__init__` and takes nothing", "write one in the class"
            )
        made.attributes |= {**dict(zip(fields, args, strict=False)), **keywords}

    def _library(self, node: ast.AST, what: Library, args: list[Any], keywords: dict[str, Any]) -> object:
        path = what.path
        if path == "torch.nn.Module" or path.startswith("torch.nn.Module."):
            if path == "torch.nn.Module":
                raise beyond(node, "nn.Module alone computes nothing", "derive a class from it")
            if args and isinstance(args[0], Instance):
                args[0].ready = True
            return None
        if path == "typing.cast" and len(args) == 2:
            return args[1]
        if path.startswith(layers.NN) and path.count(".") == 2:
            if what.last in _CONTAINERS:
                return container(node, what.last, args, keywords)
            return layers.make(node, what.last, args, keywords)
        if path.startswith("torch.nn.utils."):
            return self._parametrised(node, what, args)
        if path.startswith(("torch.nn.functional.", "torch.")):
            return self._of_torch(node, what, args, keywords)
        return builtin_calls.called(self, node, path, args, keywords)

    def _parametrised(self, node: ast.AST, what: Library, args: list[Any]) -> object:
        # Spectral normalisation has the weight's own numbers as parameters, no more.
        if what.last == "spectral_norm" and args and isinstance(args[0], Layer):
            return args[0]
        raise beyond(node, f"the table has no row for a layer changed by {what.last[:40]}")

    def _of_torch(self, node: ast.AST, what: Library, args: list[Any], keywords: dict[str, Any]) -> object:
        if what.last in ("cat", "concat", "concatenate"):
            return concatenated(self.graph, node, args, keywords)
        if "input" in keywords:
            args = [keywords["input"], *args]
            keywords = {key: value for key, value in keywords.items() if key != "input"}
        if args and isinstance(args[0], Tensor):
            return self._on_tensor(node, what.last, args[0], args[1:], keywords)
        if what.last in ("is_available", "is_scripting", "is_tracing", "is_grad_enabled"):
            return False
        if any(isinstance(each, Tensor) for each in (*args, *keywords.values())) or what.last == "stack":
            raise beyond(node, f"the table has no row for {what.path.removeprefix('torch.nn.')[:40]} of this")
        return OPAQUE

    def _on_tensor(self, node: ast.AST, name: str, x: Tensor, args: list[Any], keywords: dict[str, Any]) -> object:
        if name == "size":
            return size_of(node, x, [*args, *keywords.values()])
        if name in ("dim", "ndimension"):
            if x.size is None:
                self.iterated(node, LazyShape())
            return len(x.size or ())
        done = function(name)
        if done is None:
            raise beyond(node, f"the table has no row for {name[:40]}")
        return done(self.graph, node, x, args, keywords)

    def _method(self, node: ast.AST, what: Method, args: list[Any], keywords: dict[str, Any]) -> object:
        owner = what.owner
        if isinstance(owner, Tensor):
            return self._on_tensor(node, what.name, owner, args, keywords)
        if isinstance(owner, Super):
            return self._of_super(node, owner, what.name, args, keywords)
        if isinstance(owner, MODULES):
            return module_method(self, node, owner, what.name, args, keywords)
        if isinstance(owner, LazyShape):
            self.iterated(node, owner)
        return method(self, node, owner, what.name, args, keywords)

    def _of_super(self, node: ast.AST, owner: Super, name: str, args: list[Any], keywords: dict[str, Any]) -> object:
        instance = owner.instance
        if not isinstance(instance, Instance):
            raise refused(node, "super() stands outside of a method", "it belongs into `__init__`")
        lineage = instance.cls.lineage()
        after = lineage[lineage.index(owner.cls) + 1 :] if owner.cls in lineage else []
        if name == "__init__":
            self._init(node, after, instance, args, keywords)
            return None
        for cls in after:
            if name in cls.members.names:
                return self.call(node, self.bound(node, cls.members.names[name], instance), args, keywords)
        if name == "forward" and instance.cls.derives_from("torch.nn.Sequential"):
            return run_sequence(self, node, instance.items, args[0] if args else None)
        return module_method(self, node, instance, name, args, keywords)

    def forward(self, node: ast.AST, module: object, args: list[Any], keywords: dict[str, Any]) -> object:
        """Return what a module makes of a tensor."""
        given = [*args, *keywords.values()]
        if not any(isinstance(each, Tensor) for each in given) and any(each == OPAQUE for each in given):
            # A trial on numbers of the text's own shows nothing that the table does not.
            return OPAQUE
        if isinstance(module, Instance):
            for cls in module.cls.lineage():
                if "forward" in cls.members.names:
                    method = self.bound(node, cls.members.names["forward"], module)
                    return self.call(node, method, args, keywords)
            if module.cls.derives_from("torch.nn.Sequential"):
                return run_sequence(self, node, module.items, args[0] if args else None)
            raise refused(module.cls.node, f"{module.cls.node.name[:40]} has no forward", "write one in the class")
        if len(given) != 1 or not isinstance(given[0], Tensor):
            raise refused(node, "a layer is called with something that is no tensor", "write x = self.conv1(x)")
        x = given[0]
        if isinstance(module, Container):
            if module.kind != "Sequential":
                raise beyond(node, f"an nn.{module.kind} is called", "call what is in it, one after another")
            return run_sequence(self, node, module.items, x)
        if isinstance(module, Layer):
            module.uses += 1
            # A chain of layers is best known by the lines on which they are made, a forward by its own.
            return self.graph.add(module.row, x, module.line, module.inputs, module)
        raise refused(node, "a call of a function is not allowed", layers.ALLOWED)

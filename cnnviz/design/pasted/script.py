"""A whole pasted text -> the network in it: what its statements make, whichever of them could be read.

A statement that is not read, such as the loading of data, says so only where something needs what it makes.
"""

import ast

from cnnviz.design.pasted.modules import inside
from cnnviz.design.pasted.refusals import line_of, refused, spoken
from cnnviz.design.pasted.statements import Left, Returned, Statements
from cnnviz.design.pasted.values import Class, Container, Function, Instance, Layer, Poison, Scope
from cnnviz.errors import ModelError

_CHANGING = frozenset(
    [
        "add_module",
        "register_module",
        "append",
        "extend",
        "insert",
        "pop",
        "remove",
    ]
)
_WRAPPING = ("DataParallel", "DistributedDataParallel", "compile")
_SAME = frozenset(["to", "cuda", "cpu", "eval", "train", "half", "float", "double", "compile"])


class Script:
    """The statements of a text, followed as far as they can be, and the network that they make."""

    def __init__(self, reader: Statements, tree: ast.Module) -> None:
        self._reader, self._tree = reader, tree
        self._scope = Scope({"__name__": "__main__"})
        self._bare: list[tuple[ast.stmt, object]] = []
        self._errors: list[tuple[ast.stmt, ModelError]] = []
        self._lines: dict[str, ast.AST] = {}
        self._follow(tree.body)

    def _follow(self, body: list[ast.stmt]) -> None:
        for statement in body:
            depth = self._reader.budget.depth
            try:
                self._one(statement)
            except ModelError as error:
                self._reader.budget.depth = depth
                self._errors.append((statement, error))
                self._spoil(statement, error)
            except (Returned, Left):
                self._reader.budget.depth = depth
            for name in _assigned(statement):
                self._lines[name] = statement

    def _one(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Constant):
            self._bare.append((statement, self._reader.evaluate(statement.value, self._scope)))
        else:
            self._reader.statement(statement, self._scope)

    def _spoil(self, statement: ast.stmt, error: ModelError) -> None:
        """Let what a statement would have made or changed stand for its error."""
        for name in _assigned(statement):
            self._scope.names[name] = Poison(error)

    def network(self) -> Instance | Container | Layer:
        """Return the one network of the text; raises ModelError where there is none, or more than one."""
        found = self._found()
        for tier in (_is_network, _is_list, _is_layer):
            chosen = [(node, value) for node, value in found if tier(value)]
            inner = {part for _, value in chosen for part in inside(value) if part != id(value)}
            chosen = [(node, value) for node, value in chosen if id(value) not in inner]
            if len(chosen) > 1:
                raise refused(
                    chosen[1][0],
                    f"there is something after the network, {_called(chosen[0])} and {_called(chosen[1])} are two",
                    "paste one nn.Sequential(...) and nothing after it",
                )
            if chosen:
                return _as_network(*chosen[0])
        return self._of_definitions()

    def _found(self) -> list[tuple[ast.AST, object]]:
        named = [(self._lines.get(name, self._tree), value) for name, value in self._scope.names.items()]
        found: dict[int, tuple[ast.AST, object]] = {}
        for node, value in (*self._bare, *named):
            found.setdefault(id(value), (node, value))
        return sorted(found.values(), key=lambda each: line_of(each[0]))

    def _of_definitions(self) -> Instance | Container | Layer:
        """Return the network of a text that only defines it: of its class, or of its function."""
        classes = [each for each in self._scope.names.values() if isinstance(each, Class) and _is_module(each)]
        parts = {name for each in classes for name in _names_in(each.node) if name != each.node.name}
        for statement, error in self._errors:
            if isinstance(statement, ast.Assign | ast.AnnAssign) and _calls(statement, classes):
                raise error
        tops = [each for each in classes if each.node.name not in parts]
        ready = [each for each in tops or classes if not self._needed(each)]
        if len(ready) == 1:
            return self._made(ready[0].node, ready[0])
        if len(ready) > 1:
            names = " and ".join(each.node.name[:40] for each in ready[:3])
            last = ready[-1].node.name[:40]
            raise refused(
                ready[1].node, f"there are several networks, {names}", f"write the one to read below, model = {last}()"
            )
        functions = [
            each
            for each in self._scope.names.values()
            if isinstance(each, Function) and self._makes_network(each, classes)
        ]
        if len(functions) == 1:
            return self._made(functions[0].node, functions[0])
        if functions:
            name = functions[0].name[:40]
            raise refused(
                functions[0].node, "several functions make a network", f"write the one to read below, model = {name}()"
            )
        if tops:
            cls, wanted = tops[-1], self._needed(tops[-1])
            name, given = cls.node.name[:40], ", ".join(f"{each[:20]}=..." for each in wanted[:3])
            instead = f"write below the class, model = {name}({given})"
            raise refused(cls.node, f"{name} needs its {', '.join(wanted)[:80]}", instead)
        raise self._none()

    def _needed(self, cls: Class) -> list[str]:
        for each in cls.lineage():
            init = each.members.names.get("__init__")
            if isinstance(init, Poison):
                raise init.error
            if isinstance(init, Function):
                wanted = init.node.args
                names = [one.arg for one in (*wanted.posonlyargs, *wanted.args)][1:]
                return [name for name in (*names, *(o.arg for o in wanted.kwonlyargs)) if name not in init.defaults]
        return []

    def _makes_network(self, function: Function, classes: list[Class]) -> bool:
        wanted = function.node.args
        names = [each.arg for each in (*wanted.posonlyargs, *wanted.args, *wanted.kwonlyargs)]
        if any(name not in function.defaults for name in names) or not isinstance(function.node, ast.FunctionDef):
            return False
        known = {each.node.name for each in classes} | {"Sequential"}
        returns = (each.value for each in ast.walk(function.node) if isinstance(each, ast.Return))
        return any(isinstance(each, ast.Name | ast.Call) for each in returns) and bool(known & _names_in(function.node))

    def _made(self, node: ast.AST, what: object) -> Instance | Container | Layer:
        made = self._reader.call(node, what, [], {})
        if not isinstance(made, Instance | Container | Layer):
            raise self._none()
        return made

    def _none(self) -> ModelError:
        """Return the sentence for a text without a network: the one about the statement that would have made it."""
        for statement, error in reversed(self._errors):
            if _names_in(statement) & {"Sequential", "Module", "nn", "OrderedDict"}:
                return error
        if self._errors:
            return self._errors[0][1]
        for statement in self._tree.body:
            if not isinstance(statement, ast.Import | ast.ImportFrom):
                what = statement.value if isinstance(statement, ast.Expr | ast.Assign) else statement
                return ModelError(
                    f"Line {line_of(statement)}: {spoken(what)} is no network; paste an nn.Sequential(...)."
                )
        return ModelError("There is no network in the text; paste an nn.Sequential(...) or a class with its forward.")


def _calls(statement: ast.stmt, classes: list[Class]) -> bool:
    names = {each.node.name for each in classes}
    calls = (each.func for each in ast.walk(statement) if isinstance(each, ast.Call))
    return any(isinstance(func, ast.Name) and func.id in names for func in calls)


def _is_module(cls: Class) -> bool:
    """Return whether a class is a network's: it derives from nn.Module, or from something else and has a forward."""
    bases = ("torch.nn.Module", "torch.nn.Sequential")
    return any(map(cls.derives_from, bases)) or any("forward" in each.members.names for each in cls.lineage())


def _is_network(value: object) -> bool:
    if isinstance(value, Instance):
        return _is_module(value.cls)
    return isinstance(value, Container) and value.kind == "Sequential"


def _is_list(value: object) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(each, Layer | Container | Instance) for each in value)
    return isinstance(value, Container) and value.kind == "ModuleList"


def _is_layer(value: object) -> bool:
    return isinstance(value, Layer)


def _as_network(node: ast.AST, value: object) -> Instance | Container | Layer:
    if isinstance(value, list | tuple):
        return Container("Sequential", {str(place): each for place, each in enumerate(value)}, line_of(node))
    if isinstance(value, Container) and value.kind == "ModuleList":
        return Container("Sequential", value.items, value.line)
    assert isinstance(value, Instance | Container | Layer)
    return value


def _called(found: tuple[ast.AST, object]) -> str:
    node, value = found
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    if isinstance(target, ast.Name):
        return target.id[:40]
    return value.cls.node.name[:40] if isinstance(value, Instance) else f"that of line {line_of(node)}"


def _names_in(node: ast.AST) -> set[str]:
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return names | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def _assigned(statement: ast.stmt) -> set[str]:
    """Return the names that a statement gives a value to, or whose value it changes."""
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            if node is statement:
                return {node.name}
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            found |= _root(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
            found |= _root(node.func)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found - _moved(statement)


def _moved(statement: ast.stmt) -> set[str]:
    """Return the names that a statement gives only what they were, on other devices: model = model.cuda()."""
    found = set()
    for node in ast.walk(statement):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        target, function = node.targets[0], node.value.func
        if not isinstance(target, ast.Name) or not isinstance(function, ast.Name | ast.Attribute):
            continue
        moved: ast.expr | None = None
        if isinstance(function, ast.Attribute) and function.attr in _SAME:
            moved = function.value
        elif ast.unparse(function).endswith(_WRAPPING) and node.value.args:
            moved = node.value.args[0]
        if isinstance(moved, ast.Name) and moved.id == target.id:
            found.add(target.id)
    return found


def _root(node: ast.expr) -> set[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def text_inputs(tree: ast.Module) -> tuple[tuple[int, ...], ...]:
    """Return the inputs (C, H, W) that a text tries: torch.randn(1, 3, 32, 32), summary(net, (3, 32, 32))."""
    found: dict[tuple[int, ...], None] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("randn", "rand", "zeros", "ones", "empty"):
            sizes = [node.args[0]] if len(node.args) == 1 else [ast.Tuple(node.args, ast.Load())]
        elif name in ("summary", "profile", "get_model_complexity_info"):
            sizes = [*node.args[1:], *(each.value for each in node.keywords if each.arg == "input_size")]
        else:
            continue
        for size in map(_numbers_of, sizes):
            if len(size) in (3, 4) and max(size) <= 4096:
                # What is made by torch has its batch; of summaries, those of four numbers have it.
                found[size[-3:]] = None
    return tuple(found)[:8]


def _numbers_of(node: ast.expr) -> tuple[int, ...]:
    if not isinstance(node, ast.Tuple | ast.List):
        return ()
    values = [part.value for part in node.elts if isinstance(part, ast.Constant)]
    good = all(isinstance(value, int) and not isinstance(value, bool) and value > 0 for value in values)
    return tuple(values) if good and len(values) == len(node.elts) else ()  # type: ignore[arg-type]

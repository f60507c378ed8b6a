"""Modules of a pasted text: layers one after another, and what a module's own methods do."""

import ast
from typing import Any

from cnnviz.design.pasted.limits import bounded
from cnnviz.design.pasted.reader import Reader
from cnnviz.design.pasted.refusals import beyond, refused
from cnnviz.design.pasted.values import MODULES, OPAQUE, Container, Instance

# They move a module, or say whether it is trained, and give it back.
SAME = frozenset(
    [
        "to",
        "cuda",
        "cpu",
        "eval",
        "train",
        "float",
        "half",
        "double",
        "requires_grad_",
        "apply",
        "share_memory",
        "compile",
        "type",
        "load_state_dict",
    ]
)
_HIDDEN = frozenset(["parameters", "named_parameters", "state_dict", "zero_grad", "register_buffer"])


def run_sequence(caller: Reader, node: ast.AST, items: dict[str, object], x: Any) -> Any:
    """Return what modules make of a tensor, one after another."""
    for module in items.values():
        caller.budget.deeper(node)
        caller.budget.step(node)
        x = caller.forward(node, module, [x], {})
        caller.budget.depth -= 1
    return x


def children(module: object) -> dict[str, object]:
    """Return the modules right inside of a module, by name."""
    if isinstance(module, Container):
        return module.items
    if isinstance(module, Instance):
        found = {name: each for name, each in module.attributes.items() if isinstance(each, MODULES)}
        return found | module.items
    return {}


def module_method(
    caller: Reader, node: ast.AST, module: object, name: str, args: list[Any], keywords: dict[str, Any]
) -> object:
    """Return what a method of nn.Module returns."""
    if name in SAME:
        return module
    if name in _HIDDEN:
        return OPAQUE
    if name in ("modules", "named_modules"):
        # What a loop does to all modules is set their first weights.
        return []
    if name in ("forward", "__call__"):
        return caller.forward(node, module, args, keywords)
    if name in ("children", "values"):
        return list(children(module).values())
    if name in ("named_children", "items"):
        return list(children(module).items())
    if name == "keys":
        return list(children(module))
    if name in ("add_module", "register_module"):
        given = [*args, *(keywords[key] for key in ("name", "module") if key in keywords)]
        if len(given) == 2 and isinstance(given[0], str) and isinstance(module, Container | Instance):
            set_module(node, module, given[0], given[1])
            return None
    if name in ("append", "extend", "insert") and isinstance(module, Container | Instance):
        _grow(caller, node, module, name, args)
        return module
    raise beyond(node, f"the table has no row for what .{name[:40]} does")


def set_module(node: ast.AST, module: Container | Instance, name: str, value: object) -> None:
    """Let a module have another one inside, under a name."""
    if value is not None and not isinstance(value, MODULES):
        raise refused(node, f"{name[:40]} is no layer", "write one such as nn.Conv2d(1, 20, 5)")
    inside = module.items
    if isinstance(module, Instance) and not module.cls.derives_from("torch.nn.Sequential"):
        inside = module.attributes
    inside[name] = value
    bounded(node, inside)


def _grow(caller: Reader, node: ast.AST, module: Container | Instance, name: str, args: list[Any]) -> None:
    found = list(module.items.values())
    if name == "append" and len(args) == 1:
        found.append(args[0])
    elif name == "extend" and len(args) == 1:
        found += caller.iterated(node, args[0])
    elif name == "insert" and len(args) == 2 and isinstance(args[0], int):
        found.insert(*args)
    else:
        raise refused(node, f".{name} takes a layer", "write layers.append(nn.ReLU())")
    if not all(isinstance(each, MODULES) for each in found):
        raise refused(node, "what is appended is no layer", "write one such as nn.Conv2d(1, 20, 5)")
    names = [*module.items, *(str(place) for place in range(len(module.items), len(found)))]
    module.items.clear()
    module.items.update(zip(names, found, strict=True))
    bounded(node, module.items)


def inside(module: object) -> dict[int, tuple[str, object]]:
    """Return every module inside of a module, once, by its identity, with the name under which torch knows it."""
    found: dict[int, tuple[str, object]] = {}
    open_ = [("", module)]
    while open_:
        path, each = open_.pop()
        if id(each) in found:
            continue
        found[id(each)] = path, each
        parts = enumerate(each) if isinstance(each, list | tuple) else children(each).items()
        open_ += [(f"{path}.{name}" if path else str(name), part) for name, part in parts]
    return found

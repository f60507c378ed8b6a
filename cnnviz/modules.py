"""Which modules a model is made of and what they are called: those that it registers, and those in its attributes.

    >>> [name for name, _ in modules_of(torch.compile(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())))]
    ['', '0', '1']

A module in a plain list, dict, dataclass, functools.partial or closure is called after the way to it: "layers.0". What
torch.compile wraps around a module is seen through, and has no name of its own.
"""

import copyreg
import functools
import sys
import types
import weakref
from argparse import Namespace
from collections import deque
from collections.abc import Iterator
from enum import Enum
from typing import Any

from torch import Tensor, nn
from torch.jit import ScriptModule

from cnnviz.errors import ModelError

PLAIN = frozenset((bool, int, float, complex, str, bytes, type(None)))
# What every module has: its parts, and hooks.
OWN = frozenset(vars(nn.Module()))
# Objects of these packages are left alone: none holds a model's layers, and many hold a whole process.
_CLOSED = sys.stdlib_module_names | {"torch", "numpy"}


def modules_of(model: nn.Module) -> list[tuple[str, nn.Module]]:
    """Return all modules with their names, each once, those that are registered first and in their order.

    Raises ModelError for TorchScript, whose calls Python does not see.
    """
    found: dict[int, tuple[str, nn.Module]] = {}
    _register("", model, found)
    every = list(found.values())
    for name, module in every:
        if is_torchs_own(module):
            continue
        known = len(found)
        for path, other in _hidden(module):
            _register(f"{name}.{path}" if name else path, other, found)
        every += list(found.values())[known:]
    return every


def registered_in(model: nn.Module) -> list[nn.Module]:
    """Return the modules that `model` registers, each once; raise ModelError for TorchScript, and for no module."""
    if not isinstance(model, nn.Module):
        raise ModelError(f"This is a {type(model).__name__}, not a network: it should be a torch.nn.Module.")
    found: dict[int, tuple[str, nn.Module]] = {}
    _register("", model, found)
    return [module for _, module in found.values()]


def compiled_in(module: nn.Module) -> nn.Module | None:
    """Return the module inside of what torch.compile returns, and None for any other module."""
    inner: nn.Module | None = None
    if type(module).__name__ == "OptimizedModule":
        inner = vars(module)["_modules"].get("_orig_mod")
    return inner


def eager(module: nn.Module) -> nn.Module:
    """Return the module inside of what torch.compile returns, and any other module as it is."""
    inner = compiled_in(module)
    return module if inner is None else eager(inner)


def kind_of(module: nn.Module) -> str:
    """Return a module's type: "Conv2d" for a layer of torch.nn, with torch.nn.utils.parametrize as well."""
    return _type_of(module).__name__


def is_torchs_own(module: nn.Module) -> bool:
    """Return whether a module is one of torch.nn."""
    return _type_of(module).__module__.startswith("torch.nn.modules")


def _type_of(module: nn.Module) -> type[nn.Module]:
    kind = type(module)
    while kind.__module__ == "torch.nn.utils.parametrize" and kind.__name__.startswith("Parametrized"):
        # Parametrising a layer gives it a class of its own, derived from the layer's.
        kind = kind.__bases__[0]
    return kind


def _register(name: str, module: nn.Module, found: dict[int, tuple[str, nn.Module]]) -> None:
    module = eager(module)
    if id(module) in found:
        return
    if isinstance(module, ScriptModule):
        raise ModelError(
            f"{name or 'The model'} is TorchScript, which runs out of Python's sight; use the Python model that it was "
            "made from."
        )
    found[id(module)] = name, module
    for key, child in module._modules.items():
        if child is not None:
            _register(f"{name}.{key}" if name else key, child, found)


def _hidden(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Yield the modules that lie in a module's attributes, with the way to each."""
    ways = [(key, value) for key, value in vars(module).items() if key not in OWN and type(value) not in PLAIN]
    ways.reverse()
    seen: dict[int, Any] = {}
    while ways:
        path, value = ways.pop()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        if isinstance(value, ScriptModule) or type(value) in weakref.ProxyTypes:
            continue
        if isinstance(value, nn.Module):
            yield path, value
        else:
            inner = [(name, item) for name, item in _parts(value) if type(item) not in PLAIN]
            # The first is looked at first.
            ways += [(f"{path}.{name}" if name else path, item) for name, item in reversed(inner)]


def _parts(value: Any) -> list[tuple[str, Any]]:
    """Return what lies in a container, a function or an object, with a name for each part."""
    if isinstance(value, list | tuple | set | frozenset | deque):
        return [] if PLAIN.issuperset(map(type, value)) else [(str(place), item) for place, item in enumerate(value)]
    if isinstance(value, dict):
        return [] if PLAIN.issuperset(map(type, value.values())) else [(str(key), item) for key, item in value.items()]
    if type(value) is functools.partial:
        return [("", value.func), *_parts(value.args), *_parts(value.keywords)]
    if isinstance(value, types.MethodType):
        return [("", value.__self__)]
    if isinstance(value, types.FunctionType):
        cells = zip(value.__code__.co_freevars, value.__closure__ or (), strict=True)
        held = [(name, cell.cell_contents) for name, cell in cells if not is_empty(cell)]
        return [*held, *_parts(value.__defaults__ or ()), *_parts(value.__kwdefaults__ or {})]
    return list(state_of(value).items())


def is_empty(cell: types.CellType) -> bool:
    """Return whether a variable that a function closes over has no value yet."""
    try:
        _ = cell.cell_contents
    except ValueError:
        return True
    return False


def state_of(value: Any) -> dict[str, Any]:
    """Return the attributes of an object of a model author's own class; nothing for any other value."""
    kind = type(value)
    if isinstance(value, type | types.ModuleType | Enum | BaseException | Tensor) or hasattr(kind, "__del__"):
        return {}
    if kind.__module__.partition(".")[0] in _CLOSED and not issubclass(kind, types.SimpleNamespace | Namespace):
        return {}
    state = dict(getattr(value, "__dict__", {}))
    # No public function knows all slots of a class and its bases; torch.nn uses this one too.
    slots: list[str] = copyreg._slotnames(kind)  # type: ignore[attr-defined]
    state.update((name, getattr(value, name)) for name in slots if hasattr(value, name))
    return state

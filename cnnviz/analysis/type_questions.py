"""Whether a model's code asks for types by `type(x)`, which tells the sizes of a trace from plain ones.

A size of a trace is an int to isinstance and to whatever calculates with it, but not to `type`. Where a question may
come, a model is traced with plain sizes as well.
"""

import dis
import sys
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import torch
from torch import nn

from cnnviz.modules import modules_of

# Libraries that have no questions of this kind for the sizes of a tensor, or whose answers are the same.
_APART = frozenset((*sys.stdlib_module_names, "torch", "numpy"))
_DATA = frozenset((bool, int, float, str, type(None), dict, set, OrderedDict, nn.Parameter, torch.Tensor))


def asks_types(model: nn.Module) -> bool:
    """Return whether what a model runs, as far as names and attributes lead to it, calls `type`, or asks for the types
    of what NumPy makes of sizes.
    """
    numpys = kinds = False
    for function, _ in functions_of(model):
        codes = list(_codes(function.__code__))
        if any("type" in code.co_names and _loads_type(code) for code in codes):
            return True
        names = {name for code in codes for name in code.co_names}
        # NumPy makes no numbers of its own of a trace's sizes, which isinstance and dtype can tell.
        numpys = numpys or any(_is_numpys(function, name) for name in names)
        kinds = kinds or not _KINDS.isdisjoint(names)
        if numpys and kinds:
            return True
    return False


def functions_of(model: nn.Module) -> Iterator[tuple[FunctionType, type | None]]:
    """Yield the functions that a model runs, as far as names and attributes lead to them, each with the class whose
    method it is.
    """
    functions: dict[tuple[FunctionType, type | None], None] = {}
    apart: dict[type, bool] = {}
    for _, module in modules_of(model):
        kind = type(module)
        if kind not in apart:
            # Of torch's own layers those of a Transformer keep a function.
            apart[kind] = _apart(kind.__module__) and not kind.__name__.startswith("Transformer")
            functions |= {(function, kind): None for function in _functions(_attribute(kind, "forward"))}
        held = [] if apart[kind] else list(vars(module).values())
        held += [*module._forward_pre_hooks.values(), *module._forward_hooks.values()]
        functions |= {(function, None): None for function in _held(held)}
    waiting, seen = list(functions), set()
    while waiting:
        function, owner = waiting.pop()
        if (function, owner) in seen or _apart(function.__globals__.get("__name__")):
            continue
        seen.add((function, owner))
        yield function, owner
        names = {name for code in _codes(function.__code__) for name in code.co_names}
        waiting += [(found, owner) for item in named_in(function, names, owner) for found in _functions(item)]


def _held(values: Iterable[Any]) -> Iterator[FunctionType]:
    for value in values:
        kind = type(value)
        if kind is list or kind is tuple:
            yield from _held(value)
        elif kind not in _DATA:
            yield from _functions(value)


_KINDS = frozenset(("isinstance", "issubclass", "dtype", "isscalar", "issubdtype"))


def _is_numpys(function: FunctionType, name: str) -> bool:
    """Return whether a name is NumPy, or a function or type of its."""
    found = function.__globals__.get(name)
    if found is None:
        return name == "numpy"  # imported where it is used
    if type(found) is ModuleType:
        owner = found.__name__
    else:
        owner = getattr(found, "__module__", None) or type(found).__module__
    return isinstance(owner, str) and owner.partition(".")[0] == "numpy"


def named_in(function: FunctionType, names: set[str], owner: type | None) -> Iterator[Any]:
    """Yield what a function names: what it closes over, its defaults, its module's variables, and attributes of its
    class.
    """
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    yield from (cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell))
    for found in [function.__globals__[name] for name in names if name in function.__globals__]:
        yield found
        if type(found) is ModuleType and not _apart(found.__name__):
            yield from (vars(found)[name] for name in names if name in vars(found))
    if owner is not None:
        yield from (_attribute(owner, name) for name in names)


def _functions(item: Any) -> Iterator[FunctionType]:
    """Return the Python functions behind what can be called or read as an attribute."""
    while True:
        if isinstance(item, partial):
            item = item.func
        elif isinstance(item, MethodType | staticmethod | classmethod):
            item = item.__func__
        elif isinstance(item, property):
            item = item.fget
        elif isinstance(item, FunctionType) and "__wrapped__" in vars(item):
            item = vars(item)["__wrapped__"]
        else:
            break
    if isinstance(item, FunctionType):
        yield item
    elif isinstance(item, type) and not issubclass(item, nn.Module) and not _apart(item.__module__):
        for name in ("__init__", "__call__", "forward"):
            yield from _functions(vars(item).get(name))
    else:
        call = _attribute(type(item), "__call__")
        if isinstance(call, FunctionType):
            yield call


def _attribute(owner: type, name: str) -> Any:
    return next((vars(kind)[name] for kind in owner.__mro__ if name in vars(kind)), None)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _loads_type(code: CodeType) -> bool:
    return any(
        step.argval == "type" and step.opname in ("LOAD_GLOBAL", "LOAD_NAME") for step in dis.get_instructions(code)
    )


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _apart(name: str | None) -> bool:
    return (name or "").partition(".")[0] in _APART

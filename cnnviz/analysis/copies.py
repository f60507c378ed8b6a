"""Copies of all that a model holds, each thing once, so that what a run writes is written to the copies.

Modules and parameters are stood in for; lists, dicts, objects of one's own classes, methods, functools.partials and
functions with what they close over are copied as deep as they go. Tensors, and objects of other packages, are shared.
"""

import copy
import functools
import types
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.utils.hooks import RemovableHandle

from cnnviz.analysis.unusual import is_plain, refused
from cnnviz.analysis.values import asks_for_values
from cnnviz.errors import ModelError
from cnnviz.modules import OWN, PLAIN, compiled_in, is_empty, state_of

_HOOKS = ("_forward_hooks", "_forward_pre_hooks")
_WEAK = frozenset((weakref.ReferenceType, *weakref.ProxyTypes))
# What torch.compile leaves at a module: nothing that a run in Python needs.
_COMPILED = frozenset(("_compiled_call_impl", "dynamo_ctx", "_torchdynamo_orig_callable", "get_compiler_config"))


def meta_like(tensor: Tensor) -> Tensor:
    """Return a tensor of the same size, strides and type that has no storage behind it."""
    return torch.empty_strided(tensor.size(), tensor.stride(), dtype=tensor.dtype, device="meta")


class Copies:
    """What was copied so far, by the id of what each copy stands for.

    `twins` are parameters on the meta device by the id of the parameter, `parameters` the parameters that modules have,
    and `tensors` all others that were met.
    """

    def __init__(self) -> None:
        self.twins: dict[int, Tensor] = {}
        self.parameters: list[nn.Parameter] = []
        self.tensors: list[Tensor] = []
        self._made: dict[int, Any] = {}
        self._originals: list[Any] = []
        self._unfilled: list[nn.Module] = []
        self._states: list[tuple[Any, Any]] = []
        self._empty: list[dict[str, Any]] = []

    def module(self, module: nn.Module) -> nn.Module:
        """Return the copy of a module in eval mode, which is filled by `fill`."""
        made: nn.Module | None = self._made.get(id(module))
        if made is None:
            made = self._made[id(module)] = object.__new__(type(module))
            self._unfilled.append(module)
        return made

    def fill(self) -> None:
        """Give all copies of modules what the modules hold, and that of the modules met there too."""
        for module in self._unfilled:
            self._fill(module)
        self._originals += self._unfilled
        self._unfilled = []

    def restore(self) -> None:
        """Give all copies what they held at first."""
        for made, state in self._states:
            if isinstance(made, types.CellType):
                made.cell_contents = state
            elif isinstance(made, list):
                made[:] = state
            else:
                made.clear()
                made.extend(state) if isinstance(made, deque) else made.update(state)
        for value in self._empty:
            if value:
                value.clear()

    def _fill(self, module: nn.Module) -> None:
        attributes, state = vars(module), {}
        for name, value in attributes.items():
            if type(value) in PLAIN or name in _COMPILED:
                state[name] = value
            elif name not in OWN:
                state[name] = self.of(value)
            elif value:
                state[name] = self._own(module, name, value)
            else:
                made = state[name] = type(value)()
                self._empty.append(made)
        state["training"] = False
        if "_compiled_call_impl" in state:
            state["_compiled_call_impl"] = None
        if (inner := compiled_in(module)) is not None:
            state["forward"] = self.module(inner)
        vars(self._made[id(module)]).update(state)
        self._states.append((vars(self._made[id(module)]), state))

    def _own(self, module: nn.Module, name: str, value: Any) -> Any:
        """Return what every module has: its parts, and its hooks."""
        made: Any
        if name == "_parameters":
            made = {key: item if item is None else self._parameter(item) for key, item in value.items()}
        elif name == "_buffers":
            self.tensors += [item for item in value.values() if item is not None]
            made = dict(value)
        elif name == "_modules":
            made = {key: None if child is None else self.module(child) for key, child in value.items()}
        elif name in _HOOKS:
            made = self._hooks(value)
            made.update((key, self._hook(hook)) for key, hook in value.items())
        else:
            made = value.copy()
        self._states.append((made, made.copy()))
        return made

    def of(self, value: Any) -> Any:
        """Return what stands for a value: the copy, made when it is met for the first time, or the value itself."""
        if type(value) in PLAIN or (type(value) is tuple and PLAIN.issuperset(map(type, value))):
            return value
        if isinstance(value, Tensor):
            if isinstance(value, nn.Parameter):
                return self._parameter(value)
            self.tensors.append(value)
            return value
        if id(value) in self._made:
            return self._made[id(value)]
        if type(value) in _WEAK:
            return self._weak(value)
        if isinstance(value, nn.Module):
            return value if isinstance(value, torch.jit.ScriptModule) else self.module(value)
        try:
            made = self._copied(value)
        except ModelError:
            raise
        except Exception:
            made = value  # what refuses to be copied is shared
        return self._keep(value, made)

    def _weak(self, value: Any) -> Any:
        """Return a weak reference to the copy of a module or parameter, as a child has one to its parent."""
        target = value() if type(value) is weakref.ReferenceType else value.__init__.__self__
        if not isinstance(target, nn.Module | nn.Parameter):
            return value
        made = self.of(target)
        return weakref.ref(made) if type(value) is weakref.ReferenceType else weakref.proxy(made)

    def _keep(self, value: Any, made: Any) -> Any:
        # An id is one only as long as its object lives.
        self._originals.append(value)
        self._made[id(value)] = made
        return made

    def _copied(self, value: Any) -> Any:
        if isinstance(value, list | deque):
            return self._list(value)
        if isinstance(value, dict):
            return self._dict(value)
        if isinstance(value, set):
            made = self._keep(value, copy.copy(value))
            made.clear()
            made.update(map(self.of, value))
            self._states.append((made, made.copy()))
            return made
        if isinstance(value, tuple):
            parts = tuple(map(self.of, value))
            return parts if type(value) is tuple else value._make(parts) if hasattr(value, "_make") else value
        if isinstance(value, types.MethodType):
            return types.MethodType(value.__func__, self.of(value.__self__))
        if type(value) is functools.partial:
            return functools.partial(self.of(value.func), *map(self.of, value.args), **self.of(value.keywords))
        if isinstance(value, types.FunctionType):
            return self._function(value)
        return self._handle(value) if isinstance(value, RemovableHandle) else self._object(value)

    def _list(self, value: Any) -> Any:
        made = self._keep(value, copy.copy(value))
        if not PLAIN.issuperset(map(type, value)):
            made.clear()
            made.extend(map(self.of, value))
        self._states.append((made, list(made)))
        return made

    def _dict(self, value: Any) -> Any:
        made = self._keep(value, copy.copy(value))
        if any(isinstance(key, nn.Module) for key in value):
            made.clear()
            made.update((self.of(key), self.of(item)) for key, item in value.items())
        elif not PLAIN.issuperset(map(type, value.values())):
            for key, item in value.items():
                dict.__setitem__(made, key, self.of(item))
        self._states.append((made, dict(made)))
        return made

    def _object(self, value: Any) -> Any:
        state = state_of(value)
        if not state:
            return value
        kind = type(value)
        made = self._keep(value, kind() if isinstance(value, types.SimpleNamespace) else object.__new__(kind))
        attributes = vars(made) if hasattr(made, "__dict__") else {}
        for name, item in state.items():
            if name in getattr(value, "__dict__", ()):
                attributes[name] = self.of(item)
            else:
                object.__setattr__(made, name, self.of(item))
        self._states.append((attributes, dict(attributes)))
        return made

    def _function(self, value: types.FunctionType) -> types.FunctionType:
        """Return a function that finds copies in the variables that it closes over, and in its module's."""
        held, owner = value.__globals__, value.__module__ or "torch"
        names = [name for name in _names_in(value.__code__) if name in held]
        shares = not any(_may_hold(held[name], held) for name in names)
        given = self.of(value.__defaults__), self.of(value.__kwdefaults__)
        if owner.partition(".")[0] == "torch" or not (value.__closure__ or value.__defaults__ or not shares):
            return value
        made_globals = held if shares else self._made.get(id(held))
        if made_globals is None:
            # Only what is looked up: a report shall not keep alive all that there is in a notebook.
            made_globals = self._keep(held, {name: held[name] for name in held if name.startswith("__")})
        cells = tuple(map(self._cell, value.__closure__ or ()))
        made = types.FunctionType(value.__code__, made_globals, value.__name__, None, cells)
        self._keep(value, made)
        made.__defaults__, made.__kwdefaults__ = given
        made.__qualname__, made.__module__ = value.__qualname__, value.__module__
        made.__dict__.update(value.__dict__)
        if not shares:
            made_globals.update((name, self.of(held[name])) for name in names if name not in made_globals)
            self._states.append((made_globals, made_globals.copy()))
        return made

    def _cell(self, cell: types.CellType) -> types.CellType:
        made: types.CellType | None = self._made.get(id(cell))
        if made is None:
            made = self._keep(cell, types.CellType())
            if not is_empty(cell):  # one may hold the function itself, which comes back to this cell
                made.cell_contents = self.of(cell.cell_contents)
                self._states.append((made, made.cell_contents))
        return made

    def _parameter(self, parameter: nn.Parameter) -> Tensor:
        if is_lazy(parameter):
            raise ModelError(
                "The model has lazy layers that have not seen an input yet; run it once before analysing it."
            )
        if not is_plain(parameter):
            raise refused(parameter)
        if id(parameter) not in self.twins:
            self.parameters.append(parameter)
            self.twins[id(parameter)] = nn.Parameter(meta_like(parameter), requires_grad=parameter.requires_grad)
        return self.twins[id(parameter)]

    def _hooks(self, hooks: Any) -> Any:
        """Return the dict that stands for one of hooks."""
        made = self._made.get(id(hooks))
        return self._keep(hooks, OrderedDict()) if made is None else made

    def _handle(self, handle: RemovableHandle) -> RemovableHandle:
        """Return a handle that removes the copy of a hook."""
        hooks = handle.hooks_dict_ref()
        if hooks is None:
            return handle
        made = copy.copy(handle)
        made.hooks_dict_ref = weakref.ref(self._hooks(hooks))
        made.extra_dict_ref = ()
        return made

    def _hook(self, hook: Callable[..., Any]) -> Callable[..., Any]:
        owner = getattr(hook, "__module__", None) or type(hook).__module__
        return hook if owner.partition(".")[0] == "torch" else _without_values(self.of(hook))


def _without_values(hook: Callable[..., Any]) -> Callable[..., Any]:
    def run(*arguments: Any, **keywords: Any) -> Any:
        try:
            return hook(*arguments, **keywords)
        except Exception as error:
            if asks_for_values(error):
                return None
            raise

    return run


def _names_in(code: types.CodeType) -> set[str]:
    """Return the names that a function and the functions in it look up."""
    inner = (_names_in(each) for each in code.co_consts if isinstance(each, types.CodeType))
    return set(code.co_names).union(*inner)


def _may_hold(value: Any, held: dict[str, Any]) -> bool:
    """Return whether a module's variable may hold what a function writes to, or a part of a model."""
    if isinstance(value, types.FunctionType):
        return value.__globals__ is held
    return isinstance(value, list | dict | set | deque | nn.Module | Tensor | RemovableHandle) or bool(state_of(value))

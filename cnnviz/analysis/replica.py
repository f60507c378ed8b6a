"""A stand-in for a model that can be run without the model noticing."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from types import MethodType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from cnnviz.errors import ModelError

_HOOKS = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_pre_hooks_with_kwargs",
    "_forward_hooks_always_called",
)


_PLAIN = frozenset((bool, int, float, str, type(None)))
_CONTAINERS = frozenset((list, dict, set, OrderedDict))


def meta_like(tensor: Tensor) -> Tensor:
    """Return a tensor of the same size, strides and type that has no storage behind it."""
    return torch.empty_strided(tensor.size(), tensor.stride(), dtype=tensor.dtype, device="meta")


@dataclass(eq=False)
class Replica:
    """A stand-in for a model: its modules over again, and `twins`, parameters on the meta device by the id of the
    parameter that each stands for. `parameters` and `tensors` are the model's own, the latter all that it holds.
    """

    model: nn.Module
    twins: dict[int, Tensor]
    parameters: list[Tensor]
    tensors: list[Tensor]
    modules: list[nn.Module]

    def remembered(self) -> Callable[[], None]:
        """Return a function that gives all modules back the attributes that they have now."""
        states = []
        for module in self.modules:
            attributes = vars(module)
            held = {name: value for name, value in attributes.items() if type(value) in _CONTAINERS}
            containers = {name: value.copy() for name, value in held.items() if value}
            # A module has a dozen dicts of hooks, as a rule all empty: these are not copied.
            empty = [value for value in held.values() if not value]
            states.append((attributes, dict(attributes), containers, empty))

        def restore() -> None:
            for attributes, state, containers, empty in states:
                attributes.clear()
                attributes.update(state)
                for value in empty:
                    if value:
                        value.clear()
                attributes.update({name: value.copy() for name, value in containers.items()})

        return restore


def replica(model: nn.Module) -> Replica:
    """Return a stand-in for a model, in eval mode.

    Buffers stay as they are: a forward may read them. What a forward writes to its modules is written to the copies.
    A person's own hooks are left out, because they may keep what they are given; those of torch.nn.utils, which make
    weights, are not. Raises ModelError for lazy layers and TorchScript.
    """
    copies: dict[int, nn.Module] = {}
    modules = list(model.named_modules())
    for name, module in modules:
        if isinstance(module, torch.jit.ScriptModule):
            raise ModelError(f"{name or 'The model'} is compiled TorchScript; analyse the Python model it came from.")
        copies[id(module)] = object.__new__(type(module))
    twins: dict[int, Tensor] = {}
    parameters: list[Tensor] = []
    tensors: list[Tensor] = []
    for _, module in modules:
        attributes = vars(module)
        state = {
            name: value if type(value) in _PLAIN else _redirect(value, copies) for name, value in attributes.items()
        }
        state["training"] = False
        state["_modules"] = {name: child and copies[id(child)] for name, child in module._modules.items()}
        state["_parameters"] = {name: _twin(value, twins, parameters) for name, value in module._parameters.items()}
        state["_buffers"] = dict(module._buffers)
        for hooks in _HOOKS:
            state[hooks] = OrderedDict()
            if attributes[hooks]:
                state[hooks].update(
                    (key, hook) for key, hook in attributes[hooks].items() if _makes_weights(module, key)
                )
        vars(copies[id(module)]).update(state)
        tensors += [item for item in module._buffers.values() if item is not None]
        tensors += [item for item in attributes.values() if isinstance(item, Tensor)]
    return Replica(copies[id(model)], twins, parameters, parameters + tensors, list(copies.values()))


def _copied(value: Any) -> Any:
    return value.copy() if type(value) in _CONTAINERS else value


def _twin(parameter: nn.Parameter | None, twins: dict[int, Tensor], found: list[Tensor]) -> Tensor | None:
    if parameter is None:
        return None
    if is_lazy(parameter):
        raise ModelError("The model has lazy layers that have not seen an input yet; run it once before analysing it.")
    if id(parameter) not in twins:
        found.append(parameter)
        twins[id(parameter)] = nn.Parameter(meta_like(parameter), requires_grad=parameter.requires_grad)
    return twins[id(parameter)]


def _redirect(value: Any, copies: dict[int, nn.Module]) -> Any:
    """Return an attribute for the copy: methods and modules lead to copies, containers are its own."""
    if type(value) in (OrderedDict, set):
        return value.copy()
    if isinstance(value, nn.Module):
        return copies.get(id(value), value)
    if isinstance(value, MethodType) and id(value.__self__) in copies:
        return MethodType(value.__func__, copies[id(value.__self__)])
    if type(value) is list:
        return [_redirect(item, copies) for item in value]
    if type(value) is tuple:
        return tuple(_redirect(item, copies) for item in value)
    if type(value) is dict:
        return {key: _redirect(item, copies) for key, item in value.items()}
    return _copied(value)


def _makes_weights(module: nn.Module, key: int) -> bool:
    hook = module._forward_pre_hooks.get(key) or module._forward_hooks.get(key)
    owner = getattr(hook, "__module__", None) or type(hook).__module__
    return owner.startswith("torch.nn.utils")

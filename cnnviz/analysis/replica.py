"""A stand-in for a model that can be run without the model noticing."""

from collections import OrderedDict
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


def meta_like(tensor: Tensor) -> Tensor:
    """Return a tensor of the same size, strides and type that has no storage behind it."""
    return torch.empty_strided(tensor.size(), tensor.stride(), dtype=tensor.dtype, device="meta")


def replica(model: nn.Module) -> tuple[nn.Module, dict[int, Tensor]]:
    """Return the model's modules over again, in eval mode, with parameters on the meta device; and those by the id of
    the parameter they stand for.

    Buffers stay as they are: a forward may read them. What a forward writes to its modules is written to the copies.
    A person's own hooks are left out, because they may keep what they are given; those of torch.nn.utils, which make
    weights, are not. Raises ModelError for lazy layers and TorchScript.
    """
    copies: dict[int, nn.Module] = {}
    twins: dict[int, Tensor] = {}
    for name, module in model.named_modules():
        if isinstance(module, torch.jit.ScriptModule):
            raise ModelError(f"{name or 'The model'} is compiled TorchScript; analyse the Python model it came from.")
        copies[id(module)] = object.__new__(type(module))
    for module in model.modules():
        attributes = vars(module).items()
        state = {name: value if type(value) in _PLAIN else _redirect(value, copies) for name, value in attributes}
        state["training"] = False
        state["_modules"] = {name: child and copies[id(child)] for name, child in module._modules.items()}
        state["_parameters"] = {name: _twin(value, twins) for name, value in module._parameters.items()}
        state["_buffers"] = dict(module._buffers)
        for hooks in _HOOKS:
            kept = {key: hook for key, hook in vars(module)[hooks].items() if _makes_weights(module, key)}
            state[hooks] = OrderedDict(kept)
        vars(copies[id(module)]).update(state)
    return copies[id(model)], twins


def _twin(parameter: nn.Parameter | None, twins: dict[int, Tensor]) -> Tensor | None:
    if parameter is None:
        return None
    if is_lazy(parameter):
        raise ModelError("The model has lazy layers that have not seen an input yet; run it once before analysing it.")
    if id(parameter) not in twins:
        twins[id(parameter)] = nn.Parameter(meta_like(parameter), requires_grad=False)
    return twins[id(parameter)]


def _redirect(value: Any, copies: dict[int, nn.Module]) -> Any:
    """Return an attribute for the copy: methods and modules lead to copies, containers are its own."""
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
    return value.copy() if type(value) in (set, OrderedDict) else value


def _makes_weights(module: nn.Module, key: int) -> bool:
    hook = module._forward_pre_hooks.get(key) or module._forward_hooks.get(key)
    owner = getattr(hook, "__module__", None) or type(hook).__module__
    return owner.startswith("torch.nn.utils")

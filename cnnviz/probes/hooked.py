"""Outputs of some modules by hooks on these alone: a fraction of what it costs to observe, and name, every call."""

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import accumulate
from typing import Any
from weakref import WeakSet

import torch
from torch import Tensor, nn
from torch._C._functorch import is_functorch_wrapped_tensor

from cnnviz.calls import eagerly, is_leaf, lock_of
from cnnviz.modules import eager
from cnnviz.nested import first_tensor
from cnnviz.probes.partial_forward import Enough

_FUNCTIONS = frozenset((*dir(torch), *dir(nn.functional), *dir(Tensor)))
_SECOND = re.compile(r"_\d+$")
# Models that wrote into what was kept by a function, which no hook sees.
_written_into: "WeakSet[nn.Module]" = WeakSet()


def hooked(model: nn.Module, batch: Tensor, wanted: set[str]) -> dict[str, Tensor] | None:
    """Return the outputs of the calls with these names as `activations` does, None where only observing tells them.

    That is for names of functions and of second calls, for a model in training, which would be changed by a run that
    has to be made again, and wherever something fails or writes into what a module gave.
    """
    model = eager(model)
    modules = _modules(model, wanted)
    if modules is None:
        return None
    kept: dict[str, tuple[Tensor, int]] = {}
    by_storage: dict[int, list[str]] = {}
    thread = threading.get_ident()

    def keep(name: str) -> Callable[..., None]:
        def hook(module: nn.Module, arguments: tuple[Any, ...], output: Any) -> None:
            tensor = first_tensor(output)
            if threading.get_ident() != thread or name in kept or tensor is None:
                return
            if is_functorch_wrapped_tensor(tensor):
                raise TypeError("a transform of torch.func runs, whose tensors are of no use after it")
            tensor = tensor.detach()
            kept[name] = tensor, tensor._version
            by_storage.setdefault(tensor.untyped_storage().data_ptr(), []).append(name)
            if len(kept) == len(wanted):
                raise Enough

        return hook

    def copy(module: nn.Module, arguments: tuple[Any, ...]) -> None:
        """Copy what the module is about to write into."""
        if threading.get_ident() != thread or not arguments or not isinstance(arguments[0], Tensor):
            return
        for name in by_storage.pop(arguments[0].untyped_storage().data_ptr(), ()):
            tensor = kept[name][0].clone()
            kept[name] = tensor, tensor._version

    with lock_of(model), eagerly():
        handles = [modules[name].register_forward_hook(keep(name)) for name in wanted]
        handles += [
            each.register_forward_pre_hook(copy, prepend=True)
            for each in modules.values()
            if vars(each).get("inplace") is True
        ]
        try:
            with suppress(Enough):
                model(batch)
        except Exception:
            return None  # which observing tells in a sentence
        finally:
            for handle in handles:
                handle.remove()
    if any(tensor._version != version for tensor, version in kept.values()):
        _written_into.add(model)
        return None
    return {name: tensor for name, (tensor, _) in kept.items()} if len(kept) == len(wanted) else None


def _modules(model: nn.Module, wanted: set[str]) -> dict[str, nn.Module] | None:
    """Return the modules by name where those wanted are calls of that name whatever the model does, else None."""
    # Under torch.inference_mode() nothing counts the writes.
    if not wanted or model in _written_into or torch.is_inference_mode_enabled():
        return None
    modules = dict(model.named_modules())
    if any(module.training for module in modules.values()):
        return None
    leaves = {name for name, module in modules.items() if is_leaf(module)}
    return modules if all(_is_call(name, leaves) for name in wanted) else None


def _is_call(name: str, leaves: set[str]) -> bool:
    *parents, last = name.split(".")
    # Inside of a working module of torch.nn there are no calls, and a function may have had the name before.
    around = accumulate(parents, "{}.{}".format)
    return (
        bool(name)
        and name in leaves
        and "" not in leaves
        and leaves.isdisjoint(around)
        and last not in _FUNCTIONS
        and not _SECOND.search(last)
    )

"""TorchScript functions that a model calls and that decide by a tensor's device, which a trace cannot answer for."""

from typing import Any

import torch
from torch import nn

from cnnviz.analysis.type_questions import functions_of, named_in
from cnnviz.errors import ModelError

_known: dict[tuple[str, str], bool] = {}


def deciding_by_device(model: nn.Module, home: torch.device) -> ModelError | None:
    """Return an error that names a TorchScript function of a model which decides by a device, None without any.

    That a tensor is on no device but `home` is true of one without numbers too.
    """
    # torch keeps all functions of a process that were scripted: mostly none.
    unit: Any = torch.jit._state._python_cu
    deciding = {each.qualified_name for each in unit.get_functions() if _decides(each, home.type)}
    if not deciding:
        return None
    for function, owner in functions_of(model):
        names = set(function.__code__.co_names)
        for item in (*named_in(function, names, owner), *vars(model).values()):
            if isinstance(item, torch.jit.ScriptFunction) and item.qualified_name in deciding:
                return ModelError(
                    f"The model calls {item.name}, a TorchScript function that decides by its tensors' device, which "
                    "cannot be answered for in an analysis; use the Python function that it was made from."
                )
    return None


def _decides(function: Any, home: str) -> bool:
    """Return whether an if or a loop in a function's graph depends on a device."""
    key = function.qualified_name, home
    if key not in _known:
        asking = {"prim::device", "prim::is_meta", f"prim::is_{home}"}
        graph = function.graph.copy()
        torch._C._jit_pass_inline(graph)
        forks = [*graph.findAllNodes("prim::If"), *graph.findAllNodes("prim::Loop")]
        _known[key] = any(_depends(value, asking) for fork in forks for value in list(fork.inputs())[:2])
    return _known[key]


def _depends(value: Any, asking: set[str]) -> bool:
    waiting, seen = [value], set()
    while waiting:
        node = waiting.pop().node()
        if node in seen:
            continue
        seen.add(node)
        if node.kind() in asking:
            return True
        # What a tensor holds, or its size, does not tell where it is.
        waiting += [item for item in node.inputs() if str(item.type()) != "Tensor"]
    return False

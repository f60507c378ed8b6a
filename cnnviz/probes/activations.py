"""What every layer of a running model gives out."""

import inspect
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch._C._functorch import get_unwrapped, is_functorch_wrapped_tensor, maybe_get_bdim

from cnnviz.analysis.failures import sentence
from cnnviz.calls import Call, observe
from cnnviz.errors import CnnvizError, ModelError
from cnnviz.nested import first_tensor
from cnnviz.probes.hooked import hooked
from cnnviz.probes.partial_forward import Enough, missing


def activations(model: nn.Module, batch: Tensor, layers: Iterable[str] | None = None) -> dict[str, Tensor]:
    """Return the outputs of the named calls, or of every call, in the order of execution.

        >>> activations(resnet18, batch, ["conv1", "layer1.0.relu_1"])["conv1"].shape
        torch.Size([1, 64, 112, 112])

    Names are those of cnnviz.calls. Tensors hold what the layer gave, also where an in-place operation overwrites it
    later; they carry no gradient. Of a call that returns several tensors the first is given. The model's mode, weights
    and hooks are left as they are, and so is what torch.compile made of it: the Python inside runs. Raises ModelError
    for a name that no call has, for TorchScript, and for a model that gives no tensor; ShapeError, in the words of
    cnnviz.analyze, where the batch does not fit.
    """
    wanted = None if layers is None else set(layers)
    with torch.no_grad():
        if wanted and isinstance(model, nn.Module) and (found := hooked(model, batch, wanted)) is not None:
            return found
        kept = _run(model, batch, wanted, eager=False)
        if any(_version(tensor) != version for tensor, version in kept.values()):
            # Something wrote into a tensor without a torch function of Python's saying so; copying at once is safe.
            kept = _run(model, batch, wanted, eager=True)
    return {name: tensor for name, (tensor, _) in kept.items()}


def _run(model: nn.Module, batch: Tensor, wanted: set[str] | None, *, eager: bool) -> dict[str, tuple[Tensor, int]]:
    kept: dict[str, tuple[Tensor, int]] = {}
    by_storage: dict[int | None, list[str]] = {}
    names: list[str] = []

    def keep(call: Call) -> None:
        names.append(call.name)
        tensor = first_tensor(call.output)
        if tensor is None or (wanted is not None and call.name not in wanted):
            return
        tensor = _plain(tensor)
        tensor = tensor.detach().clone() if eager else tensor.detach()
        kept[call.name] = tensor, _version(tensor)
        if len(kept) == len(wanted or ()):
            raise Enough
        by_storage.setdefault(_memory(tensor), []).append(call.name)

    def copy_before_writing(function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        # Copies are made only of what is about to be overwritten, so most models cost nothing over the bare forward.
        written = written_by(function, arguments, keywords)
        if written is not None:
            for name in by_storage.pop(_memory(_plain(written)), []):
                copy = kept[name][0].clone()
                kept[name] = copy, _version(copy)
        return function(*arguments, **keywords)

    try:
        with suppress(Enough), observe(model, keep, around=None if eager else copy_before_writing):
            model(batch)
    except CnnvizError:
        raise
    except Exception as error:
        size = "x".join(map(str, batch.shape)) if isinstance(batch, Tensor) else type(batch).__name__
        raise sentence(error, size) from error
    if wanted is None and not kept:
        raise ModelError("This model gives no tensor for this input, so there is nothing to capture.")
    if wanted is not None and (absent := wanted - kept.keys()):
        raise ModelError(missing(min(absent), names))
    return kept


def _plain(tensor: Tensor) -> Tensor:
    # A transform of torch.func runs on wrappers, which are of no use after it; vmap hides the mapped dimension.
    while is_functorch_wrapped_tensor(tensor):
        place, tensor = maybe_get_bdim(tensor), get_unwrapped(tensor)
        tensor = tensor if place < 0 else tensor.movedim(place, 0)
    return tensor


def _memory(tensor: Tensor) -> int | None:
    try:
        return tensor.untyped_storage().data_ptr()
    except NotImplementedError:  # sparse tensors have several memories, and those of torch.func none
        return None


def _version(tensor: Tensor) -> int:
    # Under torch.inference_mode() nothing counts the writes.
    return -1 if tensor.is_inference() else tensor._version


def written_by(function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Tensor | None:
    """Return the tensor that a torch function writes into, or None."""
    name = getattr(function, "__name__", "")
    if isinstance(out := keywords.get("out"), Tensor):
        return out
    in_place = (
        (name.endswith("_") and not name.endswith("__"))
        or name in _WRITING
        or keywords.get("inplace") is True
        or ((position := _inplace_position(function)) is not None and arguments[position : position + 1] == (True,))
    )
    target = arguments[0] if arguments else keywords.get("input")
    return target if in_place and isinstance(target, Tensor) else None


_WRITING = frozenset(f"__{name}__" for name in ("setitem", "iadd", "isub", "imul", "itruediv", "ipow", "iand", "ior"))


@lru_cache(maxsize=1024)
def _inplace_position(function: Callable[..., Any]) -> int | None:
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # functions written in C have no signature, and none of them takes the flag
        return None
    return names.index("inplace") if "inplace" in names else None

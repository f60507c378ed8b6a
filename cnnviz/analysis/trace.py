"""One run of a model without arithmetic, written down as flat records."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.analysis.functions import UNARY
from cnnviz.analysis.operations import Operation, Trace, TracedCall, Value, function_name
from cnnviz.analysis.quick import quick
from cnnviz.analysis.replica import meta_like, replica
from cnnviz.calls import Call, observe
from cnnviz.errors import CnnvizError, ModelError, ShapeError


def trace(model: nn.Module, input_size: tuple[int, ...]) -> Trace:
    """Return the record of `model` in eval mode on an input of `input_size`; the model itself does not run.

    Its modules are stood in for by copies and its parameters by tensors without storage, so that weights, buffers,
    hooks, training mode and other threads that use the model are left alone. Raises ShapeError where the sizes do not
    fit and ModelError where the model's control flow asks for values.
    """
    copy, twins = replica(model)
    recorder = _Recorder(model, twins)
    floating = (tensor.dtype for tensor in model.parameters() if tensor.is_floating_point())
    batch = torch.empty(input_size, dtype=next(floating, torch.float32), device="meta")
    start = recorder.value(batch)
    try:
        with torch.no_grad(), observe(copy, recorder.on_call, around=recorder.around):
            copy(batch)
    except CnnvizError:
        raise
    except Exception as error:
        raise _explained(error, input_size) from error
    return Trace(start, tuple(recorder.calls), sum(tensor.numel() for tensor in model.parameters()))


class _Recorder:
    """The tensors that were met, by identity, and what was done to them."""

    def __init__(self, model: nn.Module, twins: dict[int, Tensor]) -> None:
        self.twins = twins
        self.parameters = {id(twin) for twin in twins.values()}
        self.owned = {tensor.untyped_storage().data_ptr() for tensor in _tensors_of(model)} - {0}
        self.values: dict[int, Value] = {}
        self.by_storage: dict[int, list[Value]] = {}
        self.alive: list[Tensor] = []
        self.operations: list[Operation] = []
        self.calls: list[TracedCall] = []

    def around(self, function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        given = _tensors(arguments) + (_tensors(tuple(keywords.values())) if keywords else [])
        name = function_name(function)
        if not given:
            if name in _FACTORIES:
                keywords = {**keywords, "device": "meta"}
            return function(*arguments, **keywords)
        writes = _writes(function, keywords)
        if any(item.is_meta for item in given) or (writes and self._owns(given)):
            if not all(item.is_meta for item in given):
                arguments, keywords = self._stand_in(arguments), self._stand_in(keywords)
        else:
            return function(*arguments, **keywords)
        # Written down first: a function may change its argument's shape in place.
        flat = self._flat(arguments), self._flat({key: item for key, item in keywords.items() if key != "out"})
        output = quick(function, name, arguments, keywords)
        if output is None:
            output = function(*arguments, **keywords)
        made = [arguments[0]] if name == "setitem" else _tensors((output,))
        if made:
            writes = writes or any(item is other for item in made for other in given)
            outputs = tuple(self.value(item) for item in made)
            aliases = self._sharing(made) if writes and name not in UNARY else ()
            self.operations.append(Operation(name, *flat, outputs, aliases))
        return output

    def _sharing(self, tensors: list[Tensor]) -> tuple[Value, ...]:
        """Return the other tensors in the same memory."""
        own = {self.value(item).number for item in tensors}
        storages = {item.untyped_storage()._cdata for item in tensors}
        return tuple(value for key in storages for value in self.by_storage[key] if value.number not in own)

    def value(self, tensor: Tensor) -> Value:
        known = self.values.get(id(tensor))
        if known is None or known.shape != tensor.shape:
            known = Value(len(self.alive), tuple(tensor.shape), tensor.itemsize)
            self.values[id(tensor)] = known
            self.by_storage.setdefault(tensor.untyped_storage()._cdata, []).append(known)
            self.alive.append(tensor)
        return known

    def on_call(self, call: Call) -> None:
        output = next(iter(_tensors((call.output,))), None)
        operations, self.operations = tuple(self.operations), []
        if output is None:
            return
        used: list[Tensor] = list(call.module.parameters()) if call.module else []
        used += [item for step in call.steps for item in _tensors((step.arguments, dict(step.keywords)))]
        fresh = {id(item): item.numel() for item in used if id(item) in self.parameters}
        self.parameters -= fresh.keys()
        self.calls.append(TracedCall(call.name, call.kind, operations, self.value(output), sum(fresh.values())))

    def _owns(self, tensors: list[Tensor]) -> bool:
        return any(not item.is_meta and item.untyped_storage().data_ptr() in self.owned for item in tensors)

    def _stand_in(self, item: Any) -> Any:
        """Return nested arguments with every real tensor replaced by one on the meta device."""
        if isinstance(item, Tensor):
            if item.is_meta:
                return item
            if id(item) not in self.twins:
                self.twins[id(item)] = meta_like(item)
                self.alive.append(item)
            return self.twins[id(item)]
        if isinstance(item, dict):
            return {key: self._stand_in(part) for key, part in item.items()}
        if isinstance(item, tuple | list):
            parts = [self._stand_in(part) for part in item]
            return type(item)(parts) if type(item) in (tuple, list) else item
        return item

    def _flat(self, item: Any) -> Any:
        if isinstance(item, Tensor):
            return self.value(item)
        if isinstance(item, tuple | list):
            return tuple(self._flat(part) for part in item)
        return {key: self._flat(part) for key, part in item.items()} if isinstance(item, dict) else item


_FACTORIES = frozenset(["zeros", "ones", "empty", "full", "rand", "randn"])


def _writes(function: Callable[..., Any], keywords: dict[str, Any]) -> bool:
    raw = getattr(function, "__name__", "")
    return (raw.endswith("_") and not raw.endswith("__")) or raw == "__setitem__" or "out" in keywords


def _tensors(items: Any) -> list[Tensor]:
    if isinstance(items, Tensor):
        return [items]
    if isinstance(items, dict):
        items = tuple(items.values())
    if not isinstance(items, tuple | list):
        return []
    return [found for item in items for found in _tensors(item)]


def _tensors_of(model: nn.Module) -> list[Tensor]:
    plain = [item for module in model.modules() for item in vars(module).values() if isinstance(item, Tensor)]
    return [*model.buffers(), *model.parameters(), *plain]


def _explained(error: Exception, input_size: tuple[int, ...]) -> CnnvizError:
    size = "x".join(map(str, input_size))
    reason = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
    if "meta" in reason.lower() or "data-dependent" in reason.lower() or isinstance(error, NotImplementedError):
        return ModelError(f"The model decides by its tensors' values, which are unknown in an analysis: {reason}.")
    if isinstance(error, RuntimeError | ValueError | AssertionError | IndexError):
        return ShapeError(f"An input of size {size} does not fit this model: {reason}.")
    return ModelError(f"The model could not run on an input of size {size}: {type(error).__name__}, {reason}.")

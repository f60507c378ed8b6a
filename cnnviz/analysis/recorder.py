"""Writes down what is done to tensors while a model runs on the meta device."""

import sys
import weakref
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.analysis.extents import Conditions, any_extent, extents_of, number_of, plain_of, replace
from cnnviz.analysis.functions import UNARY
from cnnviz.analysis.memory_formats import as_on_a_cpu
from cnnviz.analysis.operations import Operation, TracedCall, Value, function_name
from cnnviz.analysis.output_sizes_fast import fast_output
from cnnviz.analysis.recurrent import LAYERS
from cnnviz.analysis.refusals import refuse
from cnnviz.analysis.refusals_indices import unmasked
from cnnviz.analysis.repeated_calls import RepeatedCalls
from cnnviz.analysis.replica import Replica, meta_like
from cnnviz.calls import Call

Function = Callable[..., Any]


class Recorder:
    """The tensors that were met, by identity, for as long as each lives, and what was done to them.

    With `follows`, sizes that the model asks for
    remember where they come from (cnnviz.analysis.extents). No tensor is kept alive: when the last one in a storage
    is gone, `ends` says so, and so the memory that a run needs is known.
    """

    def __init__(self, stand_in: Replica, *, follows: bool) -> None:
        self.conditions = Conditions()
        self.follows = follows
        self.holds_elsewhere = follows
        self.calls: list[TracedCall] = []
        self.values: list[Value] = []
        self.trained: set[int] = set()
        self.ends: dict[int, int] = {}
        self._twins = dict(stand_in.twins)
        self._parameters = frozenset(id(twin) for twin in stand_in.twins.values())
        self._fresh = set(self._parameters)
        self._met: list[Tensor] = []
        self._kept: list[Tensor] = [*stand_in.twins.values(), *stand_in.tensors]
        self._constant = {item.untyped_storage()._cdata for item in self._kept}
        self._owned = {item.untyped_storage().data_ptr() for item in self._kept} - {0}
        self._known: dict[int, Value] = {}
        self._references: dict[int, _Reference] = {}
        self._storages: dict[int, int] = {}
        self._lying: list[dict[int, Value]] = []
        self._births: list[int] = []
        self._operations: list[Operation] = []
        self._repeated = RepeatedCalls()
        self._clock = 0
        self._sized = False

    def around(self, function: Function, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Run a torch function and write it down: what cnnviz.calls.observe asks for."""
        name = function_name(function)
        if name in _ASKING and arguments:
            if name == "iter":
                return iter(self.around(torch.Tensor.unbind, (arguments[0], 0), {}))
            if (answer := self._size(name, arguments, keywords)) is not None:
                return answer
        given = tensors_in(arguments)
        if keywords:
            given += tensors_in(tuple(keywords.values()))
        sized = self._sized and any_extent((arguments, keywords))
        writes = _writes(function, keywords)
        real: Any = None
        if not given and name in _FACTORIES:
            keywords = {**keywords, "device": "meta"}
        elif any(item.is_meta for item in given) or (writes and self._owns(given)):
            if not all(item.is_meta for item in given):
                lengths = arguments[1:2] if name in LAYERS and _are_lengths(arguments) else ()
                real = arguments, keywords
                if name in _INDEXING:
                    arguments = (arguments[0], unmasked(arguments[1]), *arguments[2:])
                arguments, keywords = self._stand_in(arguments), self._stand_in(keywords)
                # The lengths of packed sequences have to stay where their numbers are.
                arguments = (arguments[0], *lengths, *arguments[2:]) if lengths else arguments
        else:
            if sized:
                arguments, keywords = replace(arguments, plain_of), replace(keywords, plain_of)
            return function(*arguments, **keywords)
        # Written down first: a function may change its argument's shape in place.
        flat: Any = self._flat(arguments), self._flat({key: item for key, item in keywords.items() if key != "out"})
        asked = arguments, keywords
        formulas = None
        if sized:
            # The frames below are the observer's and that of the model's code.
            self.conditions.forget(sys._getframe(2))
            formulas = replace(flat, _origin_of)
            flat = replace(flat, number_of)
            arguments, keywords = replace(arguments, number_of), replace(keywords, number_of)
            real = replace(real, number_of)
        output = fast_output(function, name, arguments, keywords)
        if output is None:
            # Indices in real tensors are known.
            refuse(name, *(real or (arguments, keywords)))
            output = as_on_a_cpu(name, arguments, keywords, self._repeated.run(function, arguments, keywords))
        made = [arguments[0]] if name == "setitem" else tensors_in((output,))
        if made:
            writes = writes or any(item is other for item in made for other in given)
            self._write(name, flat, made, writes, formulas)
        elif sized:
            replace(asked, plain_of)
        return output

    def on_call(self, call: Call) -> None:
        """Close a call: what was done since the last one is its work."""
        output = next(iter(tensors_in((call.output,))), None)
        if output is None:
            return
        operations, self._operations = tuple(self._operations), []
        value = self.value(output)
        used, self._met = self._met, []
        if call.module is not None:
            used += _parameters_of(call.module)
        counted = {id(item): item.numel() for item in used if id(item) in self._fresh}
        self._fresh -= counted.keys()
        began = self._clock - len(operations)
        keeps = call.module is not None or (value.storage >= 0 and self._births[value.storage] >= began)
        self.calls.append(TracedCall(call.name, call.kind, operations, value, sum(counted.values()), keeps))

    def finish(self) -> tuple[int, ...]:
        """Let go of all tensors, and return for every storage how many operations had run when it was gone."""
        self._references.clear()
        if self._operations and self.calls:
            *_, last = self.calls
            operations = (*last.operations, *self._operations)
            self.calls[-1] = TracedCall(last.name, last.kind, operations, last.output, last.parameters, last.keeps)
        return tuple(self.ends.get(number, self._clock) for number in range(len(self._births)))

    def value(self, tensor: Tensor) -> Value:
        """Return the record of a tensor, made when it is met for the first time or has another shape than before."""
        key, shape = id(tensor), tuple(tensor.shape)
        known = self._known.get(key)
        if known is not None and known.shape == shape:
            return known
        place = tensor.untyped_storage()._cdata
        storage = -1 if place in self._constant else self._storages.get(place)
        if storage is None:
            storage = self._storages[place] = len(self._births)
            self._births.append(self._clock)
            self._lying.append({})
        made = self._known[key] = Value(len(self.values), shape, tensor.itemsize, storage)
        self.values.append(made)
        if storage >= 0:
            self._lying[storage][key] = made
        if tensor.requires_grad and key in self._parameters:
            self.trained.add(made.number)
        if known is None:
            reference = self._references[key] = _Reference(tensor, self._gone)
            reference.key, reference.place = key, place
        return made

    def _write(self, name: str, flat: Any, made: list[Tensor], writes: bool, formulas: Any) -> None:
        outputs = tuple([self.value(item) for item in made])
        aliases: tuple[Value, ...] = ()
        if writes and name not in UNARY:
            numbers = {value.number for value in outputs}
            storages = {value.storage for value in outputs} - {-1}
            lying = [value for storage in storages for value in self._lying[storage].values()]
            aliases = tuple(value for value in lying if value.number not in numbers)
        self._operations.append(Operation(name, flat[0], flat[1], outputs, aliases, writes, formulas))
        self._clock += 1

    def _gone(self, reference: "_Reference") -> None:
        key = reference.key
        value = self._known.pop(key)
        self._references.pop(key, None)
        if value.storage >= 0:
            lying = self._lying[value.storage]
            lying.pop(key, None)
            if not lying:
                self.ends[value.storage] = self._clock
                del self._storages[reference.place]

    def _size(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Return the answer to a question about a tensor's size, or None where torch's own will do."""
        tensor = arguments[0]
        value = self._known.get(id(tensor))
        if not self.follows or value is None or value.storage < 0 or value.shape != tuple(tensor.shape):
            return None
        extents = extents_of(value, self.conditions)
        self._sized = True
        if name in ("numel", "nelement"):
            return extents.numel()
        if name == "len":
            return extents[0].plain() if extents else None
        dim = arguments[1] if len(arguments) > 1 else keywords.get("dim")
        return extents if dim is None else extents[plain_of(dim)] if -len(extents) <= dim < len(extents) else None

    def _owns(self, tensors: list[Tensor]) -> bool:
        return any(not item.is_meta and item.untyped_storage().data_ptr() in self._owned for item in tensors)

    def _stand_in(self, item: Any) -> Any:
        """Return nested arguments with every real tensor replaced by one on the meta device."""
        if isinstance(item, Tensor):
            if item.is_meta:
                return item
            if id(item) not in self._twins:
                twin = self._twins[id(item)] = meta_like(item)
                self._kept += item, twin
                self._constant.add(twin.untyped_storage()._cdata)
            return self._twins[id(item)]
        if isinstance(item, dict):
            return {key: self._stand_in(part) for key, part in item.items()}
        if isinstance(item, tuple | list):
            parts = [self._stand_in(part) for part in item]
            return type(item)(parts) if type(item) in (tuple, list) else item
        return item

    def _flat(self, item: Any) -> Any:
        if isinstance(item, Tensor):
            if id(item) not in self._known and item.untyped_storage()._cdata not in self._constant:
                # It was made in a way that is not watched, so how its size came about is not known.
                self.holds_elsewhere = False
            value = self.value(item)
            if value.storage < 0:
                self._met.append(item)
            return value
        if isinstance(item, tuple | list):
            return tuple([self._flat(part) for part in item])
        if isinstance(item, dict):
            return {key: self._flat(part) for key, part in item.items()} if item else item
        return item


class _Reference(weakref.ref[Tensor]):
    """A weak reference that knows whom it stands for."""

    __slots__ = ("key", "place")

    key: int
    place: int


_FACTORIES = frozenset(["zeros", "ones", "empty", "full", "rand", "randn"])
_INDEXING = frozenset(["getitem", "setitem"])
_ASKING = frozenset(["shape", "size", "numel", "nelement", "len", "iter"])


def _origin_of(item: Any) -> Any:
    return item if number_of(item) is item else item.origin


def _writes(function: Function, keywords: dict[str, Any]) -> bool:
    raw: str = getattr(function, "__name__", "")
    return (raw.endswith("_") and not raw.endswith("__")) or raw in _SETTING or "out" in keywords


_SETTING = frozenset(["__setitem__", *(f"__i{name}__" for name in ("add", "sub", "mul", "truediv", "floordiv"))])


def _are_lengths(arguments: tuple[Any, ...]) -> bool:
    return isinstance(arguments[1], Tensor) and not arguments[1].is_floating_point()


def tensors_in(items: Any) -> list[Tensor]:
    """Return the tensors in nested tuples, lists and dicts."""
    found: list[Tensor] = []
    if isinstance(items, dict):
        items = tuple(items.values())
    for item in items:
        if isinstance(item, Tensor):
            found.append(item)
        elif isinstance(item, tuple | list | dict):
            found += tensors_in(item)
    return found


def _parameters_of(module: nn.Module) -> Iterable[Tensor]:
    if module._modules:
        return list(module.parameters())
    return [item for item in module._parameters.values() if item is not None]

"""Writes down what is done to tensors while a model runs on the meta device."""

import dataclasses
import sys
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.analysis import addresses, devices, measured, packed, unusual, values
from cnnviz.analysis.copies import meta_like
from cnnviz.analysis.costs import MACS
from cnnviz.analysis.extents import Conditions, any_extent, extents_of, number_of, plain_of, replace
from cnnviz.analysis.functions import UNARY
from cnnviz.analysis.lifetimes import Lifetimes
from cnnviz.analysis.operations import Operation, TracedCall, function_name, writes_in_place
from cnnviz.analysis.outputs import output_of
from cnnviz.analysis.repeated_calls import RepeatedCalls
from cnnviz.analysis.replica import Replica
from cnnviz.analysis.unusual import is_plain
from cnnviz.analysis.ways import Way
from cnnviz.calls import Call
from cnnviz.nested import first_tensor, tensors_in
from cnnviz.operators import Operator

Function = Callable[..., Any]


class Recorder:
    """What was done to the tensors that were met (cnnviz.analysis.lifetimes), call by call.

    Where the way follows sizes, those that the model asks for remember where they come from (cnnviz.analysis.extents).
    `unseen` tells that a tensor was met that no torch function of Python's made; `failure` is the last error of one.
    """

    def __init__(self, stand_in: Replica, home: torch.device, way: Way) -> None:
        self.conditions = Conditions()
        self.follows = self.holds_elsewhere = way.follows
        self.constants = way.constants
        self.unseen = False
        self.failure: Exception | None = None
        self.calls: list[TracedCall] = []
        self.home = home
        self._twins = dict(stand_in.twins)
        self._fresh = {id(twin) for twin in stand_in.twins.values()}
        self._met: list[Tensor] = []
        self._kept: list[Tensor] = [*stand_in.twins.values(), *stand_in.tensors]
        storages = [item.untyped_storage() for item in self._kept if is_plain(item)]
        self._constant = {storage._cdata for storage in storages}
        self._owned = {storage.data_ptr() for storage in storages} - {0}
        self._overwritten: set[int] = set()
        self._operations: list[Operation] = []
        self._repeated = RepeatedCalls()
        self.tensors = Lifetimes(frozenset(self._fresh), self._constant)
        self.value = self.tensors.value
        self.sized = False

    def around(self, function: Function, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Run a torch function and write it down: what cnnviz.calls.observe asks for."""
        name = function_name(function)
        # The frames below are the observer's and that of the code that calls the function.
        if sys._getframe(2).f_globals.get("__name__", "").startswith(_KERNELS):
            self.unseen = True
        elif name in _ASKING and arguments:
            if name == "iter":
                return iter(self.around(torch.Tensor.unbind, (arguments[0], 0), {}))
            if (answer := self._size(name, arguments, keywords)) is not None:
                return answer
        elif name in _DEVICES and arguments and not isinstance(function, Operator):
            if devices.is_move(name, arguments, keywords):
                name, (function, arguments, keywords) = "to", devices.unmoved(name, arguments, keywords)
            elif isinstance(arguments[0], Tensor) and arguments[0].is_meta:
                return devices.answer(name, arguments[0], self.home)
        elif name in addresses.ASKING and arguments and isinstance(arguments[0], Tensor) and arguments[0].is_meta:
            return addresses.answer(name, arguments[0], self.home)
        elif name in _DEPENDING:
            self.holds_elsewhere = False
        given = tensors_in(arguments)
        if keywords:
            given += tensors_in(tuple(keywords.values()))
        if kind := measured.kind_of(function, given):
            return self._measure(kind, function, arguments, keywords)
        sized = self.sized and any_extent((arguments, keywords))
        writes = writes_in_place(function, keywords)
        target = keywords.get("out", next(iter(arguments), None)) if writes else None
        lengths: tuple[Any, ...] = ()
        real: Any = None
        flat: Any
        if self.constants and (known := values.constant(function, name, arguments, keywords, self.follows)) is not None:
            return known
        if not given and name in _FACTORIES:
            keywords = {**keywords, "device": "meta"}
        elif any(item.is_meta for item in given) or self._owns(target) or self._reads_overwritten(given):
            if "device" in keywords:
                keywords = {**keywords, "device": "meta"}
            if not all(item.is_meta for item in given):
                if self._reads_overwritten(given):
                    arguments, keywords = self._stand_in(arguments, every=False), self._stand_in(keywords, every=False)
                real = arguments, keywords
                arguments, keywords = values.with_sizes(name, arguments, keywords)
                if isinstance(target, Tensor) and not target.is_meta:
                    self._overwritten.add(target.untyped_storage().data_ptr())
                # The lengths of packed sequences have to stay where their numbers are.
                lengths = packed.lengths_of(name, arguments)
                arguments, keywords = self._stand_in(arguments), self._stand_in(keywords)
        else:
            if sized:
                arguments, keywords = replace(arguments, plain_of), replace(keywords, plain_of)
            if "device" in keywords:
                keywords = devices.at_home(keywords, self.home)
            output = function(*arguments, **keywords)
            if name in MACS and isinstance(output, Tensor):
                flat = self._flat(self._stand_in(arguments)), self._flat(self._stand_in(keywords))
                self._write(name, flat, [self._stand_in(output)], False, None)
            return output
        met = len(self._met)
        # Written down first: a function may change its argument's shape in place.
        flat = self._flat(arguments), self._flat({key: item for key, item in keywords.items() if key != "out"})
        asked = arguments, keywords
        formulas = None
        if sized:
            # The frames below are the observer's and that of the model's code.
            self.conditions.forget(sys._getframe(2))
            formulas = replace(flat, _origin_of)
            flat = replace(flat, number_of)
            arguments, keywords = replace(arguments, number_of), replace(keywords, number_of)
            real = replace(real, number_of)
        if lengths:
            arguments = (arguments[0], *lengths, *arguments[2:])
        try:
            run = packed.RULES.get(name, function)
            output = output_of(run, name, arguments, keywords, real, writes, self._repeated)
        except Exception as error:
            if name == "format":
                return values.text(*arguments)
            self.failure = values.named(name, error, last=self.constants)
            if self.failure is error:
                raise
            raise self.failure from error
        made = [arguments[0]] if name == "setitem" else tensors_in(output)
        if made:
            writes = writes or any(item is other for item in made for other in given)
            self._write(name, flat, made, writes, formulas)
            return output
        # A question, for a weight's shape say, makes no use of what it asks about.
        del self._met[met:]
        if sized:
            replace(asked, plain_of)
        return output

    def on_call(self, call: Call) -> None:
        """Close a call: what was done since the last one is its work."""
        output = first_tensor(call.output)
        if output is None:
            return
        operations, self._operations = tuple(self._operations), []
        self.look(output)
        value = self.value(output)
        used, self._met = self._met, []
        if call.module is not None:
            used += _parameters_of(call.module)
        counted = {id(item): item.numel() for item in used if id(item) in self._fresh}
        self._fresh -= counted.keys()
        if measured.is_wrapped(output):
            value = dataclasses.replace(value, shape=measured.shape_of(output))
        keeps = call.module is not None or self.tensors.is_born(value, self.tensors.clock - len(operations))
        self.calls.append(TracedCall(call.name, call.kind, operations, value, sum(counted.values()), keeps))

    def look(self, tensor: Tensor) -> None:
        """Notice a tensor that was made in a way that is not watched: how its size came about is not known."""
        if self.tensors.is_new(tensor):
            self.holds_elsewhere, self.unseen = False, True

    def used(self, parameters: list[nn.Parameter]) -> list[nn.Parameter]:
        """Return those of the model's parameters that a call has used."""
        return [item for item in parameters if id(self._twins[id(item)]) not in self._fresh]

    def finish(self) -> tuple[int, ...]:
        """Let go of all tensors, and return for every storage how many operations had run when it was gone."""
        if self._operations and self.calls:
            *_, last = self.calls
            operations = (*last.operations, *self._operations)
            self.calls[-1] = TracedCall(last.name, last.kind, operations, last.output, last.parameters, last.keeps)
        return self.tensors.finish()

    def _write(self, name: str, flat: Any, made: list[Tensor], writes: bool, formulas: Any) -> None:
        outputs = tuple([self.value(item) for item in made])
        aliases = self.tensors.beside(outputs) if writes and name not in UNARY else ()
        self._operations.append(Operation(name, flat[0], flat[1], outputs, aliases, writes, formulas))
        self.tensors.clock += 1

    def _size(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Return the answer to a question about a tensor's size, or None where torch's own will do."""
        tensor = arguments[0]
        value = self.tensors.known(tensor) if self.follows else None
        if value is None or value.storage < 0:
            return None
        extents = extents_of(value, self.conditions)
        self.sized = True
        if name in ("numel", "nelement"):
            return extents.numel()
        if name == "len":
            return extents[0].plain() if extents else None
        dim = arguments[1] if len(arguments) > 1 else keywords.get("dim")
        return extents if dim is None else extents[plain_of(dim)] if -len(extents) <= dim < len(extents) else None

    def _measure(self, kind: str, function: Function, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Run a function of cnnviz.analysis.measured, and write down what it was given, what it made and its cost."""
        arguments, keywords = replace(self._stand_in(arguments), plain_of), replace(self._stand_in(keywords), plain_of)
        given = tuple(self._flat(measured.whole(item)) for item in tensors_in((arguments, keywords)))
        output, macs = measured.measured(function, arguments, keywords)
        made = tensors_in(output)
        if made or macs:
            self._write(kind, (given, {"macs": macs}), made, writes_in_place(function, keywords), None)
        return output

    def _reads_overwritten(self, tensors: list[Tensor]) -> bool:
        return bool(self._overwritten) and any(
            not item.is_meta and is_plain(item) and item.untyped_storage().data_ptr() in self._overwritten
            for item in tensors
        )

    def _owns(self, item: Any) -> bool:
        if not isinstance(item, Tensor) or item.is_meta or not is_plain(item):
            return False
        return item.untyped_storage().data_ptr() in self._owned

    def _stand_in(self, item: Any, *, every: bool = True) -> Any:
        """Return nested arguments with every real tensor, or those that are overwritten, replaced by one on the meta
        device.
        """
        if isinstance(item, Tensor):
            if item.is_meta or not (every or self._reads_overwritten([item])):
                return item
            if id(item) not in self._twins:
                if not is_plain(item):
                    raise unusual.refused(item)
                twin = self._twins[id(item)] = meta_like(item)
                self._kept += item, twin
                self._constant.add(twin.untyped_storage()._cdata)
            return self._twins[id(item)]
        if isinstance(item, dict):
            return {key: self._stand_in(part, every=every) for key, part in item.items()}
        if isinstance(item, tuple | list):
            parts = [self._stand_in(part, every=every) for part in item]
            return type(item)(parts) if type(item) in (tuple, list) else item
        return item

    def _flat(self, item: Any) -> Any:
        if isinstance(item, Tensor):
            self.look(item)
            value = self.value(item)
            if value.storage < 0:
                self._met.append(item)
            return value
        if isinstance(item, tuple | list):
            return tuple([self._flat(part) for part in item])
        if isinstance(item, dict):
            return {key: self._flat(part) for key, part in item.items()} if item else item
        return item


_FACTORIES = frozenset(["zeros", "ones", "empty", "full", "rand", "randn"])
_DEVICES = devices.QUESTIONS | devices.MOVES
# Their answers depend on sizes and are plain ints.
_DEPENDING = frozenset(["stride", "nbytes", "storage_offset"])
# Where torch's own kernels for the meta device are written in Python. None is met while a torch function runs, so one
# that is met works for something out of sight.
_KERNELS = ("torch._meta_registrations", "torch._refs", "torch._prims", "torch._decomp")
_ASKING = frozenset(["shape", "size", "numel", "nelement", "len", "iter"])


def _origin_of(item: Any) -> Any:
    return item if number_of(item) is item else item.origin


def _parameters_of(module: nn.Module) -> Iterable[Tensor]:
    if module._modules:
        return list(module.parameters())
    return [item for item in module._parameters.values() if item is not None]

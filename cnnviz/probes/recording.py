"""A forward written down, so that any layer can be had again from the nearest of a few tensors that were kept.

    >>> recording = record(resnet18, batch)
    >>> recording.tensor("layer3.0.conv1").shape
    torch.Size([1, 256, 14, 14])

What is written down is every torch function with the values that it read and gave, each value once: one that is
overwritten in place is another value from then on. Only what a layer needs is run again, and none of the model's own
code; so a recording holds for its one batch, whatever the model decides by its numbers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.calls import Call, Step, observe
from cnnviz.errors import CnnvizError, ModelError
from cnnviz.probes.activations import first_tensor, written_by
from cnnviz.probes.checkpoints import chosen
from cnnviz.probes.partial_forward import missing

Function = Callable[..., Any]
Giver = Callable[[Any], tuple[str, str]]


class UnrepeatableError(CnnvizError):
    """A forward that cannot be run again piece by piece: it draws random numbers, say, or computes gradients."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The number of a value."""

    number: int


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One torch function; slots stand in for tensors. `writes` are pairs: what it overwrites, what that is then."""

    function: Function
    arguments: Any
    keywords: Any
    output: Any
    reads: tuple[int, ...]
    writes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class RecordedCall:
    """A call of cnnviz.calls with slots in the place of tensors; `steps` are numbers of operations."""

    name: str
    kind: str
    module: nn.Module | None
    steps: tuple[int, ...]
    arguments: Any
    output: Any
    position: int


class Recording:
    """What `record` wrote down. `names` are those of the calls in the order of execution."""

    def __init__(
        self, operations: list[Operation], calls: list[RecordedCall], kept: dict[int, Tensor], owned: dict[int, Tensor]
    ) -> None:
        self.names = tuple(call.name for call in calls)
        self._operations = operations
        self._calls = {call.name: number for number, call in enumerate(calls)}
        self._every = calls
        self._kept = kept | owned
        self._made_by: dict[int, int] = {}
        for place, operation in enumerate(operations):
            for number in (*_numbers(operation.output), *(after for _, after in operation.writes)):
                self._made_by.setdefault(number, place)
        storages = {each.data_ptr(): each.nbytes() for each in (tensor.untyped_storage() for tensor in kept.values())}
        # An operation with its arguments takes about a kilobyte of Python.
        self.nbytes = sum(storages.values()) + 1000 * len(operations)

    def tensor(self, name: str) -> Tensor:
        """Return what a call gave, of several tensors the first; raise ModelError for a name that no call has."""
        call = self._named(name)
        slot = next(iter(_numbers(call.output)), None)
        if slot is None:
            raise ModelError(f"{name} gives no tensor.")
        return self._values([slot])[slot]

    def call(self, name: str) -> tuple[Call, Giver]:
        """Return a call as it was seen, its arguments as they were before it, and who gave a tensor among them.

        The latter returns the name and kind of a call, "" and "" when no call gave the tensor.
        """
        call = self._named(name)
        operations = [self._operations[step] for step in call.steps]
        slots = {*_numbers(call.arguments), *_numbers(call.output)}
        for operation in operations:
            slots |= {*operation.reads, *_numbers(operation.output)}
        values = self._values(slots)
        steps = tuple(
            Step(each.function, *(_filled(part, values) for part in (each.arguments, each.keywords, each.output)))
            for each in operations
        )
        arguments, output = _filled(call.arguments, values), _filled(call.output, values)
        found = {id(value): slot for slot, value in values.items()}
        earlier = self._every[: self._calls[name]]

        def giver(value: Any) -> tuple[str, str]:
            slot = found.get(id(value))
            gave = (each for each in reversed(earlier) if next(iter(_numbers(each.output)), None) == slot)
            last = next(gave, None) if slot is not None else None
            return ("", "") if last is None else (last.name, last.kind)

        return Call(call.name, call.kind, call.module, steps, arguments, output), giver

    def _named(self, name: str) -> RecordedCall:
        if name not in self._calls:
            raise ModelError(missing(name, list(self.names)))
        return self._every[self._calls[name]]

    def _values(self, wanted: Iterable[int]) -> dict[int, Tensor]:
        """Return values by their slots, from what is kept and what has to be run for them."""
        values: dict[int, Tensor] = {}
        places: set[int] = set()
        missing_ones = list(wanted)
        while missing_ones:
            number = missing_ones.pop()
            if number in self._kept:
                values[number] = self._kept[number]
            elif (place := self._made_by[number]) not in places:
                places.add(place)
                missing_ones += self._operations[place].reads
        with torch.no_grad():
            for place in sorted(places):
                _run(self._operations[place], values)
        return values


def record(model: nn.Module, batch: Tensor, *, most_bytes: int = 6_000_000) -> tuple[Recording, Any]:
    """Run a model once and return the recording and what the model gave.

    At most `most_bytes` of tensors are kept, besides the batch itself, a copy of which the model gets. While it runs
    all that it makes is kept. Raises UnrepeatableError where the parts of the run cannot be run again.
    """
    recorder = _Recorder(model)
    given = batch.clone()
    start = recorder.bind(given)
    with torch.no_grad():
        seed = torch.get_rng_state()
        with observe(model, recorder.on_call, around=recorder.around):
            output = model(given)
        if not torch.equal(seed, torch.get_rng_state()):
            raise UnrepeatableError("The model draws random numbers.")
        return recorder.finish(start, batch, most_bytes), output


class _Recorder:
    def __init__(self, model: nn.Module) -> None:
        self.operations: list[Operation] = []
        self.calls: list[RecordedCall] = []
        self.work: list[float] = []
        self.constants: dict[int, Tensor] = {}
        self._owned = {id(each) for each in (*model.parameters(), *model.buffers())}
        # All are held until the end, so that an id means one tensor.
        self._tensors: list[Tensor] = []
        self._versions: list[int] = []
        self._known: dict[int, int] = {}
        self._places: dict[int, tuple[tuple[Any, ...], int]] = {}
        self._read: dict[int, int] = {}

    def bind(self, tensor: Tensor) -> int:
        """Give a tensor, as it is now, a slot."""
        number = self._known[id(tensor)] = len(self._tensors)
        self._tensors.append(tensor)
        self._versions.append(_version(tensor))
        return number

    def around(self, function: Function, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        if function.__name__ == "__get__" and not isinstance(output := function(*arguments, **keywords), Tensor):
            return output  # a size, say, which from here on is a number like any other
        if function in _UNWATCHED and not any(id(each) in self._owned for each in arguments):
            raise UnrepeatableError("The model reaches for a tensor's data, where nothing counts what is overwritten.")
        given = [*_tensors(arguments), *_tensors(keywords)]
        read = {id(tensor): self._slot(tensor) for tensor in given}
        target = written_by(function, arguments, keywords)
        if target is not None and id(target) in self._owned:
            self.constants[read[id(target)]] = target.detach().clone()
        slotted = _slotted(arguments, read), _slotted(keywords, read)
        output = function(*arguments, **keywords)
        writes = self._writes(given, target, read)
        made = _tensors(output)
        if not made and not writes:
            return output
        if torch.is_grad_enabled() or _is_autocast():
            raise UnrepeatableError("The model computes gradients, or in a precision of its own.")
        if not given and function.__name__ not in _FACTORIES:
            # It comes from outside of torch, of an array of NumPy's say.
            self.constants |= {self.bind(tensor): tensor.clone() for tensor in made}
            return output
        slots = {id(tensor): self._now(tensor) for tensor in made}
        self._places[id(arguments)] = arguments, len(self.operations)
        self._read |= {key: slot for key, slot in read.items() if key not in self._read}
        operation = Operation(function, *slotted, _slotted(output, slots), tuple(read.values()), tuple(writes))
        self.operations.append(operation)
        self.work.append(_work(function.__name__, given, made))
        return output

    def on_call(self, call: Call) -> None:
        steps = [self._places[id(step.arguments)][1] for step in call.steps if id(step.arguments) in self._places]
        # The arguments as they were before the call overwrote them.
        read = {id(tensor): self._read.get(id(tensor), -1) for tensor in _tensors(call.arguments)}
        read = {key: slot for key, slot in read.items() if slot >= 0}
        for tensor in _tensors(call.arguments):
            read.setdefault(id(tensor), self._slot(tensor))
        gave = {id(tensor): self._slot(tensor) for tensor in _tensors(call.output)}
        self._read.clear()
        self.calls.append(
            RecordedCall(
                call.name,
                call.kind,
                call.module,
                tuple(steps),
                _slotted(call.arguments, read),
                _slotted(first_tensor(call.output), gave),
                len(self.operations) - 1,
            )
        )

    def finish(self, start: int, batch: Tensor, most_bytes: int) -> Recording:
        whole = {
            slot: tensor
            for slot, tensor in enumerate(self._tensors)
            if slot not in self.constants and slot != start and _version(tensor) == self._versions[slot]
        }
        kept = chosen(
            [(each.reads, _made(each)) for each in self.operations],
            self.work,
            [call.position for call in self.calls],
            whole,
            {start, *self.constants},
            most_bytes,
        )
        owned = {slot: tensor for slot, tensor in self.constants.items() if id(tensor) in self._owned}
        own = {slot: tensor for slot, tensor in self.constants.items() if slot not in owned}
        return Recording(self.operations, self.calls, {**kept, **own, start: batch}, owned)

    def _writes(self, given: list[Tensor], target: Tensor | None, read: dict[int, int]) -> list[tuple[int, int]]:
        """Return the slots of what an operation overwrote, before and after."""
        changed = {id(each): each for each in given if _version(each) != self._versions[read[id(each)]]}
        if not changed:
            return []
        written = target if target is not None and id(target) in changed else next(iter(changed.values()))
        # Views of what is overwritten count its writes too; they are looked at anew when they are read.
        memory = written.untyped_storage().data_ptr()
        alone = written is target or len(changed) == 1
        before = read[id(written)]
        if not alone or any(each.untyped_storage().data_ptr() != memory for each in changed.values()):
            raise UnrepeatableError("The model overwrites several tensors at once.")
        if self.constants.get(before) is written:
            raise UnrepeatableError("The model overwrites its own weights.")
        return [(before, self.bind(written))]

    def _slot(self, tensor: Tensor) -> int:
        """Return the slot of a tensor that is about to be read."""
        number = self._known.get(id(tensor))
        if number is not None and self._versions[number] == _version(tensor):
            return number
        # It came about, or was changed, in a way that is not seen: from here on it is given.
        given = self.bind(tensor)
        own = number is None and id(tensor) in self._owned
        self.constants[given] = tensor if own else tensor.detach().clone()
        return given

    def _now(self, tensor: Tensor) -> int:
        number = self._known.get(id(tensor))
        fresh = number is None or self._versions[number] != _version(tensor)
        return self.bind(tensor) if number is None or fresh else number


def _run(operation: Operation, values: dict[int, Tensor]) -> None:
    """Run an operation on values by their slots, and add what it makes; what it overwrites is copied first."""
    copies = {before: values[before].clone() for before, _ in operation.writes}
    given = {**values, **copies} if copies else values
    output = operation.function(*_filled(operation.arguments, given), **_filled(operation.keywords, given))
    for before, after in operation.writes:
        values[after] = copies[before]
    _match(operation.output, output, values)


def _match(slots: Any, output: Any, values: dict[int, Tensor]) -> None:
    if isinstance(slots, Slot):
        values.setdefault(slots.number, output)
    elif isinstance(slots, dict):
        for name, part in slots.items():
            _match(part, output[name], values)
    elif isinstance(slots, tuple | list):
        for part, value in zip(slots, output, strict=True):
            _match(part, value, values)


def _made(operation: Operation) -> tuple[int, ...]:
    return (*_numbers(operation.output), *(after for _, after in operation.writes))


def _tensors(item: Any) -> list[Tensor]:
    if isinstance(item, Tensor):
        return [item]
    if isinstance(item, dict):
        item = item.values()
    elif not isinstance(item, tuple | list):
        return []
    return [tensor for part in item for tensor in _tensors(part)]


def _slotted(item: Any, slots: dict[int, int]) -> Any:
    """Return nested arguments with slots in the place of tensors."""
    if isinstance(item, Tensor):
        return Slot(slots[id(item)])
    if isinstance(item, dict):
        return {key: _slotted(part, slots) for key, part in item.items()}
    if isinstance(item, tuple | list) and _tensors(item):
        parts = [_slotted(part, slots) for part in item]
        return parts if isinstance(item, list) else tuple(parts)
    return item


def _filled(item: Any, values: dict[int, Tensor]) -> Any:
    """Return nested arguments with tensors in the place of slots."""
    if isinstance(item, Slot):
        return values[item.number]
    if isinstance(item, dict):
        return {key: _filled(part, values) for key, part in item.items()}
    if type(item) in (tuple, list):
        return type(item)([_filled(part, values) for part in item])
    return item


def _numbers(item: Any) -> list[int]:
    if isinstance(item, Slot):
        return [item.number]
    if isinstance(item, dict):
        item = item.values()
    elif type(item) not in (tuple, list):
        return []
    return [number for part in item for number in _numbers(part)]


def _version(tensor: Tensor) -> int:
    if tensor.is_inference():
        raise UnrepeatableError("The model runs in inference mode, in which nothing counts what is overwritten.")
    return tensor._version


# What these make of plain numbers they make again.
_FACTORIES = frozenset(("zeros", "ones", "full", "arange", "linspace", "eye"))


_UNWATCHED = (Tensor.data.__get__, Tensor.data.__set__)  # type: ignore[attr-defined]
_PRODUCTS = frozenset(("matmul", "bmm", "baddbmm", "einsum", "scaled_dot_product_attention"))


def _work(name: str, given: list[Tensor], made: list[Tensor]) -> float:
    """Return about how much an operation costs, in multiplications; measured times depend on what else runs."""
    weight = next((each for each in given if isinstance(each, nn.Parameter) and each.dim() > 1), None)
    if weight is not None:
        each = weight.numel() / max(1, len(weight))
    else:
        each = given[0].shape[-1] if name in _PRODUCTS and given[0].dim() else 5
    # Beginning takes as long as some 200,000 of them.
    return 200_000 + max((tensor.numel() for tensor in made or given), default=0) * each


def _is_autocast() -> bool:
    return torch.is_autocast_enabled("cpu") or torch.is_autocast_enabled("cuda")

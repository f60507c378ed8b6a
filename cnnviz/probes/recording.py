"""A forward written down, so that any layer can be had again from the nearest of a few tensors that were kept.

    >>> from cnnviz.probes.record import record
    >>> recording, scores = record(resnet18, batch)
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

from cnnviz.calls import Call, Step
from cnnviz.errors import ModelError
from cnnviz.probes.partial_forward import missing
from cnnviz.probes.slots import Slot, filled, numbers

Function = Callable[..., Any]
Giver = Callable[[Any], tuple[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One torch function; slots stand in for tensors. `writes` are pairs: what it overwrites, what that is then."""

    function: Function
    arguments: Any
    keywords: Any
    output: Any
    reads: tuple[int, ...]
    writes: tuple[tuple[int, int], ...]

    @property
    def makes(self) -> tuple[int, ...]:
        """The slots of what it gives, and of what it overwrote as that is then."""
        return (*numbers(self.output), *(after for _, after in self.writes))


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
        self,
        operations: list[Operation],
        calls: list[RecordedCall],
        kept: dict[int, Tensor],
        given: dict[int, Tensor],
        owned: dict[int, Tensor],
    ) -> None:
        """`kept` are of those that can be computed, what saves most first; `owned` are the model's own tensors."""
        self.names = tuple(call.name for call in calls)
        self._operations = operations
        self._calls = {call.name: number for number, call in enumerate(calls)}
        self._every = calls
        self._checkpoints, self._given, self._kept = kept, given, kept | given | owned
        self._made_by: dict[int, int] = {}
        for place, operation in enumerate(operations):
            for number in operation.makes:
                self._made_by.setdefault(number, place)

    @property
    def nbytes(self) -> int:
        """Return what it takes, without the model's own tensors."""
        # An operation with its arguments takes about a kilobyte of Python.
        return _bytes(self._checkpoints) + _bytes(self._given) + 1000 * len(self._operations)

    def shrink(self, most_bytes: int) -> None:
        """Let go of what saves least of the way to a layer, until at most `most_bytes` of such tensors are kept."""
        while _bytes(self._checkpoints) > most_bytes:
            number = next(reversed(self._checkpoints))
            del self._checkpoints[number], self._kept[number]

    def tensor(self, name: str) -> Tensor:
        """Return what a call gave, of several tensors the first; raise ModelError for a name that no call has."""
        call = self._named(name)
        slot = next(iter(numbers(call.output)), None)
        if slot is None:
            raise ModelError(f"{name} gives no tensor.")
        return self._values([slot])[slot]

    def call(self, name: str) -> tuple[Call, Giver]:
        """Return a call as it was seen, its arguments as they were before it, and who gave a tensor among them.

        The latter returns the name and kind of a call, "" and "" when no call gave the tensor.
        """
        call = self._named(name)
        operations = [self._operations[step] for step in call.steps]
        slots = {*numbers(call.arguments), *numbers(call.output)}
        for operation in operations:
            slots |= {*operation.reads, *numbers(operation.output)}
        values = self._values(slots)
        steps = tuple(
            Step(each.function, *(filled(part, values) for part in (each.arguments, each.keywords, each.output)))
            for each in operations
        )
        arguments, output = filled(call.arguments, values), filled(call.output, values)
        found = {id(value): slot for slot, value in values.items()}
        earlier = self._every[: self._calls[name]]

        def giver(value: Any) -> tuple[str, str]:
            slot = found.get(id(value))
            gave = (each for each in reversed(earlier) if next(iter(numbers(each.output)), None) == slot)
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


def _bytes(tensors: dict[int, Tensor]) -> int:
    storages = (tensor.untyped_storage() for tensor in tensors.values())
    return sum({each.data_ptr(): each.nbytes() for each in storages}.values())


def _run(operation: Operation, values: dict[int, Tensor]) -> None:
    """Run an operation on values by their slots, and add what it makes; what it overwrites is copied first."""
    copies = {before: values[before].clone() for before, _ in operation.writes}
    given = {**values, **copies} if copies else values
    output = operation.function(*filled(operation.arguments, given), **filled(operation.keywords, given))
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

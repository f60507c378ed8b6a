"""The tensors that a run meets, by identity, for as long as each lives, and how long each storage is needed.

No tensor is kept alive: when the last one in a storage is gone, `ends` says so, and so the memory that a run needs is
known.
"""

import weakref
from collections.abc import Collection

from torch import Tensor

from cnnviz.analysis.measured import whole
from cnnviz.analysis.operations import Value
from cnnviz.analysis.unusual import kind_of
from cnnviz.errors import ModelError


class Lifetimes:
    """`constant` are the storages that are there before a run and after it, which is that of no Value; the set may
    grow. `clock` is the number of operations so far.
    """

    def __init__(self, parameters: Collection[int], constant: Collection[int]) -> None:
        self.values: list[Value] = []
        self.trained: set[int] = set()
        self.ends: dict[int, int] = {}
        self.clock = 0
        self._parameters = parameters
        self._constant = constant
        self._known: dict[int, Value] = {}
        self._references: dict[int, _Reference] = {}
        self._storages: dict[int, int] = {}
        self._lying: list[dict[int, Value]] = []
        self._births: list[int] = []

    def value(self, tensor: Tensor) -> Value:
        """Return the record of a tensor, made when it is met for the first time or has another shape than before."""
        key, shape = id(tensor), tuple(tensor.shape)
        known = self._known.get(key)
        if known is not None and known.shape == shape:
            return known
        try:
            place = tensor.untyped_storage()._cdata
        except RuntimeError:
            if (batch := whole(tensor)) is tensor:
                raise ModelError(
                    f"The model makes a {kind_of(tensor)} tensor, which has no size in memory without its numbers; "
                    "with dense ones it can be analysed."
                ) from None
            return self.value(batch)
        storage = -1 if place in self._constant else self._storages.get(place)
        if storage is None:
            storage = self._storages[place] = len(self._births)
            self._births.append(self.clock)
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

    def known(self, tensor: Tensor) -> Value | None:
        """Return the record of a tensor that was met before and has the shape that it had."""
        found = self._known.get(id(tensor))
        return found if found is not None and found.shape == tuple(tensor.shape) else None

    def is_new(self, tensor: Tensor) -> bool:
        """Return whether a tensor without numbers was not met before, and is none that the model has."""
        if id(tensor) in self._known:
            return False
        tensor = whole(tensor)
        return (
            tensor.is_meta and id(tensor) not in self._known and tensor.untyped_storage()._cdata not in self._constant
        )

    def beside(self, values: tuple[Value, ...]) -> tuple[Value, ...]:
        """Return the other tensors that lie in the same storages."""
        numbers = {value.number for value in values}
        storages = {value.storage for value in values} - {-1}
        lying = [value for storage in storages for value in self._lying[storage].values()]
        return tuple(value for value in lying if value.number not in numbers)

    def is_born(self, value: Value, since: int) -> bool:
        """Return whether a tensor's storage was made after `since` operations."""
        return value.storage >= 0 and self._births[value.storage] >= since

    def finish(self) -> tuple[int, ...]:
        """Let go of all tensors, and return for every storage how many operations had run when it was gone."""
        self._references.clear()
        return tuple(self.ends.get(number, self.clock) for number in range(len(self._births)))

    def _gone(self, reference: "_Reference") -> None:
        key = reference.key
        value = self._known.pop(key)
        self._references.pop(key, None)
        if value.storage >= 0:
            lying = self._lying[value.storage]
            lying.pop(key, None)
            if not lying:
                self.ends[value.storage] = self.clock
                del self._storages[reference.place]


class _Reference(weakref.ref[Tensor]):
    """A weak reference that knows whom it stands for."""

    __slots__ = ("key", "place")

    key: int
    place: int

"""What every answer is made of: arrays, their size in bytes, and what makes them read-only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


class Sized:
    """Base of results: they know the bytes of their arrays."""

    @property
    def nbytes(self) -> int:
        """Return the bytes that this result keeps alive."""
        return nbytes_of(self)


@dataclass(frozen=True, eq=False)
class Probed(Sized, Generic[T]):
    """What a probe of cnnviz.probes `found`, as the probe gives it."""

    found: T
    device: str
    note: str


def nbytes_of(value: Any) -> int:
    """Return the bytes of the arrays in a value, at any depth, shared memory counted once, plus a little."""
    memory: dict[int, int] = {}
    things = 0
    for thing in _things(value):
        things += 1
        if isinstance(thing, np.ndarray):
            owner = _owner(thing)
            memory[owner.__array_interface__["data"][0]] = max(owner.nbytes, thing.nbytes)
        elif isinstance(thing, bytes | str):
            things += len(thing) // 64
    return sum(memory.values()) + 64 * things


def freeze(result: T) -> T:
    """Return a result, from now on with none but read-only arrays, since many callers share it."""
    for thing in _things(result):
        if isinstance(thing, np.ndarray):
            thing.setflags(write=False)
    return result


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array, from now on read-only."""
    array.setflags(write=False)
    return array


def _owner(array: NDArray[Any]) -> NDArray[Any]:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _things(value: Any) -> Iterator[Any]:
    yield value
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _things(getattr(value, each.name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from _things(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _things(item)

"""The flat records that a trace leaves: plain integers and settings, no tensor."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

import torch
from torch.overrides import resolve_name

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor of the trace: its number, its size, the bytes of one element, and the number of the memory it lies in.

    What the network owns, and constants that do not come from its input, have a `storage` of -1.
    """

    number: int
    shape: Shape
    itemsize: int
    storage: int = -1

    @property
    def nbytes(self) -> int:
        return prod(self.shape) * self.itemsize


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One torch function as it was called, with a Value in the place of every tensor.

    `aliases` are the other tensors into whose memory it wrote. `formulas` are the arguments and keywords once more
    where some of their numbers were calculated from sizes, each as the formula of cnnviz.analysis.extents.
    """

    name: str
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    outputs: tuple[Value, ...]
    aliases: tuple[Value, ...] = ()
    writes: bool = False
    formulas: tuple[tuple[Any, ...], Mapping[str, Any]] | None = None

    def get(self, position: int, keyword: str, default: Any = None) -> Any:
        """Return an argument, however it was passed; `default` for one that is missing."""
        if position < len(self.arguments):
            return self.arguments[position]
        return self.keywords.get(keyword, default)

    def rest(self, position: int, keyword: str) -> tuple[Any, ...]:
        """Return an argument that may be a list or spelled out: permute(0, 2, 1) and permute((0, 2, 1))."""
        given = self.arguments[position:] or (self.keywords.get(keyword),)
        return tuple(given[0]) if isinstance(given[0], tuple | list) else given

    @property
    def inputs(self) -> tuple[Value, ...]:
        return tuple(values_in((self.arguments, tuple(self.keywords.values()))))


@dataclass(frozen=True, slots=True, eq=False)
class TracedCall:
    """One call of the model: its name as in cnnviz.calls, its operations, its output and its own parameters' count.

    `keeps` tells whether its output counts as memory of its own: a module's does, that of a function unless it is a
    view or was written in place.
    """

    name: str
    kind: str
    operations: tuple[Operation, ...]
    output: Value
    parameters: int
    keeps: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """Parameters of a model: how many numbers, and their bytes; of those that are trained, also how many tensors."""

    count: int
    nbytes: int
    trained_bytes: int
    trained_tensors: int


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A model's run on inputs of one size. `parameters` counts every registered tensor once, run or not, and of
    modules that are not registered those that ran.

    `ends` tells for every storage how many operations had run when its last tensor was gone. `trained` are the numbers
    of the Values that are parameters and that autograd follows. `conditions` are formulas and what they must give at
    another input size for the trace to hold there; None where it cannot hold at another size. `home` is the device that
    the model was on. `modules` are the kinds of the modules that others lie in, by name.
    """

    inputs: tuple[Value, ...]
    calls: tuple[TracedCall, ...]
    values: tuple[Value, ...]
    ends: tuple[int, ...]
    trained: frozenset[int]
    parameters: Stored
    conditions: Mapping[Any, Any] | None
    home: torch.device
    outputs: tuple[Value, ...]
    modules: Mapping[str, str]

    @property
    def operations(self) -> list[Operation]:
        return [operation for call in self.calls for operation in call.operations]

    def does_as(self, other: "Trace") -> bool:
        """Return whether the same was done in both runs, to tensors of the same sizes."""
        return [call.name for call in self.calls] == [call.name for call in other.calls] and [
            (op.name, op.arguments, op.keywords, op.outputs) for op in self.operations
        ] == [(op.name, op.arguments, op.keywords, op.outputs) for op in other.operations]


def values_in(item: Any) -> Iterator[Value]:
    """Yield every Value in nested tuples, lists and dicts."""
    if isinstance(item, Value):
        yield item
    elif isinstance(item, tuple | list):
        for part in item:
            yield from values_in(part)
    elif isinstance(item, dict):
        yield from values_in(tuple(item.values()))


def writes_in_place(function: Callable[..., Any], keywords: Mapping[str, Any]) -> bool:
    """Return whether a function writes into a tensor that it is given: x.add_(y), x[0] = y, torch.add(x, y, out=z)."""
    raw: str = getattr(function, "__name__", "")
    return (raw.endswith("_") and not raw.endswith("__")) or raw in _SETTING or "out" in keywords


_SETTING = frozenset(["__setitem__", *(f"__i{name}__" for name in ("add", "sub", "mul", "truediv", "floordiv"))])


@lru_cache(maxsize=4096)
def function_name(function: Callable[..., Any]) -> str:
    """Return one name for all spellings of a function: add for torch.add, x + y, x += y and x.add_(y)."""
    name = getattr(function, "__name__", "") or str(function)
    if name in ("__get__", "__set__"):
        name = (resolve_name(function) or name).split(".")[-2]
    name = name.split("::")[-1].split(".")[0]
    if match := re.fullmatch(r"__([ir])(\w+)__", name):
        kind, stem = match.groups()
        if stem in _OPERATORS:
            return stem if kind == "i" or stem != "matmul" else "rmatmul"
    return name.strip("_")


_OPERATORS = frozenset(("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "div"))

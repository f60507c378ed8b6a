"""The flat records that a trace leaves: plain integers and settings, no tensor."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

from torch.overrides import resolve_name

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor of the trace: its number, its size and the bytes of one element."""

    number: int
    shape: Shape
    itemsize: int

    @property
    def count(self) -> int:
        return prod(self.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One torch function as it was called, with a Value in the place of every tensor.

    `aliases` are the other tensors into whose memory it wrote.
    """

    name: str
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    outputs: tuple[Value, ...]
    aliases: tuple[Value, ...] = ()

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
    """One call of the model: its name as in cnnviz.calls, its operations, its output and its own parameters' count."""

    name: str
    kind: str
    operations: tuple[Operation, ...]
    output: Value
    parameters: int


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A model's run on an input of one size. `parameters` counts every registered tensor once, run or not."""

    input: Value
    calls: tuple[TracedCall, ...]
    parameters: int


def values_in(item: Any) -> Iterator[Value]:
    """Yield every Value in nested tuples, lists and dicts."""
    if isinstance(item, Value):
        yield item
    elif isinstance(item, tuple | list):
        for part in item:
            yield from values_in(part)
    elif isinstance(item, dict):
        yield from values_in(tuple(item.values()))


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

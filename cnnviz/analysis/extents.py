"""Sizes that remember where they come from, so that a trace can be followed at another input size.

While a model is traced, `x.shape` gives Extents in the place of ints. They calculate and compare as ints do; what was
calculated is kept as a formula, and what was compared as a condition under which the trace holds. Anything else that
asks for the plain number fixes it: the trace then holds for that number alone.
"""

import operator
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import torch

from cnnviz.analysis.operations import Shape, Value


@dataclass(frozen=True, slots=True)
class Size:
    """The extent of a tensor, by its number in the trace, along a dimension."""

    number: int
    dim: int


@dataclass(frozen=True, slots=True)
class Formula:
    """A calculation with sizes: a function of the module operator and what it is given."""

    name: str
    parts: tuple["Origin", ...]


Origin = int | Size | Formula


@dataclass
class Conditions:
    """What has to hold at another size: what formulas gave when they were compared, or were used as plain numbers.

    `uses` are the latter: the formula, its number, and the instruction that asked.
    """

    compared: dict[Formula, Any] = field(default_factory=dict)
    uses: list[tuple[Origin, int, tuple[int, int]]] = field(default_factory=list)

    def forget(self, frame: FrameType) -> None:
        """Forget the uses by the instruction that `frame` is at.

        torch asks for plain numbers before it says which function is to run; those are followed after all.
        """
        at = id(frame), frame.f_lasti
        while self.uses and self.uses[-1][2] == at:
            self.uses.pop()

    def formulas(self) -> dict[Formula, Any]:
        """Return formulas and what they must give."""
        return self.compared | {Formula("pos", (origin,)): number for origin, number, _ in self.uses}


def evaluate(origin: Any, shape_of: Callable[[int], Shape]) -> Any:
    """Return the number that a formula gives where the tensors have the sizes that `shape_of` tells."""
    if type(origin) is Size:
        return shape_of(origin.number)[origin.dim]
    if type(origin) is Formula:
        return getattr(operator, origin.name)(*[evaluate(part, shape_of) for part in origin.parts])
    return origin


class Extent:
    """An int with an origin. `conditions` is where comparisons are written down."""

    __slots__ = ("conditions", "number", "origin")

    def __init__(self, number: int, origin: Origin, conditions: Conditions) -> None:
        self.number = number
        self.origin = origin
        self.conditions = conditions

    # isinstance(extent, int) is true, as models expect of a size; type(extent) still tells.
    @property  # type: ignore[misc]
    def __class__(self) -> type:  # type: ignore[override]
        return int

    def plain(self) -> int:
        """Return the number, for a use that is not followed: the trace holds for it alone."""
        frame = sys._getframe(1)
        self.conditions.uses.append((self.origin, self.number, (id(frame), frame.f_lasti)))
        return self.number

    __index__ = __int__ = plain

    def __float__(self) -> float:
        return float(self.plain())

    def __hash__(self) -> int:
        return hash(self.plain())

    def __bool__(self) -> bool:
        return bool(_compared("ne", self, 0))

    def __floor__(self) -> "Extent":
        return self

    __ceil__ = __trunc__ = __pos__ = __floor__

    def __round__(self, digits: int | None = None) -> "Extent":
        return self

    def __repr__(self) -> str:
        return repr(_written(self, sys._getframe(1)))

    def __format__(self, form: str) -> str:
        return format(_written(self, sys._getframe(1)), form)


def _written(extent: Extent, frame: FrameType) -> int:
    """Return the number for a text: a use that fixes it, unless the code that asks writes messages."""
    return extent.number if _MESSAGES.intersection(frame.f_code.co_names) else extent.plain()


_MESSAGES = frozenset(("_assert", "print", "warn", "warning", "info", "debug", "log"))


def _origin_of(item: Any) -> Origin:
    return item.origin if type(item) is Extent else int(item)


def _calculated(name: str, *items: Any) -> Any:
    function = getattr(operator, name)
    extent = next(item for item in items if type(item) is Extent)
    numbers = [item.number if type(item) is Extent else item for item in items]
    if all(type(number) is int or type(number) is bool for number in numbers):
        made = function(*numbers)
        if type(made) is int:
            return Extent(made, Formula(name, tuple(map(_origin_of, items))), extent.conditions)
    return function(*[item.plain() if type(item) is Extent else item for item in items])


def _compared(name: str, one: Extent, other: Any) -> Any:
    if type(other) is not Extent and type(other) is not int:
        return getattr(operator, name)(one.plain(), other)
    numbers = one.number, other.number if type(other) is Extent else other
    outcome = getattr(operator, name)(*numbers)
    one.conditions.compared[Formula(name, (one.origin, _origin_of(other)))] = outcome
    return outcome


def _forward(name: str) -> Callable[[Extent, Any], Any]:
    return lambda one, other: _calculated(name, one, other)


def _reflected(name: str) -> Callable[[Extent, Any], Any]:
    return lambda one, other: _calculated(name, other, one)


def _comparison(name: str) -> Callable[[Extent, Any], Any]:
    return lambda one, other: _compared(name, one, other)


def _halves(one: Extent, other: Any) -> tuple[Any, Any]:
    return _calculated("floordiv", one, other), _calculated("mod", one, other)


for _name in ("add", "sub", "mul", "floordiv", "mod", "pow", "truediv", "lshift", "rshift", "and_", "or_", "xor"):
    setattr(Extent, f"__{_name.strip('_')}__", _forward(_name))
    setattr(Extent, f"__r{_name.strip('_')}__", _reflected(_name))
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(Extent, f"__{_name}__", _comparison(_name))
for _name in ("neg", "abs", "invert"):
    setattr(Extent, f"__{_name}__", lambda one, name=_name: _calculated(name, one))
setattr(Extent, "__divmod__", _halves)  # noqa: B010


class Extents(tuple[Extent, ...]):
    """What `x.shape` gives while a model is traced: to isinstance a torch.Size, which itself holds plain ints only."""

    __slots__ = ()

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # type: ignore[override]
        return torch.Size

    def numel(self) -> Any:
        total: Any = 1
        for extent in self:
            total = total * extent
        return total

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return Extents(found) if isinstance(index, slice) else found

    def __add__(self, other: Any) -> "Extents":
        return Extents((*self, *other))

    def __radd__(self, other: Any) -> "Extents":
        return Extents((*other, *self))

    def __mul__(self, times: Any) -> "Extents":
        return Extents(super().__mul__(times))

    __rmul__ = __mul__

    def __repr__(self) -> str:
        frame = sys._getframe(1)
        return f"torch.Size({[_written(extent, frame) for extent in self]})"


def extents_of(value: Value, conditions: Conditions) -> Extents:
    """Return the size of a tensor of the trace."""
    return Extents(Extent(size, Size(value.number, dim), conditions) for dim, size in enumerate(value.shape))


def any_extent(item: Any) -> bool:
    """Return whether an Extent is in nested arguments."""
    kind = type(item)
    if kind is Extent:
        return True
    if kind is slice:
        item = item.start, item.stop, item.step
    elif isinstance(item, dict):
        item = item.values()
    elif not isinstance(item, tuple | list):
        return False
    return any(map(any_extent, item))


def replace(item: Any, change: Callable[[Any], Any]) -> Any:
    """Return nested arguments with `change` applied to all that is no tuple, list, dict or slice."""
    kind = type(item)
    if kind is slice:
        return slice(*(replace(part, change) for part in (item.start, item.stop, item.step)))
    if isinstance(item, dict):
        return {key: replace(part, change) for key, part in item.items()}
    if kind in (tuple, Extents):
        parts = tuple(replace(part, change) for part in item)
        # x.new takes a tuple for numbers and a torch.Size for a size.
        return torch.Size(parts) if kind is Extents and all(type(part) is int for part in parts) else parts
    if kind is list:
        return [replace(part, change) for part in item]
    return change(item)


def number_of(item: Any) -> Any:
    """Return an Extent's number, for a use that is followed."""
    return item.number if type(item) is Extent else item


def plain_of(item: Any) -> Any:
    """Return an Extent's number, for a use that is not followed."""
    return item.plain() if type(item) is Extent else item

"""What every unit of a tensor sees of the image: for each axis of the image a Span, or the reason why none is known."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from cnnviz.analysis.operations import Shape
from cnnviz.arithmetic.bounds import Span, constant, identity


@dataclass(frozen=True, slots=True)
class Flattened:
    """An axis of `extent` units that is flattened with others: unit i of it is at t // inner % extent == i."""

    span: Span
    extent: int
    inner: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The image's positions lie along `dims` in a way that no single interval a unit describes; `why` says so.

    `flat` tells how they lie along the only one of `dims`, so that a later shape can take them apart again.
    """

    dims: frozenset[int]
    why: str
    flat: Flattened | None = None

    def on(self, dims: Iterable[int]) -> "Lost":
        """Return it after its dimensions got other numbers, in their order."""
        return Lost(frozenset(dims), self.why, self.flat)

    def mixed(self, dims: Collection[int]) -> "Lost":
        """Return it after an operation that mixes or moves positions over `dims`."""
        return Lost(self.dims, self.why) if self.flat and not self.dims.isdisjoint(dims) else self


Axis = Span | Lost


@dataclass(frozen=True, slots=True)
class Field:
    """One Axis for each axis of an image of `image` pixels. A tensor that the image does not reach has no Field."""

    axes: tuple[Axis, ...]
    image: Shape

    def each(self, change: Callable[[Axis, int], Axis]) -> "Field":
        """Return the field with every axis changed; `change` is told the image's extent along it."""
        return Field(tuple(map(change, self.axes, self.image)), self.image)


def of_image(shape: Shape) -> Field | None:
    """Return the field of a network's input (N, C, ...), or None for one that has no axis of positions."""
    return Field(tuple(identity(dim) for dim in range(2, len(shape))), shape[2:]) if len(shape) > 2 else None


def lose(field: Field, dims: Collection[int], why: str) -> Field:
    """Return the field after an operation that mixes positions over `dims` of its output in an untracked way."""
    return field.each(lambda axis, _: axis if _is_constant(axis) else Lost(frozenset(dims), why))


def gather(field: Field, dims: Collection[int], shape: Shape) -> Field:
    """Return the field of an operation every unit of which reads the whole of `dims`. Dimensions keep their numbers."""

    def change(axis: Axis, extent: int) -> Axis:
        if isinstance(axis, Lost):
            left = axis.dims - set(dims)
            return axis.on(left) if left else constant(0, extent - 1, whole=True)
        if axis.dim is None or axis.dim not in dims:
            return axis
        first, last = axis.first(0), axis.last(shape[axis.dim] - 1)
        # Pixels past the last stride, which no layer reads, do not make a global operation any less global.
        whole = first <= 0 and last + max(axis.slopes) > extent - 1
        return constant(first, last, whole=whole)

    return field.each(change)


def gather_all(field: Field, shape: Shape) -> Field:
    return gather(field, range(len(shape)), shape)


def renumber(field: Field, places: Mapping[int, int], shape: Shape) -> Field:
    """Return the field after dimensions moved to `places`; one that has none must have had size 1."""

    def change(axis: Axis, extent: int) -> Axis:
        if isinstance(axis, Lost):
            return axis.on(places[dim] for dim in axis.dims if dim in places)
        if axis.dim is None:
            return axis
        return axis.on(places[axis.dim]) if axis.dim in places else _only_unit(axis, extent)

    return field.each(change)


def stretch(field: Field, shape: Shape, wanted: Shape) -> Field:
    """Return the field of a tensor of `shape` broadcast to `wanted`."""
    more = len(wanted) - len(shape)

    def change(axis: Axis, extent: int) -> Axis:
        if isinstance(axis, Lost):
            return axis.on(dim + more for dim in axis.dims)
        if axis.dim is None:
            return axis
        if shape[axis.dim] == 1 != wanted[axis.dim + more]:
            return _only_unit(axis, extent)
        return axis.on(axis.dim + more)

    return field if shape == wanted else field.each(change)


def unite(fields: Sequence[Field | None], shape: Shape, name: str) -> Field | None:
    """Return the field of a tensor of `shape` whose units each read their own position in all of `fields`."""
    # Told apart by identity first: most branches share one field, and comparing chains takes its time.
    once = {id(field): field for field in fields if field is not None}
    reached = list(dict.fromkeys(once.values())) if len(once) > 1 else list(once.values())
    if len(reached) < 2:
        return reached[0] if reached else None
    image = reached[0].image
    columns = zip(*(field.axes for field in reached), strict=True)
    axes = (_unite_all(column, shape, pixels, name) for column, pixels in zip(columns, image, strict=True))
    return Field(tuple(axes), image)


def _unite_all(axes: tuple[Axis, ...], shape: Shape, extent: int, name: str) -> Axis:
    axes = tuple(dict.fromkeys(axes))
    first, *others = axes
    spans = [axis for axis in others if isinstance(axis, Span) and axis.dim is not None]
    if len(spans) == len(others) and isinstance(first, Span) and all(axis.dim == first.dim for axis in spans):
        strides = sorted({stride for axis in (first, *spans) for stride in axis.slopes})
        if len(strides) == 1:
            return first.union(*spans)
        steps = " and ".join(map(str, strides))
        return Lost(dims_of(first), f"the branches that meet in {name} move by {steps} pixels a unit, which disagree")
    return reduce(lambda one, other: _unite(one, other, shape, extent, name), axes)


def _unite(one: Axis, other: Axis, shape: Shape, extent: int, name: str) -> Axis:
    for axis in (one, other):
        if isinstance(axis, Span) and axis.dim is None and axis.whole:
            return _cover(axis, other if axis is one else one, shape)
    if isinstance(one, Lost) and isinstance(other, Lost) and (both := _unite_flat(one, other, shape, extent, name)):
        return both
    if isinstance(one, Lost) or isinstance(other, Lost):
        why = one.why if isinstance(one, Lost) else other.why if isinstance(other, Lost) else ""
        return Lost(dims_of(one) | dims_of(other), why)
    if one.dim is None and other.dim is None:
        return one.union(other)
    if one.dim is None or other.dim is None:
        fixed, moving = (one, other) if one.dim is None else (other, one)
        first, last = moving.first(0), moving.last(shape[moving.dim or 0] - 1)
        if fixed.first(0) <= max(first, 0) and fixed.last(0) >= min(last, extent - 1):
            return fixed.union(constant(first, last))
        return Lost(dims_of(moving), f"in {name}, a part of the image that is the same for every unit is mixed in")
    if one.dim != other.dim:
        return Lost(dims_of(one) | dims_of(other), f"{name} pairs positions with each other")
    return _unite_all((one, other), shape, extent, name)


def _unite_flat(one: Lost, other: Lost, shape: Shape, extent: int, name: str) -> Lost | None:
    """Return the union of two that are flattened alike, None for any others."""
    first, second = one.flat, other.flat
    if not (first and second and one.dims == other.dims):
        return None
    if (first.extent, first.inner) != (second.extent, second.inner):
        return None
    span = _unite_all((first.span, second.span), shape, extent, name)
    if isinstance(span, Lost):
        return Lost(one.dims, span.why)
    return Lost(one.dims, one.why, Flattened(span, first.extent, first.inner))


def _cover(whole: Span, other: Axis, shape: Shape) -> Span:
    if isinstance(other, Lost):
        return whole
    last = 0 if other.dim is None else shape[other.dim] - 1
    united = constant(other.first(0), other.last(last)).union(whole)
    return constant(united.first(0), united.last(0), whole=True)


def _only_unit(axis: Span, extent: int) -> Span:
    first, last = axis.first(0), axis.last(0)
    return constant(first, last, whole=first <= 0 and last >= extent - 1)


def _is_constant(axis: Axis) -> bool:
    return isinstance(axis, Span) and axis.dim is None


def dims_of(axis: Axis) -> frozenset[int]:
    """Return the dimensions along which the image's positions lie."""
    if isinstance(axis, Lost):
        return axis.dims
    return frozenset() if axis.dim is None else frozenset((axis.dim,))

"""What every unit of a tensor sees of the image: for each axis of the image a Span, or the reason why none is known."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from cnnviz.analysis.operations import Shape
from cnnviz.arithmetic.bounds import Span, constant, identity

_IN_ONE = "positions along several axes lie in one dimension"


@dataclass(frozen=True, slots=True)
class Digit:
    """A number that lies along the dimension `dim` together with others: at t it is t // inner % extent."""

    dim: int
    extent: int
    inner: int = 1


@dataclass(frozen=True, slots=True)
class Flattened:
    """Units that see `span` at their place, of which each, given by `parts`, sees a part alone: an image in patches.

    Without `parts` all units of a place see the same, and one dimension holds the places of several axes.
    """

    span: Span
    place: Digit
    parts: tuple[Digit, ...] = ()


@dataclass(frozen=True, slots=True)
class Lost:
    """The image's positions lie along `dims` in a way that no single interval a unit describes; `why` says so.

    `flat` tells how they lie, so that a later shape, or a sum over the parts, can find them again.
    """

    dims: frozenset[int]
    why: str
    flat: Flattened | None = None

    def renumbered(self, places: Mapping[int, int]) -> "Lost":
        """Return it after dimensions moved to `places`."""
        dims, flat = frozenset(places[dim] for dim in self.dims if dim in places), self.flat
        if flat is None or len(dims) < len(self.dims):
            return Lost(dims, self.why)
        place, *parts = (Digit(places[digit.dim], digit.extent, digit.inner) for digit in (flat.place, *flat.parts))
        return Lost(dims, self.why, Flattened(flat.span, place, tuple(parts)))

    def mixed(self, dims: Collection[int]) -> "Lost":
        """Return it after an operation that mixes or moves positions over `dims`."""
        return Lost(self.dims, self.why) if self.flat and not self.dims.isdisjoint(dims) else self

    def gathered(self, dims: Collection[int], shape: Shape) -> "Axis | None":
        """Return it after an operation every unit of which reads the whole of `dims`, None where that is all."""
        left, flat = self.dims - set(dims), self.flat
        if not left:
            return None
        if flat is None or flat.place.dim in dims:
            return Lost(left, self.why)
        parts = tuple(digit for digit in flat.parts if digit.dim not in dims)
        why = self.why if parts or not flat.parts else _IN_ONE
        return settled(Flattened(flat.span, flat.place, parts), shape, why)


Axis = Span | Lost


def settled(flat: Flattened, shape: Shape, why: str) -> Axis:
    """Return the span of units that lie along a dimension of their own and see all of it, Lost for any others."""
    place = flat.place
    if not flat.parts and place.inner == 1 and shape[place.dim] == place.extent:
        return flat.span.on(place.dim)
    return Lost(frozenset(digit.dim for digit in (place, *flat.parts)), why, flat)


def flattened(axis: Axis, shape: Shape) -> Flattened | None:
    """Return how an axis lies along the dimensions of a tensor of `shape`, None where that is not known."""
    if isinstance(axis, Lost):
        return axis.flat
    return None if axis.dim is None else Flattened(axis.on(0), Digit(axis.dim, shape[axis.dim]))


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
            return axis.gathered(dims, shape) or constant(0, extent - 1, whole=True)
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
            return axis.renumbered(places)
        if axis.dim is None:
            return axis
        return axis.on(places[axis.dim]) if axis.dim in places else _only_unit(axis, extent)

    return field.each(change)


def stretch(field: Field, shape: Shape, wanted: Shape) -> Field:
    """Return the field of a tensor of `shape` broadcast to `wanted`."""
    more = len(wanted) - len(shape)

    def change(axis: Axis, extent: int) -> Axis:
        if isinstance(axis, Lost):
            return axis.renumbered({dim: dim + more for dim in axis.dims})
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
    if isinstance(one, Lost) or isinstance(other, Lost):
        why = one.why if isinstance(one, Lost) else other.why if isinstance(other, Lost) else ""
        mine, its = flattened(one, shape), flattened(other, shape)
        if mine and its and mine.place == its.place:
            span = _unite_all((mine.span, its.span), shape, extent, name)
            if isinstance(span, Span):
                parts = tuple(dict.fromkeys((*mine.parts, *its.parts)))
                return settled(Flattened(span, mine.place, parts), shape, why)
            why = span.why
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

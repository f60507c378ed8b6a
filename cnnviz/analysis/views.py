"""Fields through functions that give the same elements another shape: reshaping, permuting, expanding."""

from collections.abc import Sequence
from math import prod
from typing import Any

from cnnviz.analysis.field import Axis, Digit, Field, Flattened, Lost, flattened, lose, renumber, settled, stretch
from cnnviz.analysis.operations import Operation, Shape
from cnnviz.analysis.windows import Get, window

Group = tuple[list[int], list[int]]


def reshape(op: Operation, get: Get) -> Field | None:
    image, made = op.arguments[0], op.outputs[0]
    field = get(image)
    if field is None or image.shape == made.shape:
        return field
    return reshaped(field, image.shape, made.shape, op.name)


def reshaped(field: Field, shape: Shape, wanted: Shape, name: str) -> Field:
    """Return the field after elements in row-major order took another shape."""
    if prod(shape) != prod(wanted) or not prod(shape):
        return lose(field, range(len(wanted)), f"{name} is not followed")
    groups = _groups(shape, wanted)
    kept = {old[0]: new[0] for old, new in groups if len(old) == len(new) == 1}
    plain = renumber(field, kept, shape)

    def change(axis: Axis, place: int) -> Axis:
        dims = axis.dims if isinstance(axis, Lost) else {axis.dim}
        folded = [(old, new) for old, new in groups if dims & set(old)]
        if not folded or (not isinstance(axis, Lost) and axis.dim in kept):
            return plain.axes[place]
        why = axis.why if isinstance(axis, Lost) else f"{name} folds positions into another shape"
        flat = flattened(axis, shape)
        found = flat and _refolded(flat, shape, wanted, folded)
        return settled(found, wanted, why) if found else Lost(frozenset(dim for _, new in folded for dim in new), why)

    return Field(tuple(change(axis, place) for place, axis in enumerate(field.axes)), field.image)


def _refolded(flat: Flattened, shape: Shape, wanted: Shape, groups: Sequence[Group]) -> Flattened | None:
    """Return how an axis lies in another shape, None where its units are not whole in one dimension, or in patches."""
    place, *parts = (_digits(digit, shape, wanted, groups) for digit in (flat.place, *flat.parts))
    if not place or not all(len(part) == 1 for part in parts):
        return None
    # Places that are split are patches of neighbours: 8 rows are 4 times 2.
    size = prod(digit.extent for digit in place[1:])
    span = flat.span.through(*window(size, size, 0)) if size > 1 else flat.span
    return Flattened(span, place[0], (*place[1:], *(part[0] for part in parts)))


def _digits(digit: Digit, shape: Shape, wanted: Shape, groups: Sequence[Group]) -> list[Digit]:
    """Return a digit in another shape, in several where it is split, the first of them the greatest; [] where it is
    not whole.
    """
    old, new = next((group for group in groups if digit.dim in group[0]), ([], []))
    inner = digit.inner * prod(shape[other] for other in old if other > digit.dim)
    found, left = [], digit.extent
    after = prod(wanted[other] for other in new)
    for dim in new:
        size, after = wanted[dim], after // wanted[dim]
        # This dimension counts steps of `after`, up to `after * size`; the digit those of `inner`, up to inner * left.
        if after >= inner * left or after * size <= inner:
            continue
        if after <= inner and inner * left <= after * size and not inner % after:
            if left > 1:
                found.append(Digit(dim, left, inner // after))
            return found
        if after > inner and not after % inner and inner * left == after * size:
            found.append(Digit(dim, size))
            left = after // inner
            continue
        return []
    return []


def _groups(shape: Shape, wanted: Shape) -> list[Group]:
    """Return the smallest runs of dimensions, sizes 1 aside, that hold the same elements in both shapes."""
    old = [dim for dim, size in enumerate(shape) if size != 1]
    new = [dim for dim, size in enumerate(wanted) if size != 1]
    groups = []
    while old or new:
        run, made = [old.pop(0)], [new.pop(0)]
        have, want = shape[run[0]], wanted[made[0]]
        while have != want:
            if have < want:
                run.append(old.pop(0))
                have *= shape[run[-1]]
            else:
                made.append(new.pop(0))
                want *= wanted[made[-1]]
        groups.append((run, made))
    return groups


def permute(op: Operation, get: Get) -> Field | None:
    image = op.arguments[0] if op.arguments else op.get(0, "input")
    field = get(image)
    if field is None:
        return None
    order = order_of(op, len(image.shape))
    return renumber(field, {old: new for new, old in enumerate(order)}, image.shape)


def order_of(op: Operation, size: int) -> list[int]:
    """Return, for each dimension of what a permuting function makes, which one of `size` it was."""
    order = list(range(size))
    if op.name == "permute":
        order = [dim % size for dim in op.rest(1, "dims")]
    elif op.name in ("movedim", "moveaxis"):
        order = _moved(size, op.get(1, "source"), op.get(2, "destination"))
    else:
        swapped = (op.get(1, "dim0", op.get(1, "axis0", -2)), op.get(2, "dim1", op.get(2, "axis1", -1)))
        one, other = (dim % size for dim in swapped)
        if op.name in ("T", "H"):
            order.reverse()
        elif size > 1:
            order[one], order[other] = order[other], order[one]
    return order


def _moved(size: int, source: Any, destination: Any) -> list[int]:
    sources = [dim % size for dim in (source if isinstance(source, tuple) else (source,))]
    places = [dim % size for dim in (destination if isinstance(destination, tuple) else (destination,))]
    fixed = dict(zip(places, sources, strict=True))
    rest = iter(dim for dim in range(size) if dim not in sources)
    return [fixed[place] if place in fixed else next(rest) for place in range(size)]


def expand(op: Operation, get: Get) -> Field | None:
    image, made = op.arguments[0], op.outputs[0].shape
    field = get(image)
    if field is None:
        return None
    more = len(made) - len(image.shape)
    repeated = {
        dim + more
        for dim, size in enumerate(image.shape)
        if size not in (1, made[dim + more]) or size > made[dim + more]
    }

    def change(axis: Axis, _: int) -> Axis:
        if isinstance(axis, Lost):
            return axis.mixed(repeated)
        return Lost(frozenset((axis.dim,)), f"{op.name} repeats positions") if axis.dim in repeated else axis

    return stretch(field, image.shape, made).each(change)

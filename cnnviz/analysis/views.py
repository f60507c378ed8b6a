"""Fields through functions that give the same elements another shape: reshaping, permuting, expanding."""

from collections.abc import Sequence
from math import prod
from typing import Any

from cnnviz.analysis.field import Axis, Field, Flattened, Lost, lose, renumber, stretch
from cnnviz.analysis.operations import Operation, Shape
from cnnviz.analysis.windows import Get


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
        found = _refolded(axis, shape, wanted, *folded[0], why) if len(folded) == 1 else None
        return found or Lost(frozenset(dim for _, new in folded for dim in new), why)

    return Field(tuple(change(axis, place) for place, axis in enumerate(field.axes)), field.image)


def _refolded(axis: Axis, shape: Shape, wanted: Shape, old: Sequence[int], new: Sequence[int], why: str) -> Axis | None:
    """Return an axis along one of the dimensions `old` where all of it lies along one of `new`, None elsewhere."""
    if isinstance(axis, Lost):
        flat, dim = axis.flat, min(axis.dims)
    else:
        dim = axis.dim or 0
        flat = Flattened(axis.on(0), shape[dim], 1)
    if flat is None:
        return None
    inner = flat.inner * prod(shape[other] for other in old if other > dim)
    for place in new:
        after = prod(wanted[other] for other in new if other > place)
        if inner % after == 0 and after * wanted[place] % (inner * flat.extent) == 0:
            if inner == after and wanted[place] == flat.extent:
                return flat.span.on(place)
            return Lost(frozenset((place,)), why, Flattened(flat.span, flat.extent, inner // after))
    return None


def _groups(shape: Shape, wanted: Shape) -> list[tuple[list[int], list[int]]]:
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

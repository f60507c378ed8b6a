"""Fields through functions that pick positions by their index."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from cnnviz.analysis.field import Axis, Field, Lost, dims_of, lose, renumber, stretch, unite
from cnnviz.analysis.operations import Operation, Shape
from cnnviz.analysis.windows import Get, through


def getitem(op: Operation, get: Get) -> Field | None:
    image, index = op.arguments
    field = get(image)
    return field and _indexed(op, field, image.shape, index if isinstance(index, tuple) else (index,))


def _indexed(op: Operation, field: Field, shape: Shape, index: tuple[Any, ...]) -> Field:
    made = op.outputs[0].shape
    if any(not (item is None or item is Ellipsis or type(item) in (int, slice)) for item in index):
        return _chosen(op, field, shape, index)
    taken = sum(item is not None and item is not Ellipsis for item in index)
    full = (slice(None),) * (len(shape) - taken)
    at = index.index(Ellipsis) if Ellipsis in index else len(index)
    index = (*index[:at], *full, *index[at + 1 :])
    places: dict[int, int] = {}
    links = {}
    picked: dict[int, int] = {}
    new = 0
    for dim, item in zip(_dims_of(index), index, strict=True):
        if item is None:
            new += 1
        elif isinstance(item, slice):
            start, _, step = item.indices(shape[dim])
            links[dim] = ((step, start, 1), (step, start, 1))
            places[dim], new = new, new + 1
        else:
            picked[dim] = item % shape[dim]
    if len(made) != new:
        return lose(field, range(len(made)), f"{op.name} is not followed")
    return renumber(through(pick(field, picked), links), places, shape)


def _dims_of(index: Sequence[Any]) -> list[int]:
    """Return, for each item of an index, the dimension it is about; None is about none, and gets the next one."""
    counts = accumulate((item is not None for item in index), initial=0)
    return list(counts)[: len(index)]


def pick(field: Field, picked: Mapping[int, int]) -> Field:
    """Return the field of units that read, along each dimension in `picked`, that one index."""

    def change(axis: Axis, _: int) -> Axis:
        if isinstance(axis, Lost):
            return axis.mixed(picked)
        if axis.dim is None or axis.dim not in picked:
            return axis
        at = picked[axis.dim]
        return axis.at(at, at)

    return field.each(change)


def _chosen(op: Operation, field: Field, shape: Shape, index: tuple[Any, ...]) -> Field:
    """Indices that are tensors or lists: harmless on a dimension that holds no positions, when it stays in place."""
    made = op.outputs[0].shape
    special = [place for place, item in enumerate(index) if not (isinstance(item, slice) and item == slice(None))]
    if len(special) == 1 and len(made) == len(shape) and Ellipsis not in index and None not in index:
        dim = special[0]
        if not any(dim in dims_of(axis) for axis in field.axes):
            return field
    return lose(field, range(len(made)), f"{op.name} picks positions by a tensor")


def index_select(op: Operation, get: Get) -> Field | None:
    image, dim = op.get(0, "input"), op.get(1, "dim")
    field = get(image)
    index = (*(slice(None),) * (dim % len(image.shape)), op.get(2, "index"))
    return field and _chosen(op, field, image.shape, index)


def select(op: Operation, get: Get) -> Field | None:
    image, dim, at = op.get(0, "input"), op.get(1, "dim"), op.get(2, "index")
    field, dim = get(image), dim % len(image.shape)
    return field and _indexed(op, field, image.shape, (*(slice(None),) * dim, at))


def narrow(op: Operation, get: Get) -> Field | None:
    image, dim, start = op.get(0, "input"), op.get(1, "dim"), op.get(2, "start")
    field = get(image)
    if field is None or not isinstance(start, int):
        return field and lose(field, range(len(image.shape)), f"{op.name} picks positions by a tensor")
    dim %= len(image.shape)
    link = (1, start % max(image.shape[dim], 1), 1)
    return through(field, {dim: (link, link)})


def setitem(op: Operation, get: Get) -> Field | None:
    image, index, placed = op.arguments
    old, new = get(image), get(placed)
    if new is None:
        return old
    index = index if isinstance(index, tuple) else (index,)
    whole = slice(None)
    aligned = all(type(item) is slice or item is Ellipsis for item in index)
    base = old or new
    spatial = {dim for axis in (*new.axes, *base.axes) for dim in dims_of(axis)}
    aligned = aligned and Ellipsis not in index and len(placed.shape) == len(image.shape)
    if aligned and all(item == whole or dim not in spatial for dim, item in enumerate(index)):
        return unite([old, stretch(new, placed.shape, image.shape)], image.shape, op.name)
    return lose(base, range(len(image.shape)), f"{op.name} writes positions in place")

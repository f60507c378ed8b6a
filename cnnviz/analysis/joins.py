"""Fields through functions that take tensors apart and put them together."""

from itertools import accumulate

from cnnviz.analysis.field import Axis, Field, Lost, dims_of, lose, renumber, unite
from cnnviz.analysis.indexing import pick
from cnnviz.analysis.operations import Operation, Value
from cnnviz.analysis.windows import Get, through


def split(op: Operation, get: Get) -> list[Field | None]:
    """split, chunk, tensor_split and unbind: the outputs' sizes tell where each begins."""
    image = op.get(0, "input", op.get(0, "tensor"))
    field = get(image)
    if field is None:
        return [None] * len(op.outputs)
    position = 1 if op.name == "unbind" else 2
    dim = op.get(position, "dim", 0) % len(image.shape)
    before: tuple[slice, ...] = (slice(None),) * dim
    if op.name == "unbind":
        places = {old: old - (old > dim) for old in range(len(image.shape)) if old != dim}
        return [renumber(pick(field, {dim: at}), places, image.shape) for at in range(len(op.outputs))]
    starts = accumulate((made.shape[len(before)] for made in op.outputs), initial=0)
    links = [(1, start, 1) for start in starts]
    return [through(field, {dim: (link, link)}) for link, _ in zip(links, op.outputs, strict=False)]


def cat(op: Operation, get: Get) -> Field | None:
    parts: tuple[Value, ...] = op.get(0, "tensors")
    made = op.outputs[0].shape
    dim = op.get(1, "dim", op.keywords.get("axis", 0)) % len(made)
    reached = [(part, field) for part in parts if (field := get(part))]
    if not any(dim in dims_of(axis) for field in {field for _, field in reached} for axis in field.axes):
        return unite([field for _, field in reached], made, op.name)
    starts = accumulate((part.shape[dim] if len(part.shape) == len(made) else 0 for part in parts), initial=0)
    shifted: list[Field | None] = []
    for part, start in zip(parts, starts, strict=False):
        field, link = get(part), (1, -start, 1)
        shifted.append(field and through(field, {dim: (link, link)}))
    field = unite(shifted, made, op.name)
    return field and (
        lose(field, range(len(made)), f"{op.name} puts positions side by side") if len(reached) > 1 else field
    )


def stack(op: Operation, get: Get) -> Field | None:
    parts: tuple[Value, ...] = op.get(0, "tensors")
    made = op.outputs[0].shape
    dim = op.get(1, "dim", 0) % len(made)
    places = {old: old + (old >= dim) for old in range(len(made) - 1)}
    fields = [field and renumber(field, places, part.shape) for part in parts for field in (get(part),)]
    return unite(fields, made, op.name)


def along(op: Operation, get: Get) -> Field | None:
    """roll, flip, cumsum and cumprod: positions along the named dimensions are no longer followed, others are."""
    image = op.get(0, "input")
    field = get(image)
    if field is None:
        return None
    given = op.rest(1, "dims") if op.name == "flip" else op.get(2, "dims") if op.name == "roll" else op.get(1, "dim")
    size = len(image.shape)
    dims = range(size) if given is None else [dim % size for dim in (given if isinstance(given, tuple) else (given,))]

    def change(axis: Axis, _: int) -> Axis:
        if isinstance(axis, Lost):
            return axis.mixed(dims)
        if axis.dim is None or axis.dim not in dims:
            return axis
        return Lost(frozenset((axis.dim,)), f"{op.name} does not read one window of positions a unit")

    return field.each(change)

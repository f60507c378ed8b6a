"""Fields through functions that join whole dimensions: reductions, normalisation, products, attention."""

from math import prod

from cnnviz.analysis.contractions import contraction_of
from cnnviz.analysis.field import Field, gather, gather_all, lose, renumber, stretch, unite
from cnnviz.analysis.operations import Operation, Value
from cnnviz.analysis.windows import Get


def pointwise(op: Operation, get: Get) -> Field | None:
    """Return the union over all inputs, broadcast, of what a unit at the same place sees."""
    made = op.outputs[0].shape
    reached = [(value, field) for value in op.inputs if (field := get(value))]
    return unite([stretch(field, value.shape, made) for value, field in reached], made, op.name)


def copied(op: Operation, get: Get) -> Field | None:
    source = op.get(1, "src")
    field = get(source)
    return field and stretch(field, source.shape, op.outputs[0].shape)


def untracked(op: Operation, get: Get) -> list[Field | None]:
    """Return, for a function that has no rule, that nothing is known but what constant inputs tell."""
    reached = [gather_all(field, value.shape) for value in op.inputs if (field := get(value))]
    fields: list[Field | None] = []
    for made in op.outputs:
        field = unite(reached, made.shape, op.name)
        raw = next((found for value in op.inputs if (found := get(value))), None)
        fields.append(raw and lose(_keep_whole(raw, field), range(len(made.shape)), f"{op.name} is not followed"))
    return fields


def _keep_whole(raw: Field, field: Field | None) -> Field:
    # An axis that was constant in every input stays so; any other one is for `lose` to give up.
    axes = zip(raw.axes, field.axes if field else raw.axes, strict=True)
    return Field(tuple(new if old == new else old for old, new in axes), raw.image)


def reduction(op: Operation, get: Get) -> Field | None:
    image = op.get(0, "input")
    if isinstance(op.get(1, "other"), Value):
        return pointwise(op, get)
    field = get(image)
    if field is None:
        return None
    dims = dims_of_reduction(op, image)
    field = gather(field, dims, image.shape)
    if len(op.outputs[0].shape) == len(image.shape):
        return field
    left = [dim for dim in range(len(image.shape)) if dim not in dims]
    return renumber(field, {old: new for new, old in enumerate(left)}, image.shape)


def dims_of_reduction(op: Operation, image: Value) -> tuple[int, ...]:
    """Return the dimensions over which a reduction goes."""
    position = 2 if op.name in ("norm", "vector_norm", "linalg_vector_norm", "quantile") else 1
    return _dims(op, image, position)


def _dims(op: Operation, image: Value, position: int) -> tuple[int, ...]:
    given = op.get(position, "dim", op.keywords.get("axis"))
    size = len(image.shape)
    if given is None or isinstance(given, bool) or given == ():
        return tuple(range(size))
    return tuple(dim % size for dim in (given if isinstance(given, tuple) else (given,)))


def softmax(op: Operation, get: Get) -> Field | None:
    image = op.get(0, "input")
    field = get(image)
    return field and gather(field, _dims(op, image, 1), image.shape)


def normalize(op: Operation, get: Get) -> Field | None:
    image, dim = op.get(0, "input"), op.get(2, "dim", 1)
    field = get(image)
    return field and gather(field, (dim % len(image.shape),), image.shape)


def layer_norm(op: Operation, get: Get) -> Field | None:
    image, shape = op.get(0, "input"), op.get(1, "normalized_shape")
    field, size = get(image), len(image.shape)
    return field and gather(field, range(size - len(shape), size), image.shape)


def group_norm(op: Operation, get: Get) -> Field | None:
    """Means over positions make every unit see every position, at inference too."""
    image = op.get(0, "input")
    field = get(image)
    return field and gather(field, range(1, len(image.shape)), image.shape)


def instance_norm(op: Operation, get: Get) -> Field | None:
    image = op.get(0, "input")
    field = get(image)
    return field and (
        gather(field, range(2, len(image.shape)), image.shape) if op.get(5, "use_input_stats", True) else field
    )


def batch_norm(op: Operation, get: Get) -> Field | None:
    image, field = op.get(0, "input"), get(op.get(0, "input"))
    batch_statistics = op.get(5, "training", False)
    dims = [dim for dim in range(len(image.shape)) if dim != 1]
    return field and (gather(field, dims, image.shape) if batch_statistics else field)


def linear(op: Operation, get: Get) -> Field | None:
    image, weight = op.get(0, "input"), op.get(1, "weight")
    field, made = get(image), op.outputs[0].shape
    mixed = field and gather(field, (len(image.shape) - 1,), image.shape)
    others = [item for item in (weight, op.get(2, "bias")) if isinstance(item, Value)]
    return unite([mixed, *(gather_all(found, item.shape) for item in others if (found := get(item)))], made, op.name)


def contraction(op: Operation, get: Get) -> Field | list[Field | None] | None:
    """What an operand's unit sees, over all of the dimensions that are summed, where its other dimensions went."""
    found = contraction_of(op)
    if found is None or found.diagonal:
        return untracked(op, get)
    made, fields = op.outputs[0].shape, []
    for term, value in zip(found.terms, found.operands, strict=True):
        field, shape = get(value), value.shape
        if field is None:
            continue
        field = gather(field, [dim for dim, label in enumerate(term) if label not in found.made], shape)
        places = {dim: found.made.index(label) for dim, label in enumerate(term) if label in found.made}
        sizes = [1] * len(made)
        for dim, place in places.items():
            sizes[place] = shape[dim]
        fields.append(stretch(renumber(field, places, shape), tuple(sizes), made))
    added = found.added
    if added and (field := get(added)):
        fields.append(stretch(field, added.shape, made))
    return unite(fields, made, op.name)


def distances(op: Operation, get: Get) -> Field | None:
    """cdist: a point of the one with a point of the other, all of their coordinates."""
    made = op.outputs[0].shape
    fields = []
    for value, place in ((op.get(0, "x1"), -2), (op.get(1, "x2"), -1)):
        field, rank = get(value), len(value.shape)
        if field:
            field = gather(field, (rank - 1,), value.shape)
            places = {dim: dim for dim in range(rank - 2)} | {rank - 2: place % rank}
            sizes = (*value.shape[:-2], *((value.shape[-2], 1) if place == -2 else (1, value.shape[-2])))
            fields.append(stretch(renumber(field, places, value.shape), sizes, made))
    return unite(fields, made, op.name)


def attention(op: Operation, get: Get) -> Field | None:
    """scaled_dot_product_attention: a query's row sees all keys and values of its batch and head."""
    query, key, value = (op.get(place, name) for place, name in enumerate(("query", "key", "value")))
    return _attended(op, get, query, key, value, tokens=-2)


def multi_head_attention(op: Operation, get: Get) -> list[Field | None]:
    query, key, value = (op.get(place, name) for place, name in enumerate(("query", "key", "value")))
    field = _attended(op, get, query, key, value, tokens=0)
    rest = [field and lose(field, range(len(made.shape)), f"{op.name} is not followed") for made in op.outputs[1:]]
    return [field, *rest]


def _attended(op: Operation, get: Get, query: Value, key: Value, value: Value, *, tokens: int) -> Field | None:
    made = op.outputs[0].shape
    fields = []
    for place, item in enumerate((query, key, value)):
        field, size = get(item), len(item.shape)
        if field is None:
            continue
        dims = {size - 1} if place == 0 else {size - 1, tokens % size}
        fields.append(gather(field, dims, item.shape))
    return unite(fields, made, op.name) if prod(made) else None

"""Sizes of what functions make, from the sizes that they are given: one small rule a function, in one table.

A rule is for functions that ran once, on other sizes: what torch would refuse need not be told apart, since a size that
no rule accepts is traced. It gives one size, for each output, or a list of them.
"""

from collections.abc import Callable, Sequence
from typing import Any

from cnnviz.analysis import contractions
from cnnviz.analysis.functions import (
    EXPANDING,
    PERMUTING,
    POINTWISE,
    REDUCING,
    SPREADING,
    words,
)
from cnnviz.analysis.memory_terms import Of
from cnnviz.analysis.mixtures import dims_of_reduction
from cnnviz.analysis.operations import Operation, Shape, Value
from cnnviz.analysis.views import order_of

Made = Shape | list[Shape]


class Elsewhere(Exception):  # noqa: N818
    """At this size the records do not tell what the network does."""


def require(fits: bool) -> None:
    if not fits:
        raise Elsewhere


def like(op: Operation, of: Of) -> Shape:
    return of(op.arguments[0] if op.arguments else op.get(0, "input"))


def broadcast(op: Operation, of: Of) -> Shape:
    return common([of(value) for value in op.inputs])


def common(shapes: Sequence[Shape]) -> Shape:
    """Return the size to which tensors are broadcast."""
    if shapes.count(shapes[0]) == len(shapes):
        return shapes[0]
    rank = max(map(len, shapes))
    columns = zip(*[(1,) * (rank - len(shape)) + shape for shape in shapes], strict=True)
    made = []
    for column in columns:
        sizes = {size for size in column if size != 1}
        require(len(sizes) < 2)
        made.append(sizes.pop() if sizes else 1)
    return tuple(made)


def _linear(op: Operation, of: Of) -> Shape:
    image, weight = of(op.get(0, "input")), of(op.get(1, "weight"))
    require(image[-1] == weight[-1])
    return (*image[:-1], *weight[:-1])


def _contraction(op: Operation, of: Of) -> Shape:
    made = contractions.sizes(op, of)
    if made is None:
        raise Elsewhere
    return made


def _matmul(op: Operation, of: Of) -> Shape:
    """The commonest contractions once more, for speed."""
    left, right = (of(value) for value in op.inputs[:2])
    if op.keywords or len(left) < 2 or len(right) < 2:
        return _contraction(op, of)
    require(left[-1] == right[-2])
    return (*common((left[:-2], right[:-2])), left[-2], right[-1])


def _distances(op: Operation, of: Of) -> Shape:
    left, right = of(op.get(0, "x1")), of(op.get(1, "x2"))
    require(left[-1] == right[-1])
    return (*common((left[:-2], right[:-2])), left[-2], right[-2])


def _attention(op: Operation, of: Of) -> Shape:
    query, key, value = (of(op.get(place, name)) for place, name in enumerate(("query", "key", "value")))
    require(query[-1] == key[-1] and key[-2] == value[-2] and query[:-2] == key[:-2] == value[:-2])
    mask = op.get(3, "attn_mask")
    scores = (*query[:-1], key[-2])
    require(mask is None or common((of(mask), scores)) == scores)
    return (*query[:-1], value[-1])


def _multi_head_attention(op: Operation, of: Of) -> list[Shape]:
    query, key, value = (of(op.get(place, name)) for place, name in enumerate(("query", "key", "value")))
    require(key[:-1] == value[:-1] and len(query) == 3 and query[1] == key[1])
    require(all(op.get(place, name) is None for place, name in ((14, "key_padding_mask"), (16, "attn_mask"))))
    before = op.outputs[0].shape
    weights = (*op.outputs[1].shape[:-2], query[0], key[0])[-2:] if len(op.outputs) > 1 else ()
    more = [] if len(op.outputs) < 2 else [(query[1], *op.outputs[1].shape[1:-2], *weights)]
    return [(*query[:-1], before[-1]), *more]


def _embedding(op: Operation, of: Of) -> Shape:
    indices, table = (of(value) for value in op.inputs[:2])
    return (*indices, table[-1]) if op.inputs[0] is op.get(0, "input") else (*table, indices[-1])


def _reduction(op: Operation, of: Of) -> Shape:
    if isinstance(op.get(1, "other"), Value):
        return broadcast(op, of)
    value = op.get(0, "input")
    image = of(value)
    dims = dims_of_reduction(op, value)
    if len(op.outputs[0].shape) == len(image):
        return tuple(1 if dim in dims else size for dim, size in enumerate(image))
    return tuple(size for dim, size in enumerate(image) if dim not in dims)


def _layer_norm(op: Operation, of: Of) -> Shape:
    image, shape = like(op, of), tuple(op.get(1, "normalized_shape"))
    require(image[-len(shape) :] == shape)
    return image


def _group_norm(op: Operation, of: Of) -> Shape:
    image = like(op, of)
    require(image[1] == op.get(0, "input").shape[1])
    return image


def _permute(op: Operation, of: Of) -> Shape:
    image = like(op, of)
    return tuple(image[dim] for dim in order_of(op, len(image)))


def _expand(op: Operation, of: Of) -> Shape:
    image = like(op, of)
    if op.name.endswith("_as"):
        wanted = of(op.get(1, "other"))
    elif op.name in ("repeat", "tile"):
        times = op.rest(1, "repeats" if op.name == "repeat" else "dims")
        more = len(times) - len(image)
        image, times = (1,) * more + image, (1,) * -more + tuple(times)
        return tuple(size * count for size, count in zip(image, times, strict=True))
    else:
        wanted = op.rest(1, "size")
        more = len(wanted) - len(image)
        wanted = tuple(image[dim - more] if size == -1 else size for dim, size in enumerate(wanted))
    require(common((image, wanted)) == wanted)
    return wanted


def _made(position: int) -> Callable[[Operation, Of], Shape]:
    return lambda op, of: tuple(op.rest(position, "size"))


def _new(op: Operation, of: Of) -> Shape:
    # A list would be numbers and a torch.Size a size, which the records do not tell apart.
    require(all(type(size) is int for size in op.arguments[1:]))
    return tuple(op.arguments[1:])


Rule = Callable[[Operation, Of], Any]

RULES: dict[str, Rule] = {
    **dict.fromkeys(POINTWISE, broadcast),
    **dict.fromkeys(SPREADING, like),
    **dict.fromkeys(words("roll flip cumsum cumprod tril triu setitem channel_shuffle native_channel_shuffle"), like),
    **dict.fromkeys(
        words(
            "zeros_like ones_like empty_like full_like rand_like randn_like copy fill zero normal uniform masked_fill"
        ),
        like,
    ),
    **dict.fromkeys(words("zeros ones empty rand randn"), _made(0)),
    **dict.fromkeys(words("new_zeros new_ones new_empty"), _made(1)),
    "new": _new,
    "full": lambda op, of: tuple(op.get(0, "size")),
    "new_full": lambda op, of: tuple(op.get(1, "size")),
    **dict.fromkeys(PERMUTING, _permute),
    **dict.fromkeys(EXPANDING, _expand),
    **dict.fromkeys(REDUCING, _reduction),
    "linear": _linear,
    **dict.fromkeys(contractions.RULES, _contraction),
    **dict.fromkeys(words("matmul bmm mm"), _matmul),
    "cdist": _distances,
    **dict.fromkeys(words("matrix_power linalg_matrix_power"), like),
    "scaled_dot_product_attention": _attention,
    "multi_head_attention_forward": _multi_head_attention,
    "embedding": _embedding,
    "layer_norm": _layer_norm,
    "rms_norm": _layer_norm,
    **dict.fromkeys(words("batch_norm group_norm instance_norm"), _group_norm),
}

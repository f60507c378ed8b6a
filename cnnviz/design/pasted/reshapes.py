"""A tensor's numbers in another shape, as rows: Flatten and Unflatten, and pooling over an axis that goes."""

import ast
from collections.abc import Sequence
from math import prod
from typing import Any

from cnnviz.design.pasted.graph import Graph
from cnnviz.design.pasted.refusals import beyond, line_of, needed, refused
from cnnviz.design.pasted.values import BATCH, LazyShape, Tensor
from cnnviz.design.rows import Row

# What a view says that it makes of each image, checked like in_features.
VIEW = "view"
_FLATTEN = Row("Flatten")


def reshape(graph: Graph, node: ast.AST, x: Tensor, shape: Sequence[Any]) -> Tensor:
    """Return x.view(...) or x.reshape(...); the first axis stays the batch."""
    if not shape or any(isinstance(each, LazyShape) for each in shape):
        raise needed(node)
    first, *rest = shape
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in rest):
        raise beyond(node, "a view whose axes are no whole numbers")
    if first is not BATCH and first != -1:
        raise beyond(node, f"the view's first axis is {first}, which is not the batch", "write x.view(x.size(0), -1)")
    if not rest:
        raise beyond(node, "the view joins the images of a batch", "write x.view(x.size(0), -1)")
    if len(rest) == 1 and x.size is None:
        return graph.add(_FLATTEN, x, line_of(node), {VIEW: int(rest[0])} if rest[0] != -1 else {})
    if x.size is None:
        raise needed(node)
    return _reshaped(graph, node, x, x.size[1:], [int(each) for each in rest])


def _reshaped(graph: Graph, node: ast.AST, x: Tensor, axes: tuple[int, ...], wanted: list[int]) -> Tensor:
    known, left = prod(each for each in wanted if each != -1), wanted.count(-1)
    count = prod(axes)
    if left > 1 or min(wanted) < -1 or 0 in wanted:
        raise refused(
            node, "a view has one axis of -1 at most, and the others greater than 0", "write x.view(x.size(0), -1)"
        )
    if len(wanted) == 1:
        return graph.add(_FLATTEN, x, line_of(node), {} if left else {VIEW: known})
    if count % known if left else count != known:
        shown = "x".join(map(str, axes))
        raise refused(
            node,
            f"the view makes {'x'.join(map(str, wanted))} of each image, but {shown} arrives, {count:,} numbers",
            "the numbers must be as many",
        )
    return _arranged(graph, node, x, axes, tuple(count // known if each == -1 else each for each in wanted))


def _arranged(graph: Graph, node: ast.AST, x: Tensor, axes: tuple[int, ...], made: tuple[int, ...]) -> Tensor:
    """Return the numbers of each image, of size `axes`, in the shape `made`."""
    if made == axes:
        return x
    if len(made) == 1:
        return graph.add(_FLATTEN, x, line_of(node))
    if len(axes) > 1:
        merged = _merged(axes, made)
        if merged is not None:
            return graph.add(Row("Flatten", (("start_dim", merged[0]), ("end_dim", merged[1]))), x, line_of(node))
        x = graph.add(_FLATTEN, x, line_of(node))
    return graph.add(Row("Unflatten", (("dim", 1), ("unflattened_size", made))), x, line_of(node))


def _merged(axes: tuple[int, ...], made: tuple[int, ...]) -> tuple[int, int] | None:
    """Return which axes a Flatten merges to get from one shape to the other, None where no single one does."""
    gone = len(axes) - len(made)
    if gone < 1:
        return None
    for start in range(len(made)):
        if (*axes[:start], prod(axes[start : start + gone + 1]), *axes[start + gone + 1 :]) == made:
            return start + 1, start + gone + 1
    return None


def flatten(graph: Graph, node: ast.AST, x: Tensor, start: object, end: object) -> Tensor:
    """Return torch.flatten(x, start, end), which must leave the batch as it is."""
    if not isinstance(start, int) or not isinstance(end, int):
        raise beyond(node, "torch.flatten goes from one axis to another, both whole numbers")
    if start == 0:
        raise beyond(node, "torch.flatten(x) joins the images of a batch", "write torch.flatten(x, 1)")
    settings = (("start_dim", start),) if start != 1 else ()
    return graph.add(Row("Flatten", (*settings, *((("end_dim", end),) if end != -1 else ()))), x, line_of(node))


def squeeze(graph: Graph, node: ast.AST, x: Tensor, dim: object) -> Tensor:
    """Return x.squeeze() or x.squeeze(dim) of a batch of several images: axes of 1 go, but for that of the batch."""
    if x.size is None:
        raise needed(node)
    places = range(1, len(x.size)) if dim is None else [_axis(node, each, len(x.size)) for each in _several(dim)]
    axes = x.size[1:]
    made = tuple(extent for place, extent in enumerate(axes, 1) if extent != 1 or place not in places)
    if not made:
        graph.notes[f"Line {line_of(node)}: squeeze leaves a number an image, which the table keeps on axis 1."] = None
    return _arranged(graph, node, x, axes, made or (1,))


def unsqueeze(graph: Graph, node: ast.AST, x: Tensor, dim: object) -> Tensor:
    """Return x.unsqueeze(dim): an axis of 1, split from the one beside it."""
    if x.size is None:
        raise needed(node)
    place = _axis(node, dim, len(x.size) + 1)
    if place == 0:
        raise beyond(node, "unsqueeze(0) puts an axis before the batch")
    last = place == len(x.size)
    beside = place - 1 if last else place
    if beside == 0:
        raise beyond(node, "unsqueeze divides the batch")
    made = (x.size[beside], 1) if last else (1, x.size[beside])
    return graph.add(Row("Unflatten", (("dim", beside), ("unflattened_size", made))), x, line_of(node))


def pooled_over(which: str, graph: Graph, node: ast.AST, x: Tensor, dims: object, *, keep: bool) -> Tensor:
    """Return the mean ("Avg") or the maximum ("Max") over axes of positions, which go unless they are kept."""
    if dims is None:
        raise beyond(node, "the mean is one number for all images", "write x.mean([2, 3])")
    if x.size is None:
        wanted = set(_several(dims))
        if wanted not in ({2, 3}, {-1, -2}):
            raise needed(node)
        rank, places = 2, {2, 3}
    else:
        rank, places = len(x.size) - 2, {_axis(node, each, len(x.size)) for each in _several(dims)}
    if min(places) < 2 or rank not in (1, 2, 3):
        raise beyond(node, "a mean over the batch or the channels")
    output = tuple(1 if place in places else None for place in range(2, rank + 2))
    size: Any = 1 if None not in output else output
    x = graph.add(Row(f"Adaptive{which}Pool{rank}d", (("output_size", size),)), x, line_of(node))
    if keep:
        return x
    if None not in output:
        return graph.add(_FLATTEN, x, line_of(node))
    for place in sorted(places, reverse=True):
        x = graph.add(Row("Flatten", (("start_dim", place - 1), ("end_dim", place))), x, line_of(node))
    return x


def _several(dims: object) -> tuple[object, ...]:
    return tuple(dims) if isinstance(dims, tuple | list) else (dims,)


def _axis(node: ast.AST, dim: object, axes: int) -> int:
    if not isinstance(dim, int) or isinstance(dim, bool) or not -axes <= dim < axes:
        raise refused(node, f"a tensor of {axes} axes has no axis {str(dim)[:20]}", f"the last is {axes - 1}")
    return dim % axes

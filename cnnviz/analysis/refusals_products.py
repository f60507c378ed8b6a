"""What products of matrices refuse, and sums with them: cnnviz.analysis.refusals for them."""

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from cnnviz.analysis.functions import words
from cnnviz.analysis.operations import Shape
from cnnviz.analysis.refusals_axes import shown
from cnnviz.analysis.refusals_types import alike


def broadcast(sizes: list[Shape]) -> str | None:
    """Sizes that meet, counted from the end, are equal, or one of them is 1."""
    for back in range(1, max(map(len, sizes), default=0) + 1):
        held = [(size[-back], size) for size in sizes if len(size) >= back and size[-back] != 1]
        for extent, size in held[1:]:
            if extent != held[0][0]:
                place = f"dimension {-back}" if back > 1 else "the last dimension"
                return (
                    f"gets {shown(held[0][1])} and {shown(size)}, which differ along {place}, "
                    f"{held[0][0]} and {extent}; both must be equal, or one of them 1"
                )
    return None


def _product(left: Tensor, right: Tensor, *_: Any) -> str | None:
    one, other = tuple(left.shape), tuple(right.shape)
    if not one or not other:
        return f"multiplies {shown(one)} by {shown(other)}; both need at least one dimension"
    inner = other[-2] if len(other) > 1 else other[0]
    if one[-1] != inner:
        return f"multiplies {shown(one)} by {shown(other)}, whose inner sizes differ, {one[-1]} and {inner}"
    return broadcast([one[:-2], other[:-2]]) if len(one) > 2 or len(other) > 2 else None


def _of_ranks(kinds: str, ranks: tuple[int, int]) -> Callable[..., str | None]:
    """Return the check of a product of tensors of so many dimensions each."""

    def check(left: Tensor, right: Tensor, *_: Any, **__: Any) -> str | None:
        one, other = tuple(left.shape), tuple(right.shape)
        if (len(one), len(other)) != ranks:
            return f"multiplies {shown(one)} by {shown(other)}; it takes {kinds}"
        if ranks == (3, 3) and one[0] != other[0]:
            return f"multiplies {shown(one)} by {shown(other)}, whose batches differ, {one[0]} and {other[0]}"
        return None if ranks == (1, 1) else _product(left, right)

    return check


_BATCHED = _of_ranks("two batches of matrices, with 3 dimensions each", (3, 3))
_MATRICES = _of_ranks("two matrices, with 2 dimensions each", (2, 2))
_VECTORS = _of_ranks("two vectors, with 1 dimension each", (1, 1))
_APPLIED = _of_ranks("a matrix and a vector", (2, 1))


def _added(product: Callable[..., str | None], size: Callable[[Sequence[int], Sequence[int]], Shape]) -> Any:
    """Return the check of a sum of a tensor and a product, whose size `size` tells."""

    def check(added: Tensor, left: Tensor, right: Tensor, **_: Any) -> str | None:
        if wrong := product(left, right):
            return wrong
        made, mine = size(left.shape, right.shape), tuple(added.shape)
        fits = len(mine) <= len(made) and all(
            each in (1, whole) for each, whole in zip(reversed(mine), reversed(made), strict=False)
        )
        return (
            None if fits else f"adds {shown(mine)} to a product of {shown(made)}; both must be equal, or one of them 1"
        )

    return check


def _dot(left: Tensor, right: Tensor, *_: Any) -> str | None:
    return _VECTORS(left, right) or _product(left, right)


def _inner(left: Tensor, right: Tensor) -> str | None:
    one, other = tuple(left.shape), tuple(right.shape)
    if not one or not other or one[-1] == other[-1]:
        return None
    return f"multiplies {shown(one)} by {shown(other)}, whose last sizes differ, {one[-1]} and {other[-1]}"


def _tensordot(left: Tensor, right: Tensor, dims: Any = 2, **_: Any) -> str | None:
    if isinstance(dims, int):
        dims = list(range(-dims, 0)), list(range(dims))
    for mine, other in zip(*dims, strict=True):
        if left.shape[mine] != right.shape[other]:
            return (
                f"multiplies {shown(left.shape)} along dimension {mine % left.dim()} by {shown(right.shape)} along "
                f"dimension {other % right.dim()}, whose sizes differ, {left.shape[mine]} and {right.shape[other]}"
            )
    return None


def _cross(left: Tensor, right: Tensor, dim: int | None = None) -> str | None:
    sizes = [tuple(left.shape), tuple(right.shape)]
    if wrong := broadcast(sizes):
        return wrong
    if (3 not in sizes[0]) if dim is None else left.shape[dim] != 3:
        return f"needs vectors of 3 numbers and gets {shown(sizes[0])}"
    return None


def _distances(left: Tensor, right: Tensor, *_: Any, **__: Any) -> str | None:
    one, other = tuple(left.shape), tuple(right.shape)
    if min(len(one), len(other)) < 2:
        return f"compares {shown(one)} with {shown(other)}; both need rows and columns"
    if one[-1] != other[-1]:
        return f"compares rows of {one[-1]} numbers, {shown(one)}, with rows of {other[-1]}, {shown(other)}"
    return broadcast([one[:-2], other[:-2]])


def _pairs(left: Tensor, right: Tensor, *_: Any, **__: Any) -> str | None:
    return broadcast([tuple(left.shape), tuple(right.shape)])


def _equal(left: Tensor, right: Tensor, *_: Any, **__: Any) -> str | None:
    if left.shape == right.shape:
        return None
    return f"compares {shown(left.shape)} with {shown(right.shape)}; both must be equal"


def _matrix(left: Sequence[int], right: Sequence[int]) -> Shape:
    return (*left[:-1], right[-1])


STRICT: dict[str, Callable[..., str | None]] = {
    **dict.fromkeys(words("matmul linalg_matmul"), _product),
    "rmatmul": lambda one, other: _product(other, one),
    "mm": _MATRICES,
    "mv": _APPLIED,
    "dot": _dot,
    "vdot": _dot,
    "bmm": _BATCHED,
    "outer": _VECTORS,
    "inner": _inner,
    "tensordot": _tensordot,
    **dict.fromkeys(words("cross linalg_cross"), _cross),
    "addbmm": _added(_BATCHED, lambda left, right: (left[1], right[2])),
    "addmm": _added(_MATRICES, _matrix),
    "addmv": _added(_APPLIED, lambda left, right: (left[0],)),
    "addr": _added(_VECTORS, lambda left, right: (left[0], right[0])),
    "baddbmm": _added(_BATCHED, _matrix),
    "cdist": _distances,
    **dict.fromkeys(words("complex cosine_similarity pairwise_distance polar"), _pairs),
    **dict.fromkeys(
        words("mse_loss l1_loss smooth_l1_loss huber_loss kl_div poisson_nll_loss soft_margin_loss"), _pairs
    ),
    **dict.fromkeys(words("binary_cross_entropy binary_cross_entropy_with_logits"), _equal),
}


def _typed(check: Callable[..., str | None]) -> Callable[..., str | None]:
    return lambda *arguments, **keywords: check(*arguments, **keywords) or alike(*arguments, **keywords)


# The meta device lets through what is added with a dimension more than the product has.
LAX: dict[str, Callable[..., str | None]] = {name: _typed(STRICT[name]) for name in words("addbmm addmm addmv baddbmm")}

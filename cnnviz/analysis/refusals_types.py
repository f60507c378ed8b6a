"""Types that torch's functions refuse: those that do not go together, and kinds of numbers that a function lacks."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis.functions import words

_HALVES = (torch.float16, torch.bfloat16)


def named(tensor: Tensor) -> str:
    """Return the type of a tensor as torch writes it: float32."""
    return str(tensor.dtype).removeprefix("torch.")


def weight_types(image: Tensor, *weights: Any) -> str | None:
    """Weights are of the type of what they multiply."""
    return _differing(image, weights, (image.dtype,))


def norm_types(image: Tensor, *parameters: Any) -> str | None:
    """Parameters of normalisations are of the image's type, or float32 for an image of half precision."""
    if not image.is_floating_point():
        return f"gets {named(image)}; it needs floating-point numbers, such as float32"
    return _differing(image, parameters, (image.dtype, torch.float32) if image.dtype in _HALVES else (image.dtype,))


def _differing(image: Tensor, weights: tuple[Any, ...], allowed: tuple[torch.dtype, ...]) -> str | None:
    for weight in weights:
        if isinstance(weight, Tensor) and weight.dtype not in allowed:
            return f"gets {named(image)} and has weights of {named(weight)}; both must be of one type"
    return None


def alike(*arguments: Any, **keywords: Any) -> str | None:
    """All tensors are of one type."""
    every = (*arguments, *keywords.values())
    tensors = [item for given in every for item in (given if isinstance(given, tuple | list) else (given,))]
    types = list(dict.fromkeys(named(item) for item in tensors if isinstance(item, Tensor)))
    return f"gets {' and '.join(types)}; all must be of one type" if len(types) > 1 else None


def _cdist(one: Tensor, other: Tensor, *_: Any, **keywords: Any) -> str | None:
    if not (one.is_floating_point() and other.is_floating_point()):
        return None
    # More rows than these are compared by a product of matrices.
    if one.dtype in _HALVES and one.shape[-2] <= 25 and other.shape[-2] <= 25:
        return f"gets {named(one)}, of which torch has no distances on a CPU; float32 would be right"
    return alike(one, other)


def kinds(name: str) -> Callable[..., str | None]:
    """Return the check of the kinds of numbers that a function has no arithmetic for."""

    def check(image: Tensor, *_: Any, **keywords: Any) -> str | None:
        if image.dtype in _HALVES and name in _NO_HALF and image.dim() > 3:
            return f"gets {named(image)}, which torch does not average on a CPU; float32 would be right"
        if image.is_floating_point() or keywords.get("dtype") is not None:
            return None
        table = _NO_COMPLEX if image.is_complex() else _NO_BOOL if image.dtype == torch.bool else _NO_INTEGER
        return f"gets {named(image)}; it needs floating-point numbers, such as float32" if name in table else None

    return check


def _multi_head_attention(query: Tensor, key: Tensor, value: Tensor, *others: Any, **keywords: Any) -> str | None:
    weights = (others[2], others[3], *others[8:10], *(keywords.get(f"{name}_proj_weight") for name in "qkv"))
    return weight_types(query, key, value, *weights)


_ALIKE = words("addbmm addmm cross grid_sample linalg_cross linalg_matmul matmul mm mv rmatmul")

_NEED_FLOATS = words(
    """
    adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d
    adaptive_max_pool3d celu gelu glu hardshrink hardsigmoid hardswish interpolate max_pool1d max_unpool1d max_unpool2d
    max_unpool3d mish rrelu scaled_dot_product_attention silu softmax softmin softplus upsample
    """
)
_NO_HALF = words("avg_pool3d local_response_norm lp_pool3d")
_NO_INTEGER = _NEED_FLOATS | words("fold log_sigmoid log_softmax logsigmoid std unfold var")
_NO_BOOL = _NEED_FLOATS | words(
    "avg_pool1d avg_pool2d avg_pool3d local_response_norm max_pool2d max_pool3d median relu std threshold var"
)
_NO_COMPLEX = (_NEED_FLOATS - words("silu")) | words(
    """
    avg_pool1d avg_pool2d avg_pool3d elu hardtanh leaky_relu local_response_norm log_sigmoid log_softmax logsigmoid
    max_pool2d max_pool3d median relu relu6 selu softshrink threshold
    """
)

# Those that both a CPU and the meta device refuse.
STRICT: dict[str, Callable[..., str | None]] = dict.fromkeys(
    words("addmv baddbmm bilinear bmm dot einsum inner lerp prelu scaled_dot_product_attention tensordot vdot"), alike
)

LAX: dict[str, Callable[..., str | None]] = {
    **{name: kinds(name) for name in _NO_HALF | _NO_INTEGER | _NO_BOOL | _NO_COMPLEX},
    **dict.fromkeys(_ALIKE, alike),
    "cdist": _cdist,
    "multi_head_attention_forward": _multi_head_attention,
}

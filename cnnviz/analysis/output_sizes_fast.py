"""The commonest rules of cnnviz.analysis.output_sizes once more, for a trace, without torch's meta kernels.

Some of those take half a millisecond a call. tests/analysis/test_output_sizes.py holds all forms of a rule equal.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis import output_sizes_fast_layers as layers

Arguments = tuple[Any, ...]


def fast_output(function: Callable[..., Any], name: str, arguments: Arguments, keywords: dict[str, Any]) -> Any:
    """Return the output of a function called `name` on meta tensors, or None where torch itself must tell.

    Only what surely is a new contiguous floating-point tensor is answered, and activations that write in place: errors
    are left to torch, views and other functions in place too.
    """
    rule = RULES.get(name)
    raw = getattr(function, "__name__", "")
    if rule is None or raw.startswith("__i") or (raw[-1:] == "_" and raw[-2:] != "__"):
        return None
    if "out" in keywords or "dtype" in keywords or not arguments:
        return None
    tensors = arguments[0] if isinstance(arguments[0], tuple | list) else arguments[:1]
    if not tensors or not all(
        isinstance(item, Tensor) and item.is_meta and item.is_contiguous() and item.is_floating_point()
        for item in tensors
    ):
        return None
    if keywords.get("inplace"):
        return arguments[0] if rule is _activation else None
    shape = rule(arguments, keywords)
    if shape is None:
        return None
    if rule is layers.recurrent:
        return layers.steps_and_states(shape, arguments)
    made = torch.empty(shape, dtype=tensors[0].dtype, device="meta")
    return (made, None) if rule is layers.multi_head_attention else made


def _activation(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    return None if any(item is True for item in arguments[1:]) else arguments[0].shape


def _binary(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    if len(arguments) != 2 or keywords:
        return None
    one, other = arguments
    if isinstance(other, int | float):
        return one.shape
    if not isinstance(other, Tensor) or other.dtype != one.dtype or not other.is_contiguous():
        return None
    try:
        return torch.broadcast_shapes(one.shape, other.shape)
    except RuntimeError:
        return None


def _batch_norm(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    image = arguments[0]
    given = [item for item in (*arguments[1:5], *keywords.values()) if isinstance(item, Tensor)]
    fits = image.dim() > 1 and all(item.shape == image.shape[1:2] and item.dtype == image.dtype for item in given)
    fits = fits and len(arguments) > 2 and arguments[1] is not None and arguments[2] is not None
    fits = fits and not keywords.get("training", arguments[5] if len(arguments) > 5 else False)
    return image.shape if fits else None


def _layer_norm(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    shape = arguments[1] if len(arguments) > 1 else keywords.get("normalized_shape")
    if not isinstance(shape, tuple | list) or not shape:
        return None
    image, wanted = arguments[0], tuple(shape)
    given = [item for item in (*arguments[2:4], keywords.get("weight"), keywords.get("bias")) if item is not None]
    fits = all(item.shape == wanted and item.dtype == image.dtype for item in given)
    return image.shape if fits and tuple(image.shape[-len(wanted) :]) == wanted else None


def _cat(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    dim = arguments[1] if len(arguments) > 1 else keywords.get("dim", 0)
    first, *others = arguments[0]
    if not isinstance(dim, int) or not -first.dim() <= dim < first.dim():
        return None
    dim %= first.dim()
    shapes = [tuple(item.shape) for item in (first, *others)]
    around = {(len(shape), shape[:dim], shape[dim + 1 :]) for shape in shapes}
    if len(around) > 1 or len({item.dtype for item in arguments[0]}) > 1:
        return None
    return (*shapes[0][:dim], sum(shape[dim] for shape in shapes), *shapes[0][dim + 1 :])


def _adaptive_average(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    size = arguments[1] if len(arguments) > 1 else keywords.get("output_size")
    size = (size, size) if isinstance(size, int) else size
    if not isinstance(size, tuple | list) or len(size) != 2 or arguments[0].dim() not in (3, 4):
        return None
    *lead, height, width = arguments[0].shape
    return (*lead, height if size[0] is None else size[0], width if size[1] is None else size[1])


RULES: dict[str, Callable[[Arguments, dict[str, Any]], Any]] = {
    **dict.fromkeys(
        ("relu", "relu6", "hardswish", "hardsigmoid", "gelu", "sigmoid", "hardtanh", "silu", "mish"), _activation
    ),
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), layers.convolution),
    "linear": layers.linear,
    "roll": layers.roll,
    **dict.fromkeys(("lstm", "gru", "rnn_tanh", "rnn_relu"), layers.recurrent),
    "multi_head_attention_forward": layers.multi_head_attention,
    **dict.fromkeys(("add", "mul", "sub"), _binary),
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "cat": _cat,
    "concat": _cat,
    "adaptive_avg_pool2d": _adaptive_average,
}

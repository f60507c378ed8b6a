"""The commonest rules of cnnviz.analysis.output_sizes once more, for a trace, without torch's meta kernels.

Some of those take half a millisecond a call. tests/analysis/test_output_sizes.py holds all forms of a rule equal.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis import output_sizes_fast_layers as layers
from cnnviz.analysis import output_sizes_fast_pointwise as pointwise
from cnnviz.analysis import recurrent

Arguments = tuple[Any, ...]
Rule = Callable[[Arguments, dict[str, Any]], Any]


def fast_output(function: Callable[..., Any], name: str, arguments: Arguments, keywords: dict[str, Any]) -> Any:
    """Return the output of a function called `name` on meta tensors, or None where torch itself must tell.

    Only what surely is a new floating-point tensor is answered, and activations that write in place: errors are left to
    torch, views and other functions in place too.
    """
    rule = RULES.get(name)
    if rule is None or not arguments:
        return None
    raw = getattr(function, "__name__", "")
    if raw.startswith("__i") or (raw[-1:] == "_" and raw[-2:] != "__") or "out" in keywords or "dtype" in keywords:
        return None
    return rule(arguments, keywords)


def _in_order(size: Rule, lies: Callable[[Tensor], bool] = pointwise.lies_plainly) -> Rule:
    """Return the rule that makes an output of the size that `size` tells, for inputs that lie in order."""

    def rule(arguments: Arguments, keywords: dict[str, Any]) -> Any:
        tensors = arguments[0] if isinstance(arguments[0], tuple | list) else arguments[:1]
        if not tensors or not all(pointwise.is_floating(item) and lies(item) for item in tensors):
            return None
        shape = size(arguments, keywords)
        return None if shape is None else torch.empty(shape, dtype=tensors[0].dtype, device="meta")

    return rule


def _linear(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    """What a linear layer makes is contiguous, however its input lies."""
    shape = layers.linear(arguments, keywords) if pointwise.is_floating(arguments[0]) else None
    return None if shape is None else torch.empty(shape, dtype=arguments[0].dtype, device="meta")


def _multi_head_attention(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    made = _in_order(layers.multi_head_attention, pointwise.lies_in_order)(arguments, keywords)
    return None if made is None else (made, None)


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


def _stack(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    dim = arguments[1] if len(arguments) > 1 else keywords.get("dim", 0)
    first, *others = arguments[0]
    shape = tuple(first.shape)
    if not isinstance(dim, int) or not -len(shape) - 1 <= dim <= len(shape):
        return None
    if any(item.shape != shape or item.dtype != first.dtype for item in others):
        return None
    dim %= len(shape) + 1
    return (*shape[:dim], len(others) + 1, *shape[dim:])


def _channel_shuffle(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    """A copy on a CPU, also where nothing is shuffled; torch's meta device gives a view then."""
    image, groups = arguments[0], arguments[1] if len(arguments) > 1 else keywords.get("groups")
    fits = isinstance(groups, int) and groups > 0 and image.dim() > 2 and image.shape[1] % groups == 0
    return image.shape if fits else None


def _adaptive_average(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    size = arguments[1] if len(arguments) > 1 else keywords.get("output_size")
    size = (size, size) if isinstance(size, int) else size
    if not isinstance(size, tuple | list) or len(size) != 2 or arguments[0].dim() not in (3, 4):
        return None
    *lead, height, width = arguments[0].shape
    return (*lead, height if size[0] is None else size[0], width if size[1] is None else size[1])


RULES: dict[str, Rule] = {
    **dict.fromkeys(pointwise.OF_ONE, pointwise.of_one),
    **dict.fromkeys(pointwise.OF_TWO, pointwise.of_two),
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _in_order(layers.convolution)),
    "linear": _linear,
    "roll": _in_order(layers.roll),
    **dict.fromkeys(recurrent.LAYERS, recurrent.layer_output),
    **{f"{kind}_cell": partial(recurrent.cell_output, gates) for kind, gates in recurrent.GATES.items()},
    "multi_head_attention_forward": _multi_head_attention,
    "batch_norm": _in_order(_batch_norm),
    "layer_norm": _in_order(_layer_norm),
    **dict.fromkeys(("cat", "concat"), _in_order(_cat)),
    "stack": _in_order(_stack),
    "channel_shuffle": _in_order(_channel_shuffle),
    "adaptive_avg_pool2d": _in_order(_adaptive_average),
    # nn.TransformerEncoder asks for a mask's values, to leave out padding at the end: it is computed, as in training.
    "nested_tensor_from_mask_left_aligned": lambda arguments, keywords: False,
}

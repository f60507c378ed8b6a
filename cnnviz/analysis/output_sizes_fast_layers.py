"""Sizes of what layers with weights make, from meta tensors: the rules of cnnviz.analysis.output_sizes_fast for them.

Each takes a function's arguments and gives the size of its output, or None where torch itself must tell.
"""

from typing import Any

from torch import Tensor

from cnnviz.analysis.windows import each_dim
from cnnviz.arithmetic import conv_output_size
from cnnviz.errors import ShapeError

Arguments = tuple[Any, ...]


def _given(arguments: Arguments, keywords: dict[str, Any], names: tuple[str, ...], defaults: Arguments) -> list[Any]:
    """Return the arguments after the first, however they were passed."""
    return [
        arguments[place] if place < len(arguments) else keywords.get(name, default)
        for place, (name, default) in enumerate(zip(names, defaults, strict=True), 1)
    ]


def _weighs(image: Tensor, weight: Any, bias: Any) -> bool:
    """Return whether weight and bias are tensors that go together, and with the image's type."""
    if (
        not isinstance(weight, Tensor)
        or weight.dtype != image.dtype
        or not weight.is_meta
        or not weight.is_contiguous()
        or not plainly_ordered(weight)
    ):
        return False
    return bias is None or (isinstance(bias, Tensor) and bias.dtype == image.dtype and bias.shape == weight.shape[:1])


def plainly_ordered(tensor: Tensor) -> bool:
    """Return whether something contiguous lies in memory as its dimensions are ordered, and so does what it makes.

    With one channel, or one position, an image or a kernel is contiguous with its channels last too.
    """
    if tensor.dim() < 4:
        return True
    _, channel, row, *_, last = tensor.stride()
    return last == 1 and channel == tensor.shape[2] * row


def linear(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    image = arguments[0]
    weight, bias = _given(arguments, keywords, ("weight", "bias"), (None, None))
    fits = _weighs(image, weight, bias) and weight.dim() == 2 and image.dim() > 0 and image.shape[-1] == weight.shape[1]
    return (*image.shape[:-1], weight.shape[0]) if fits else None


def convolution(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    image = arguments[0]
    names = ("weight", "bias", "stride", "padding", "dilation", "groups")
    weight, bias, *around, groups = _given(arguments, keywords, names, (None, None, 1, 0, 1, 1))
    rank = image.dim() - 2
    fits = _weighs(image, weight, bias) and weight.dim() == image.dim() and plainly_ordered(image)
    if not fits or any(isinstance(each, str) for each in around):
        return None
    _, channels, *axes = image.shape
    if groups < 1 or channels != weight.shape[1] * groups or weight.shape[0] % groups:
        return None
    settings = [each_dim(each, rank) for each in around]
    _, padding, dilation = settings
    if any(len(each) != rank for each in settings) or min(padding) < 0 or min(dilation) < 1:
        return None
    try:
        sizes = [
            conv_output_size(size, kernel_size=k, stride=s, padding=p, dilation=d)
            for size, k, s, p, d in zip(axes, weight.shape[2:], *settings, strict=True)
        ]
    except ShapeError:
        return None
    return (image.shape[0], weight.shape[0], *sizes)


def roll(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    shifts, dims = _given(arguments, keywords, ("shifts", "dims"), (None, None))
    fits = isinstance(shifts, tuple | list) and isinstance(dims, tuple | list) and len(shifts) == len(dims) > 0
    rank = arguments[0].dim()
    return arguments[0].shape if fits and all(-rank <= dim < rank for dim in dims) else None


def multi_head_attention(arguments: Arguments, keywords: dict[str, Any]) -> Any:
    """Self-attention over (T, N, E) in one piece, without masks and without its weights as a second output."""
    if keywords.get("need_weights", True) or len(arguments) != 13 or keywords.get("training", True):
        return None
    query, key, value, features, heads, weight, bias, bias_k, _, zero, _, out, out_bias = arguments
    masks = [keywords.get(name) for name in ("key_padding_mask", "attn_mask", "static_k", "static_v", "q_proj_weight")]
    if query is not key or query is not value or bias_k is not None or zero or any(mask is not None for mask in masks):
        return None
    fits = query.dim() == 3 and query.shape[-1] == features and features % heads == 0
    fits = fits and _weighs(query, weight, bias) and weight.shape == (3 * features, features)
    return query.shape if fits and _weighs(query, out, out_bias) and out.shape == (features, features) else None

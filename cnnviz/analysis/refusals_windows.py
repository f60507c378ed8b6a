"""What normalisations and functions of windows of positions refuse: cnnviz.analysis.refusals for them."""

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any

from torch import Tensor

from cnnviz.analysis.functions import POOLS
from cnnviz.analysis.refusals_axes import IMAGE, counted, reach, shown
from cnnviz.analysis.refusals_layers import outgrown, settings
from cnnviz.analysis.refusals_types import alike, kinds, norm_types
from cnnviz.analysis.windows import each_dim, rank_of


def _one_a_channel(image: Tensor, *parameters: Any) -> str | None:
    if image.dim() < 2:
        return f"reads (N, C, ...) and gets {shown(image.shape)}; a dimension is missing"
    channels = image.shape[1]
    for parameter in parameters:
        if isinstance(parameter, Tensor) and tuple(parameter.shape) != (channels,):
            expected = counted(prod(parameter.shape), "channel")
            return f"expects {expected} and gets {channels}, in {shown(image.shape)}"
    return None


def _batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    *_: Any,
    **__: Any,
) -> str | None:
    parameters = running_mean, running_var, weight, bias
    wrong = _one_a_channel(input, *parameters) or norm_types(input, *parameters)
    if not (wrong or training) and (running_mean is None or running_var is None):
        return "has no running mean and variance to normalise by; training=True takes those of its input"
    if not wrong and training and prod(input.shape) == input.shape[1]:
        return f"has 1 number a channel in {shown(input.shape)}; without running statistics it needs 2"
    return wrong


def _instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    *_: Any,
    **__: Any,
) -> str | None:
    parameters = running_mean, running_var, weight, bias
    # Running statistics alone may be of another type.
    wrong = _one_a_channel(input, *parameters) or norm_types(input, *(parameters if weight is not None else ()))
    if not wrong and use_input_stats and prod(input.shape[2:]) == 1:
        return f"has 1 position a channel in {shown(input.shape)}; it needs at least 2"
    return wrong


def _group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: Any,
    **__: Any,
) -> str | None:
    wrong = _one_a_channel(input, weight, bias)
    if not wrong and (num_groups < 1 or input.shape[1] % num_groups):
        return f"gets {counted(input.shape[1], 'channel')}, which cannot be divided into {num_groups} groups"
    if not wrong and prod(input.shape) == num_groups:
        return f"has 1 number a group in {shown(input.shape)} with {num_groups} groups; it needs 2"
    return wrong or norm_types(input, weight, bias)


def _layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: Any,
    **__: Any,
) -> str | None:
    wanted = tuple(normalized_shape)
    last = tuple(input.shape)[-len(wanted) :]
    if last != wanted:
        return f"normalises {shown(wanted)} and gets {shown(last)} at the end of {shown(input.shape)}"
    for name, parameter in (("weight", weight), ("bias", bias)):
        if parameter is not None and tuple(parameter.shape) != wanted:
            return f"normalises {shown(wanted)} with a {name} of size {shown(parameter.shape)}; both must be equal"
    return norm_types(input, weight, bias)


def _rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> str | None:
    # Weights of another type are converted.
    return _layer_norm(input, normalized_shape, None if weight is None else weight.to(input.dtype))


def _pool(
    name: str,
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    *more: Any,
    **keywords: Any,
) -> str | None:
    rank = rank_of(name)
    if input.dim() not in (rank + 1, rank + 2):
        return f"pools over {counted(rank, 'dimension')} of positions and gets {shown(input.shape)}"
    given = (more[0] if more else keywords.get("dilation", 1)) if name.startswith("max") else 1
    wrong = settings(rank, kernel_size=kernel_size, stride=stride or kernel_size, padding=padding, dilation=given)
    if wrong:
        return wrong
    kernel, around, dilation = (each_dim(each, rank) for each in (kernel_size, padding, given))
    for k, p in zip(kernel, around, strict=True):
        if 2 * p > k:
            return f"has a padding of {p}; a kernel of {k} takes at most half of it, {k // 2}"
    return outgrown(input.shape[-rank:], kernel, around, dilation)


def _unfold(input: Tensor, kernel_size: Any, *, dilation: Any, padding: Any, stride: Any) -> str | None:
    """Of torch.nn.functional; a tensor's own unfold is another function."""
    wrong = kinds("unfold")(input) or settings(
        2, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride
    )
    if wrong:
        return wrong
    kernel, spread, around = (each_dim(each, 2) for each in (kernel_size, dilation, padding))
    return outgrown(input.shape[-2:], kernel, around, spread)


def _interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    *_: Any,
    **__: Any,
) -> str | None:
    rank = input.dim() - 2
    wanted = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}.get(mode, rank if rank in (1, 2, 3) else 2)
    if rank != wanted:
        return f'resizes {IMAGE[wanted]} with mode "{mode}" and gets {shown(input.shape)}'
    if (size is None) == (scale_factor is None):
        return "takes a size or a scale_factor, one of both"
    given = size if size is not None else scale_factor
    if isinstance(given, tuple | list) and len(given) != rank:
        return f"resizes {shown(input.shape[2:])} to {given}; {counted(rank, 'number')} would be right, one an axis"
    if size is not None:
        made = each_dim(size, rank)
    else:
        made = tuple(int(n * s) for n, s in zip(input.shape[2:], each_dim(scale_factor, rank), strict=True))
    if min(made) < 1 and mode != "area":
        return f"resizes {shown(input.shape[2:])} to {shown(made)}; at least 1 along each axis must be left"
    return kinds("interpolate")(input)


def _fold(
    input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> str | None:
    """Columns of channels x window numbers, as many as windows fit into the image that is made."""
    if input.dim() not in (2, 3):
        return f"reads (N, columns, windows) and gets {shown(input.shape)}, {counted(input.dim(), 'dimension')}"
    if wrong := settings(2, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride):
        return wrong
    made, kernel, around, spread, step = (
        each_dim(each, 2) for each in (output_size, kernel_size, padding, dilation, stride)
    )
    if input.shape[-2] % prod(kernel):
        return (
            f"gets columns of {input.shape[-2]} numbers, in {shown(input.shape)}, "
            f"which cannot be divided by {prod(kernel)}, the numbers of a window of {shown(kernel)}"
        )
    if wrong := outgrown(made, kernel, around, spread):
        return wrong.replace("input", "output")
    axes = zip(made, kernel, around, spread, step, strict=True)
    windows = [(size + 2 * p - d * (k - 1) - 1) // s + 1 for size, k, p, d, s in axes]
    if input.shape[-1] == prod(windows):
        return kinds("fold")(input)
    return (
        f"gets {counted(input.shape[-1], 'window')}, in {shown(input.shape)}; "
        f"an output of {shown(made)} has {shown(windows)} of them, {prod(windows)}"
    )


def _max_unpool(
    rank: int,
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> str | None:
    if input.shape != indices.shape:
        return f"gets {shown(input.shape)} with indices of size {shown(indices.shape)}; both must be equal"
    if output_size is None:
        return None
    asked, positions = tuple(output_size), tuple(input.shape[-rank:])
    if len(asked) not in (rank, rank + 1, rank + 2):
        return f"is asked for an output of {shown(asked)}; {counted(rank, 'number')} would be right, one an axis"
    kernel, step, around = (each_dim(each, rank) for each in (kernel_size, stride or kernel_size, padding))
    usual = [(n - 1) * s + k - 2 * p for n, s, k, p in zip(positions, step, kernel, around, strict=True)]
    least, most = ([size + way * (s - 1) for size, s in zip(usual, step, strict=True)] for way in (-1, 1))
    return reach(asked[-rank:], positions, least, most)


def _grid_sample(input: Tensor, grid: Tensor, *_: Any, **__: Any) -> str | None:
    rank = input.dim() - 2
    if not input.is_floating_point():
        return kinds("interpolate")(input)
    if input.dtype != grid.dtype:
        return alike(input, grid)
    if grid.dim() != rank + 2 or grid.shape[-1] != rank or grid.shape[0] != input.shape[0]:
        return (
            f"samples {shown(input.shape)} at a grid of size {shown(grid.shape)}; "
            f"{input.shape[0]} grids of {rank} coordinates would be right"
        )
    return None


_NORMS: dict[str, Callable[..., str | None]] = {
    "batch_norm": _batch_norm,
    "instance_norm": _instance_norm,
    "group_norm": _group_norm,
    "layer_norm": _layer_norm,
}
LAX: dict[str, Callable[..., str | None]] = {
    **_NORMS,
    "unfold": _unfold,
    **dict.fromkeys(("interpolate", "upsample"), _interpolate),
    "grid_sample": _grid_sample,
}
STRICT: dict[str, Callable[..., str | None]] = {
    **{name: partial(_pool, name) for name in POOLS if not name.startswith("lp")},
    **{f"max_unpool{rank}d": partial(_max_unpool, rank) for rank in (1, 2, 3)},
    "fold": _fold,
    "rms_norm": _rms_norm,
}

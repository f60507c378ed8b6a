"""Pooling over windows: maximum, average and power average, over 1, 2 and 3 axes."""

from collections.abc import Sequence
from functools import partial
from math import prod

from cnnviz.arithmetic.checks import image, per_axis
from cnnviz.arithmetic.record import Layer, Size, Window
from cnnviz.arithmetic.sizes import pool_output_size
from cnnviz.arithmetic.windows import links, ranked, size_steps, unseen
from cnnviz.errors import ShapeError

Sizes = int | Sequence[int]


def _max_pool(
    rank: int,
    input_size: Sequence[int],
    *,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    return_indices: bool = False,
    ceil_mode: bool = False,
) -> Layer:
    """Return the maxima of windows of (N, C, ...): channels stay, nothing is learned. Raises ShapeError.

    All operations: a window of k takes k - 1 comparisons. Training keeps the place of every maximum, 8 bytes each.
    `return_indices` has no effect on the output's size.
    """
    window, positions = _windows(f"MaxPool{rank}d", input_size, rank, kernel_size, stride, padding, dilation, ceil_mode)
    outputs = prod(input_size[:2]) * prod(positions)
    return _layer(
        f"MaxPool{rank}d",
        input_size,
        positions,
        window,
        ceil_mode,
        operations=outputs * (prod(window.kernel_size) - 1),
        saved_bytes=8 * outputs,
    )


def _avg_pool(
    rank: int,
    input_size: Sequence[int],
    *,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Layer:
    """Return the means of windows of (N, C, ...): channels stay, nothing is learned. Raises ShapeError.

    All operations: a window of k takes k - 1 additions and a division. `count_include_pad` and `divisor_override`
    change what is divided by, and no size.
    """
    if divisor_override == 0:
        raise ShapeError("The divisor override is 0; it must be another number, or None.")
    window, positions = _windows(f"AvgPool{rank}d", input_size, rank, kernel_size, stride, padding, 1, ceil_mode)
    _check_volume(input_size, window)
    outputs = prod(input_size[:2]) * prod(positions)
    operations = outputs * prod(window.kernel_size)
    return _layer(f"AvgPool{rank}d", input_size, positions, window, ceil_mode, operations=operations)


def _lp_pool(
    rank: int,
    input_size: Sequence[int],
    *,
    norm_type: float,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    ceil_mode: bool = False,
) -> Layer:
    """Return the power averages of windows of (N, C, ...), the norm_type-th root of the sum of powers of norm_type.

    All operations: a window of k takes k powers, k - 1 additions and a root. Training keeps, as PyTorch computes it,
    the powers and four tensors of the output's size besides the input. Raises ShapeError.
    """
    if not isinstance(norm_type, int | float) or norm_type == 0:
        raise ShapeError(f"The norm type is {norm_type}; it must be a number other than 0, since it divides.")
    if rank == 1 and not isinstance(kernel_size, int):
        raise ShapeError(f"The kernel size of LPPool1d is {kernel_size}; torch takes one whole number here.")
    window, positions = _windows(f"LPPool{rank}d", input_size, rank, kernel_size, stride, 0, 1, ceil_mode)
    _check_volume(input_size, window)
    outputs = prod(input_size[:2]) * prod(positions)
    return _layer(
        f"LPPool{rank}d",
        input_size,
        positions,
        window,
        ceil_mode,
        operations=outputs * 2 * prod(window.kernel_size),
        saved_values=prod(input_size) + 4 * outputs,
    )


def _windows(
    kind: str,
    input_size: Sequence[int],
    rank: int,
    kernel_size: Sizes,
    stride: Sizes | None,
    padding: Sizes,
    dilation: Sizes,
    ceil_mode: bool,
) -> tuple[Window, Size]:
    """Return the window and the positions of the output."""
    _, _, size = image(kind, input_size, rank)
    kernel = per_axis("kernel size", kernel_size, rank)
    strides = kernel if stride is None else per_axis("stride", stride, rank)
    before = per_axis("padding", padding, rank, least=0)
    dilations = per_axis("dilation", dilation, rank)
    axes = tuple(zip(size, kernel, strides, before, dilations, strict=True))
    for _, k, _, p, _ in axes:
        if p > k // 2:
            raise ShapeError(f"The padding is {p}; a kernel of {k} takes at most half of it, {k // 2}.")
    positions = tuple(
        pool_output_size(i, kernel_size=k, stride=s, padding=p, dilation=d, ceil_mode=ceil_mode)
        for i, k, s, p, d in axes
    )
    return Window(kernel, strides, dilations, before, before), positions


def _check_volume(input_size: Sequence[int], window: Window) -> None:
    """Torch averages no volume that is smaller than the kernel, whatever the padding and `ceil_mode`."""
    for extent, k in zip(input_size[2:], window.kernel_size, strict=True):
        if len(input_size) == 5 and k > extent:
            raise ShapeError(
                f"The kernel size is {k} and the input has {extent} rows; torch averages no volume that is smaller "
                "than the kernel, padded or not."
            )


def _layer(
    kind: str,
    input_size: Sequence[int],
    positions: Size,
    window: Window,
    ceil_mode: bool,
    *,
    operations: int,
    saved_values: int = 0,
    saved_bytes: int = 0,
) -> Layer:
    batch, channels, *size = input_size
    return Layer(
        kind,
        tuple(input_size),
        (batch, channels, *positions),
        operations=operations,
        window=window,
        unseen=unseen(tuple(size), positions, window),
        saves=("input",),
        saved_values=saved_values,
        saved_bytes=saved_bytes,
        links=links(window),
        explain=partial(size_steps, tuple(size), positions, window, ceil_mode=ceil_mode),
    )


max_pool1d, max_pool2d, max_pool3d = ranked(_max_pool)
avg_pool1d, avg_pool2d, avg_pool3d = ranked(_avg_pool)
lp_pool1d, lp_pool2d, lp_pool3d = ranked(_lp_pool)

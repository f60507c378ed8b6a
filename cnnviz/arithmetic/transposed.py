"""Transposed convolutions over 1, 2 and 3 axes."""

from collections.abc import Sequence
from functools import partial
from math import prod

from cnnviz.arithmetic.checks import AXES, image, per_axis, whole_number
from cnnviz.arithmetic.costs import conv_parameters, conv_transpose_macs
from cnnviz.arithmetic.formulas import BATCH, IN_CHANNELS, OUT_CHANNELS, Term, on_axes, product, step, total
from cnnviz.arithmetic.record import Layer, Size, Step, Window
from cnnviz.arithmetic.sizes import conv_transpose_output_size
from cnnviz.arithmetic.windows import ranked, rows_after
from cnnviz.errors import ShapeError


def _conv_transpose(
    rank: int,
    input_size: Sequence[int],
    *,
    out_channels: int,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    bias: bool = True,
    dilation: int | Sequence[int] = 1,
    padding_mode: str = "zeros",
) -> Layer:
    """Return a transposed convolution of (N, C_in, ...) to (N, C_out, ...), as torch.nn.ConvTranspose2d and its kin.

    Each axis: (size - 1)·stride - 2·padding + dilation·(kernel_size - 1) + output_padding + 1. Every INPUT paints one
    window: C_out/groups · k_h · k_w MACs each, those that the padding then cuts off included. Raises ShapeError.
    """
    kind = f"ConvTranspose{rank}d"
    batch, channels, size = image(kind, input_size, rank)
    whole_number("number of output channels", out_channels)
    whole_number("number of groups", groups)
    kernel = per_axis("kernel size", kernel_size, rank)
    strides = per_axis("stride", stride, rank)
    dilations = per_axis("dilation", dilation, rank)
    before = per_axis("padding", padding, rank, least=0)
    more = per_axis("output padding", output_padding, rank, least=0)
    _check(padding_mode, more, strides, dilations)
    weights = conv_parameters(channels, out_channels, kernel, groups=groups, bias=False)
    axes = tuple(zip(size, kernel, strides, before, more, dilations, strict=True))
    positions = tuple(
        conv_transpose_output_size(i, kernel_size=k, stride=s, padding=p, output_padding=o, dilation=d)
        for i, k, s, p, o, d in axes
    )
    output = (batch, out_channels, *positions)
    window = Window(kernel, strides, dilations, before, tuple(p - o for p, o in zip(before, more, strict=True)))
    macs = conv_transpose_macs((batch, channels, *size), out_channels, kernel, groups=groups)
    return Layer(
        kind,
        (batch, channels, *size),
        output,
        weights=weights,
        biases=out_channels * bias,
        macs=macs,
        operations=2 * macs + prod(output) * bias,
        window=window,
        unseen=rows_after(
            size,
            tuple(_last_shown(i, made, k, s, d, p) for (i, k, s, p, _, d), made in zip(axes, positions, strict=True)),
        ),
        saves=("input",),
        # Input i paints the outputs i·s - p + d·t, so output o reads inputs from (o + p - d(k-1)) / s to (o + p) / s.
        links=tuple(((1, p - d * (k - 1) + s - 1, s), (1, p, s)) for _, k, s, p, _, d in axes),
        explain=partial(_steps, channels, size, output, window, more, groups, bias),
    )


def _check(padding_mode: str, output_padding: Size, stride: Size, dilation: Size) -> None:
    if padding_mode != "zeros":
        raise ShapeError(f'The padding mode is "{padding_mode}"; a transposed convolution has "zeros" alone.')
    for more, s, d in zip(output_padding, stride, dilation, strict=True):
        if more >= max(s, d):
            raise ShapeError(
                f"The output padding is {more}; it must be smaller than the stride {s} or the dilation {d}."
            )


def _last_shown(size: int, output: int, kernel_size: int, stride: int, dilation: int, padding: int) -> int:
    """Return the last row that paints anything which the padding does not cut off, -1 for none."""
    row = size - 1
    while row >= 0:
        first = row * stride - padding
        skipped = max(0, -(first // dilation))
        if skipped < kernel_size and first + dilation * skipped < output:
            break
        row -= 1
    return row


def _steps(
    channels: int, size: Size, output: Size, window: Window, more: Size, groups: int, bias: bool
) -> tuple[Step, ...]:
    depth: Term = (OUT_CHANNELS, output[1])
    if groups > 1:
        depth = (rf"\tfrac{{{OUT_CHANNELS}}}{{g}}", output[1] // groups)
    taps = (depth, *on_axes("k", window.kernel_size))
    weights, biases = channels * depth[1] * prod(window.kernel_size), output[1] * bias
    return (
        *_size_steps(size, output[2:], window, more),
        product("weights", weights, (IN_CHANNELS, channels), *taps),
        *((product("biases", biases, (OUT_CHANNELS, output[1])),) if bias else ()),
        total(weights, biases),
        product(
            "macs",
            output[0] * prod(size) * weights,
            (BATCH, output[0]),
            (IN_CHANNELS, channels),
            *on_axes("", size),
            *taps,
        ),
    )


def _size_steps(size: Size, positions: Size, window: Window, more: Size) -> tuple[Step, ...]:
    terms = zip(
        on_axes("", size),
        on_axes("k", window.kernel_size),
        on_axes("s", window.stride),
        on_axes("d", window.dilation),
        on_axes("p", window.before),
        on_axes("o", more),
        strict=True,
    )
    return tuple(
        step(
            name,
            r"(<i> - 1) \cdot <s>"
            + r" - 2 \cdot <p>" * (p[1] > 0)
            + (" + <k>" if d[1] == 1 else r" + <d> \cdot (<k> - 1) + 1")
            + " + <o>" * (o[1] > 0),
            made,
            i=i,
            k=k,
            s=s,
            d=d,
            p=p,
            o=o,
        )
        for name, made, (i, k, s, d, p, o) in zip(AXES[len(size)], positions, terms, strict=True)
    )


conv_transpose1d, conv_transpose2d, conv_transpose3d = ranked(_conv_transpose)

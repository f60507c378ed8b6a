"""Convolutions over 1, 2 and 3 axes."""

from collections.abc import Sequence
from functools import partial
from math import prod

from cnnviz.arithmetic.checks import image, per_axis, whole_number
from cnnviz.arithmetic.costs import conv_macs, conv_parameters
from cnnviz.arithmetic.formulas import BATCH, IN_CHANNELS, OUT_CHANNELS, Term, letters, on_axes, product, total
from cnnviz.arithmetic.record import Layer, Size, Step, Window
from cnnviz.arithmetic.sizes import windows
from cnnviz.arithmetic.windows import links, ranked, size_steps, unseen
from cnnviz.errors import ShapeError

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def _conv(
    rank: int,
    input_size: Sequence[int],
    *,
    out_channels: int,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] = 1,
    padding: str | int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    bias: bool = True,
    padding_mode: str = "zeros",
) -> Layer:
    """Return a convolution of (N, C_in, ...) to (N, C_out, ...), as torch.nn.Conv1d, Conv2d and Conv3d.

    Each axis: floor((size + before + after - dilation·(kernel_size - 1) - 1) / stride) + 1. Weights are
    C_out · C_in/groups · k_h · k_w, and every output takes C_in/groups · k_h · k_w MACs. Raises ShapeError.
    """
    kind = f"Conv{rank}d"
    batch, channels, size = image(kind, input_size, rank)
    whole_number("number of output channels", out_channels)
    whole_number("number of groups", groups)
    kernel = per_axis("kernel size", kernel_size, rank)
    strides = per_axis("stride", stride, rank)
    dilations = per_axis("dilation", dilation, rank)
    before, after = _padding(padding, kernel, strides, dilations)
    _check_mode(padding_mode, size, before, after)
    weights = conv_parameters(channels, out_channels, kernel, groups=groups, bias=False)
    axes = zip(size, kernel, strides, dilations, before, after, strict=True)
    positions = tuple(windows(*axis) for axis in axes)
    output = (batch, out_channels, *positions)
    window = Window(kernel, strides, dilations, before, after)
    macs = conv_macs(output, channels, kernel, groups=groups)
    saves, saved_values = _saved(batch * channels, size, before, after, padding_mode)
    return Layer(
        kind,
        (batch, channels, *size),
        output,
        weights=weights,
        biases=out_channels * bias,
        macs=macs,
        operations=2 * macs + prod(output) * bias,
        window=window,
        unseen=unseen(size, positions, window, padding_mode),
        saves=saves,
        saved_values=saved_values,
        links=links(window),
        explain=partial(_steps, channels, size, output, window, groups, bias),
    )


def _padding(padding: object, kernel: Size, stride: Size, dilation: Size) -> tuple[Size, Size]:
    """Return the rows added at the start and at the end of each axis."""
    if padding == "valid":
        padding = 0
    if not isinstance(padding, str):
        amounts = per_axis("padding", padding, len(kernel), least=0)
        return amounts, amounts
    if padding != "same":
        raise ShapeError(f'The padding is "{padding}"; it must be "same", "valid" or whole numbers.')
    if (most := max(stride)) > 1:
        raise ShapeError(f'The padding "same" needs a stride of 1; with {most} the output is smaller than the input.')
    missing = tuple(d * (k - 1) for k, d in zip(kernel, dilation, strict=True))
    return tuple(rows // 2 for rows in missing), tuple(rows - rows // 2 for rows in missing)


def _check_mode(mode: str, size: Size, before: Size, after: Size) -> None:
    if mode not in PADDING_MODES:
        raise ShapeError(f'The padding mode is "{mode}"; it must be one of {", ".join(PADDING_MODES)}.')
    if mode not in ("reflect", "circular"):
        return
    for extent, amount in zip(size, map(max, before, after), strict=True):
        most = extent - (mode == "reflect")
        if amount > most:
            raise ShapeError(f'The padding is {amount}; mode "{mode}" takes at most {most} from an input of {extent}.')


def _saved(images: int, size: Size, before: Size, after: Size, mode: str) -> tuple[tuple[str, ...], int]:
    """Return what training keeps: the input, or the padded copy where the convolution cannot pad itself."""
    rows = zip(size, before, after, strict=True)
    if mode != "zeros":
        return ("input",) * (mode != "circular"), images * prod(i + b + a for i, b, a in rows)
    if before != after:
        # Torch pads by the difference alone; the rest is the same on both sides.
        return (), images * prod(i + a - b for i, b, a in rows)
    return ("input",), 0


def _steps(channels: int, size: Size, output: Size, window: Window, groups: int, bias: bool) -> tuple[Step, ...]:
    out: Term = (OUT_CHANNELS, output[1])
    depth: Term = (IN_CHANNELS, channels) if groups == 1 else (rf"\tfrac{{{IN_CHANNELS}}}{{g}}", channels // groups)
    taps = (depth, *on_axes("k", window.kernel_size))
    positions = zip(letters(len(size)), output[2:], strict=True)
    weights, biases = out[1] * depth[1] * prod(window.kernel_size), out[1] * bias
    return (
        *size_steps(size, output[2:], window),
        product("weights", weights, out, *taps),
        *((product("biases", biases, out),) if bias else ()),
        total(weights, biases),
        product(
            "macs",
            prod(output) // out[1] * weights,
            (BATCH, output[0]),
            out,
            *((f"{letter}'", extent) for letter, extent in positions),
            *taps,
        ),
    )


conv1d, conv2d, conv3d = ranked(_conv)

"""Sizes of what functions make that read windows of positions, or move them: cnnviz.analysis.output_sizes for them."""

from math import floor, prod

from cnnviz import arithmetic
from cnnviz.analysis.convolutions import usual
from cnnviz.analysis.functions import ADAPTIVE_POOLS, CONVOLUTIONS, POOLS
from cnnviz.analysis.memory_terms import Of
from cnnviz.analysis.operations import Operation, Shape
from cnnviz.analysis.output_sizes import Rule, like, require
from cnnviz.analysis.windows import each_dim, rank_of


def _convolution(op: Operation, of: Of) -> Shape:
    image, weight = of(op.get(0, "input")), of(op.get(1, "weight"))
    rank, groups = len(weight) - 2, op.get(6, "groups", 1)
    lead, axes = image[: -rank - 1], image[-rank:]
    stride, dilation = each_dim(op.get(3, "stride", 1), rank), each_dim(op.get(5, "dilation", 1), rank)
    padding = op.get(4, "padding", 0)
    require(image[-rank - 1] == weight[1] * groups)
    if padding == "same":
        return (*lead, weight[0], *axes)
    around = each_dim(0 if padding == "valid" else padding, rank)
    settings = zip(axes, weight[2:], stride, around, dilation, strict=True)
    sizes = [
        arithmetic.conv_output_size(size, kernel_size=k, stride=s, padding=p, dilation=d)
        for size, k, s, p, d in settings
    ]
    return (*lead, weight[0], *sizes)


def _transposed(op: Operation, of: Of) -> Shape:
    image, weight = of(op.get(0, "input")), of(op.get(1, "weight"))
    rank, groups = len(weight) - 2, op.get(6, "groups", 1)
    require(image[-rank - 1] == weight[0])
    settings = [
        each_dim(op.get(place, name, default), rank)
        for place, name, default in ((3, "stride", 1), (4, "padding", 0), (5, "output_padding", 0), (7, "dilation", 1))
    ]
    sizes = [
        arithmetic.conv_transpose_output_size(size, kernel_size=k, stride=s, padding=p, output_padding=more, dilation=d)
        for size, k, s, p, more, d in zip(image[-rank:], weight[2:], *settings, strict=True)
    ]
    return (*image[: -rank - 1], weight[1] * groups, *sizes)


def _pool(op: Operation, of: Of) -> Shape:
    image, rank = of(op.get(0, "input")), rank_of(op.name)
    shift = op.name.startswith("lp")
    kernel = each_dim(op.get(1 + shift, "kernel_size"), rank)
    given = op.get(2 + shift, "stride")
    stride = kernel if given in (None, (), []) else each_dim(given, rank)
    padding = each_dim(0 if shift else op.get(3, "padding", 0), rank)
    dilates = op.name.startswith("max")
    dilation = each_dim(op.get(4, "dilation", 1) if dilates else 1, rank)
    ceil_mode = op.get(5 if dilates else 4, "ceil_mode", False)
    settings = zip(image[-rank:], kernel, stride, padding, dilation, strict=True)
    sizes = [
        arithmetic.pool_output_size(size, kernel_size=k, stride=s, padding=p, dilation=d, ceil_mode=ceil_mode)
        for size, k, s, p, d in settings
    ]
    return (*image[:-rank], *sizes)


def _adaptive_pool(op: Operation, of: Of) -> Shape:
    image, rank = of(op.get(0, "input")), rank_of(op.name)
    wanted = each_dim(op.get(1, "output_size"), rank)
    sizes = zip(image[-rank:], wanted, strict=True)
    return (*image[:-rank], *(old if new is None else new for old, new in sizes))


def _grid_sample(op: Operation, of: Of) -> Shape:
    image, grid = (of(value) for value in op.inputs[:2])
    require(image[0] == grid[0])
    return (*image[:2], *grid[1:-1])


def _interpolate(op: Operation, of: Of) -> Shape:
    image = of(op.get(0, "input"))
    rank, wanted, scales = len(image) - 2, op.get(1, "size"), op.get(2, "scale_factor")
    if wanted is not None:
        return (*image[:2], *each_dim(wanted, rank))
    pairs = zip(image[2:], each_dim(scales, rank), strict=True)
    return (*image[:2], *(floor(float(size * scale)) for size, scale in pairs))


def _deformable(op: Operation, of: Of) -> Shape:
    image, weight, offset = (of(value) for value in op.inputs[:3])
    (*strides, ph, pw, dh, dw, groups, _, _) = op.arguments[5:14]
    require(image[1] == weight[1] * groups)
    sizes = [
        arithmetic.conv_output_size(size, kernel_size=k, stride=s, padding=p, dilation=d)
        for size, k, s, p, d in zip(image[2:], weight[2:], strides, (ph, pw), (dh, dw), strict=True)
    ]
    require(offset == (image[0], offset[1], *sizes))
    return (image[0], weight[0], *sizes)


def _unfold(op: Operation, of: Of) -> Shape:
    image = like(op, of)
    # A tensor's own unfold is another function.
    require("dilation" in op.keywords and len(image) == 4)
    kernel = each_dim(op.get(1, "kernel_size"), 2)
    dilation, padding, stride = (each_dim(op.keywords[name], 2) for name in ("dilation", "padding", "stride"))
    settings = zip(image[2:], kernel, stride, padding, dilation, strict=True)
    counts = [
        arithmetic.conv_output_size(size, kernel_size=k, stride=s, padding=p, dilation=d)
        for size, k, s, p, d in settings
    ]
    return (image[0], image[1] * prod(kernel), prod(counts))


def _either(op: Operation, of: Of) -> Shape:
    found = usual(op)
    return (_transposed if "transpose" in found.name else _convolution)(found, of)


def _convolution_steps_first(op: Operation, of: Of) -> Shape:
    (steps, batch, channels), (kernel, own, made) = of(op.get(0, "input")), of(op.get(1, "weight"))
    require(channels == own)
    size = arithmetic.conv_output_size(steps, kernel_size=kernel, stride=1, padding=op.get(3, "pad", 0), dilation=1)
    return (size, batch, made)


RULES: dict[str, Rule] = {
    **dict.fromkeys(CONVOLUTIONS, lambda op, of: (_transposed if "transpose" in op.name else _convolution)(op, of)),
    "convolution": _either,
    "conv_tbc": _convolution_steps_first,
    **dict.fromkeys(POOLS, _pool),
    **dict.fromkeys(ADAPTIVE_POOLS, _adaptive_pool),
    "grid_sample": _grid_sample,
    **dict.fromkeys(("interpolate", "upsample"), _interpolate),
    "deform_conv2d": _deformable,
    "unfold": _unfold,
}

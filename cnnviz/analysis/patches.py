"""Fields through unfold and fold, which take images apart into patches and put patches together.

A patch's numbers lie along a dimension of their own, channels for torch.nn.functional, and each sees its part of what
the patch sees, until a layer reads all of them.
"""

from collections.abc import Mapping
from math import prod

from cnnviz.analysis.field import Axis, Digit, Field, Flattened, Lost, dims_of, lose, settled
from cnnviz.analysis.operations import Operation
from cnnviz.analysis.views import reshaped
from cnnviz.analysis.windows import Get, each_dim, painted, through, window
from cnnviz.arithmetic.bounds import Link
from cnnviz.arithmetic.sizes import conv_output_size

Patches = Mapping[int, tuple[tuple[Link, Link], Digit]]


def unfold(op: Operation, get: Get) -> Field | None:
    """Follow (N, C, H, W) to (N, C * kh * kw, patches), and a tensor's own unfold to windows along a last dimension."""
    image, made = op.arguments[0] if op.arguments else op.get(0, "input"), op.outputs[0].shape
    field, rank = get(image), len(image.shape)
    if field is None:
        return None
    if "dilation" not in op.keywords:
        dim, size, step = op.get(1, "dimension"), op.get(2, "size"), op.get(3, "step")
        return _apart(field, {dim % rank: (window(size, step, 0), Digit(rank, size))}, made)
    channel = rank - 3
    if any(channel in dims_of(axis) for axis in field.axes):
        return lose(field, range(len(made)), f"{op.name} mixes positions in channels")
    kernel = each_dim(op.get(1, "kernel_size"), 2)
    dilation, padding, stride = (each_dim(op.keywords[name], 2) for name in ("dilation", "padding", "stride"))
    counts = _counts(image.shape[1 + channel :], kernel, stride, padding, dilation)
    links = map(window, kernel, stride, padding, dilation)
    digits = Digit(channel, kernel[0], kernel[1]), Digit(channel, kernel[1])
    grid = (*made[:-1], *counts)
    apart = _apart(field, dict(zip((rank - 2, rank - 1), zip(links, digits, strict=True), strict=True)), grid)
    return reshaped(apart, grid, made, op.name)


def _counts(
    sizes: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[int, ...],
    dilation: tuple[int, ...],
) -> tuple[int, ...]:
    """Return how many patches there are along each axis."""
    return tuple(
        conv_output_size(size, kernel_size=k, stride=s, padding=p, dilation=d)
        for size, k, s, p, d in zip(sizes, kernel, stride, padding, dilation, strict=True)
    )


def _apart(field: Field, patches: Patches, shape: tuple[int, ...]) -> Field:
    def change(axis: Axis, _: int) -> Axis:
        if isinstance(axis, Lost):
            return axis.mixed(patches)
        if axis.dim is None or axis.dim not in patches:
            return axis
        links, part = patches[axis.dim]
        flat = Flattened(
            axis.through(*links).on(0), Digit(axis.dim, shape[axis.dim]), (part,) if part.extent > 1 else ()
        )
        return settled(flat, shape, "a unit is a part of a patch")

    return field.each(change)


def fold(op: Operation, get: Get) -> Field | None:
    """Follow (N, C * kh * kw, patches) to (N, C, H, W): what a pixel is the sum of, as of a transposed convolution."""
    image, made = op.get(0, "input"), op.outputs[0].shape
    field, rank = get(image), len(made)
    if field is None:
        return None
    kernel = each_dim(op.get(2, "kernel_size"), 2)
    named = (3, "dilation"), (4, "padding"), (5, "stride")
    dilation, padding, stride = (each_dim(op.get(at, name), 2) for at, name in named)
    counts = _counts(made[-2:], kernel, stride, padding, dilation)
    if prod(counts) != image.shape[-1]:
        return lose(field, range(rank), f"{op.name} is not followed")
    grid = reshaped(field, image.shape, (*image.shape[:-1], *counts), op.name)
    mixed = any(rank - 3 in dims_of(axis) for axis in grid.axes)
    if mixed or any(s > 1 and d > 1 for s, d in zip(stride, dilation, strict=True)):
        return lose(grid, range(rank), f"{op.name} puts parts of patches together")
    links = map(painted, kernel, stride, padding, dilation)
    return through(grid, dict(zip((rank - 2, rank - 1), links, strict=True)))

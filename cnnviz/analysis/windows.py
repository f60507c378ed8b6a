"""Fields through functions that read windows of positions, or that put positions farther apart.

Each rule turns a unit's index into the first and the last index that it reads. Padding counts as positions before 0 and
after the end, whatever it is filled with.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from cnnviz.analysis.convolutions import usual
from cnnviz.analysis.field import Axis, Field, Lost, dims_of, gather, gather_all, lose, unite
from cnnviz.analysis.functions import CONVOLUTIONS, POOLS
from cnnviz.analysis.operations import Operation, Value
from cnnviz.arithmetic.bounds import Link
from cnnviz.arithmetic.layer_record import Taps

Get = Callable[[Any], Field | None]
Links = Mapping[int, tuple[Link, Link]]

_SAME: Link = (1, 0, 1)


def through(field: Field, links: Links) -> Field:
    """Return the field of units that read, along each dimension in `links`, from the first to the last index."""

    moved = {dim for dim, link in links.items() if link != (_SAME, _SAME)}

    def change(axis: Axis, _: int) -> Axis:
        if isinstance(axis, Lost):
            return axis.mixed(moved)
        if axis.dim is None or axis.dim not in links:
            return axis
        return axis.through(*links[axis.dim])

    return field.each(change)


def each_dim(value: Any, rank: int) -> tuple[int, ...]:
    values = tuple(value) if isinstance(value, tuple | list) else (value,)
    return values * rank if len(values) == 1 else values


def window(kernel: int, stride: int, padding: int, dilation: int = 1) -> tuple[Link, Link]:
    return (stride, -padding, 1), (stride, dilation * (kernel - 1) - padding, 1)


def painted(kernel: int, stride: int, padding: int, dilation: int = 1) -> tuple[Link, Link]:
    """Input i paints the outputs i*s - p + d*t, so output o reads the i from (o + p - d(k-1)) / s to (o + p) / s."""
    return (1, padding - dilation * (kernel - 1) + stride - 1, stride), (1, padding, stride)


def convolution(op: Operation, get: Get) -> Field | None:
    image, weight = op.get(0, "input"), op.get(1, "weight")
    rank = len(weight.shape) - 2
    kernel = weight.shape[2:]
    stride = each_dim(op.get(3, "stride", 1), rank)
    dilation = each_dim(op.get(5, "dilation", 1), rank)
    padding = op.get(4, "padding", 0)
    if padding == "same":
        # An odd total is padded by one more at the end.
        before = tuple(d * (k - 1) // 2 for d, k in zip(dilation, kernel, strict=True))
    else:
        before = each_dim(0 if padding == "valid" else padding, rank)
    windows = map(window, kernel, stride, before, dilation)
    return _filtered(op, get, image, op.get(6, "groups", 1), rank, tuple(windows))


def transposed(op: Operation, get: Get) -> Field | None:
    image, weight = op.get(0, "input"), op.get(1, "weight")
    rank = len(weight.shape) - 2
    stride = each_dim(op.get(3, "stride", 1), rank)
    padding = each_dim(op.get(4, "padding", 0), rank)
    dilation = each_dim(op.get(7, "dilation", 1), rank)
    windows = map(painted, weight.shape[2:], stride, padding, dilation)
    field = _filtered(op, get, image, op.get(6, "groups", 1), rank, tuple(windows))
    if field and any(s > 1 and d > 1 for s, d in zip(stride, dilation, strict=True)):
        return lose(field, range(len(image.shape)), f"{op.name} has stride and dilation at once")
    return field


def taps(op: Operation) -> Taps | None:
    """Return the kernel size and the stride of a convolution or a pooling, None for any other function."""
    if op.name == "convolution":
        op = usual(op)
    if op.name in CONVOLUTIONS:
        kernel = op.get(1, "weight").shape[2:]
        return kernel, each_dim(op.get(3, "stride", 1), len(kernel))
    if op.name in POOLS:
        return _pool_taps(op)
    return None


def _pool_taps(op: Operation) -> Taps:
    rank, shift = rank_of(op.name), op.name.startswith("lp")
    kernel, given = each_dim(op.get(1 + shift, "kernel_size"), rank), op.get(2 + shift, "stride")
    return kernel, kernel if given in (None, (), []) else each_dim(given, rank)


def convolution_steps_first(op: Operation, get: Get) -> Field | None:
    """conv_tbc: windows of steps, (T, N, C), with a weight (kernel, C, made)."""
    image, weight = op.get(0, "input"), op.get(1, "weight")
    field = get(image)
    links = {0: window(weight.shape[0], 1, op.get(3, "pad", 0))}
    own = field and through(gather(field, (2,), image.shape), links)
    others = [gather_all(found, item.shape) for item in (weight, op.get(2, "bias")) if (found := get(item))]
    return unite([own, *others], op.outputs[0].shape, op.name)


def _filtered(
    op: Operation, get: Get, image: Value, groups: int, rank: int, windows: tuple[tuple[Link, Link], ...]
) -> Field | None:
    field, size = get(image), len(image.shape)
    if field:
        channel = size - rank - 1
        if groups == 1:
            field = gather(field, (channel,), image.shape)
        elif any(channel in dims_of(axis) for axis in field.axes):
            field = lose(field, range(size), f"{op.name} mixes positions in groups")
        field = through(field, dict(zip(range(size - rank, size), windows, strict=True)))
    others = (op.get(1, "weight"), op.get(2, "bias"))
    made = [gather_all(found, item.shape) for item in others if (found := get(item))]
    return unite([field, *made], op.outputs[0].shape, op.name)


def pool(op: Operation, get: Get) -> Field | None:
    image, field = op.get(0, "input"), get(op.get(0, "input"))
    shift = op.name.startswith("lp")
    rank = rank_of(op.name)
    size = len(image.shape)
    kernel, stride = _pool_taps(op)
    padding = each_dim(0 if shift else op.get(3, "padding", 0), rank)
    dilation = each_dim(op.get(4, "dilation", 1) if op.name.startswith("max") else 1, rank)
    windows = map(window, kernel, stride, padding, dilation)
    return field and through(field, dict(zip(range(size - rank, size), windows, strict=True)))


def adaptive_pool(op: Operation, get: Get) -> Field | None:
    image, rank = op.get(0, "input"), rank_of(op.name)
    return _adapted(get(image), image.shape, op.outputs[0].shape, rank)


def _adapted(field: Field | None, shape: tuple[int, ...], wanted: tuple[int, ...], rank: int) -> Field | None:
    if field is None:
        return None
    dims = range(len(shape) - rank, len(shape))
    field = gather(field, [dim for dim in dims if wanted[dim] == 1], shape)
    return through(
        field, {dim: ((shape[dim], 0, wanted[dim]), (shape[dim], shape[dim] - 1, wanted[dim])) for dim in dims}
    )


def rank_of(name: str) -> int:
    return int(name[name.index("pool") + 4])


def pad(op: Operation, get: Get) -> Field | None:
    field, amounts = get(op.get(0, "input")), op.get(1, "pad")
    last = len(op.outputs[0].shape) - 1
    shifts = {last - place // 2: (1, -amounts[place], 1) for place in range(0, len(amounts), 2)}
    return field and through(field, {dim: (link, link) for dim, link in shifts.items()})


def interpolate(op: Operation, get: Get) -> Field | None:
    image, field = op.get(0, "input"), get(op.get(0, "input"))
    if field is None:
        return None
    shape, wanted, rank = image.shape, op.outputs[0].shape, len(image.shape) - 2
    mode, corners = op.get(3, "mode", "nearest"), op.get(4, "align_corners")
    if mode == "area":
        return _adapted(field, shape, wanted, rank)
    if op.get(6, "antialias", False):
        return lose(field, range(2, len(shape)), "interpolate with antialias has a support that varies")
    scales = op.get(2, "scale_factor")
    if scales is None or op.get(1, "size") is not None or op.get(5, "recompute_scale_factor"):
        scales = (None,)
    links = {}
    for dim, scale in enumerate(each_dim(scales, rank), 2):
        if corners:
            ratio = Fraction(shape[dim] - 1, wanted[dim] - 1) if wanted[dim] > 1 else Fraction(0)
        elif scale is None:
            ratio = Fraction(shape[dim], wanted[dim])
        else:
            ratio = 1 / Fraction(scale).limit_denominator(10_000)
        links[dim] = _taps(mode, bool(corners), ratio.numerator, ratio.denominator)
    return through(field, links)


def _taps(mode: str, corners: bool, a: int, c: int) -> tuple[Link, Link]:
    """Return the links of an interpolation whose output i lies at i·a/c, or half a pixel beside it, of its input."""
    if mode == "nearest":
        return (a, 0, c), (a, 0, c)
    if mode == "nearest-exact":
        return (2 * a, a, 2 * c), (2 * a, a, 2 * c)
    a, b, c = (a, 0, c) if corners else (2 * a, a - c, 2 * c)
    if mode == "bicubic":
        return (a, b - c, c), (a, b + 2 * c, c)
    # The second tap of a position that falls on a pixel has weight 0.
    return (a, b, c), (a, b + c - 1, c)


def pixel_shuffle(op: Operation, get: Get) -> Field | None:
    field, factor, size = get(op.get(0, "input")), op.get(1, "upscale_factor"), len(op.outputs[0].shape)
    return field and through(field, dict.fromkeys((size - 2, size - 1), ((1, 0, factor), (1, 0, factor))))


def pixel_unshuffle(op: Operation, get: Get) -> Field | None:
    field, factor, size = get(op.get(0, "input")), op.get(1, "downscale_factor"), len(op.outputs[0].shape)
    return field and through(field, {dim: window(factor, factor, 0) for dim in (size - 2, size - 1)})


def repeat_interleave(op: Operation, get: Get) -> Field | None:
    field, times, dim = get(op.get(0, "input")), op.get(1, "repeats"), op.get(2, "dim")
    if field is None:
        return None
    if not isinstance(times, int) or dim is None:
        return lose(field, range(len(op.outputs[0].shape)), f"{op.name} is not followed")
    return through(field, {dim % len(op.outputs[0].shape): ((1, 0, times), (1, 0, times))})


def grid_sample(op: Operation, get: Get) -> Field | None:
    image, grid = op.get(0, "input"), op.get(1, "grid")
    sampled, theta = get(image), get(grid)
    fields = [
        sampled and gather(sampled, range(2, len(image.shape)), image.shape),
        theta and gather_all(theta, grid.shape),
    ]
    return unite(fields, op.outputs[0].shape, op.name)

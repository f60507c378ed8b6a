"""Interpolation to a larger or smaller size."""

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from math import floor, prod

from cnnviz.arithmetic.adaptive import inputs_read
from cnnviz.arithmetic.adaptive import links as window_links
from cnnviz.arithmetic.checks import AXES, per_axis, shown, tensor
from cnnviz.arithmetic.formulas import letters, step
from cnnviz.arithmetic.record import Layer, Link, Size, Step
from cnnviz.errors import ShapeError

# By mode: how many inputs an output weighs along an axis, and for how many axes of positions there is the mode.
_MODES = {
    "nearest": (1, (1, 2, 3)),
    "nearest-exact": (1, (1, 2, 3)),
    "area": (1, (1, 2, 3)),
    "linear": (2, (1,)),
    "bilinear": (2, (2,)),
    "bicubic": (4, (2,)),
    "trilinear": (2, (3,)),
}

Scales = tuple[float, ...]
MOST = 10**6


def upsample(
    input_size: Sequence[int],
    *,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
) -> Layer:
    """Return (N, C, ...) at another size, as torch.nn.Upsample: `size`, or floor(input · scale_factor).

    All operations: an output that weighs n inputs takes n multiplications and n - 1 additions, nearest none, area those
    of an adaptive mean. Raises ShapeError.
    """
    given = tensor("Upsample", input_size, 3, 5)
    positions = given[2:]
    _check_mode(mode, len(positions), align_corners)
    scales = _scales(size, scale_factor, recompute_scale_factor, len(positions))
    if scales is None:
        wanted = per_axis("size", size, len(positions))
    else:
        wanted = tuple(floor(extent * scale) for extent, scale in zip(positions, scales, strict=True))
    if min(wanted) < 1:
        raise ShapeError(f"Scaled by {scale_factor}, {shown(positions)} becomes {shown(wanted)}; nothing is left.")
    # Area, and a scale that is computed anew from the sizes, lie where the sizes alone put them.
    kept = None if mode == "area" or recompute_scale_factor else scales
    axes = window_links(positions, wanted) if mode == "area" else _links(mode, align_corners, positions, wanted, kept)
    whole = mode == "area" and set(wanted) == {1}
    taps = _MODES[mode][0] ** len(positions)
    weighing = 2 * taps - 1 if taps > 1 else 0
    each = prod(given[:2])
    return Layer(
        "Upsample",
        given,
        (*given[:2], *wanted),
        operations=each * (inputs_read(positions, wanted) if mode == "area" else prod(wanted) * weighing),
        whole=whole,
        unseen=tuple(
            extent - 1 - _last_read(mode, extent, out, read)
            for extent, out, read in zip(positions, wanted, axes, strict=True)
        ),
        saves=("input",) if mode == "area" and not whole else (),
        links=axes,
        explain=partial(_steps, positions, wanted, scales),
    )


def _check_mode(mode: str, rank: int, align_corners: bool | None) -> None:
    if mode not in _MODES:
        raise ShapeError(f'The mode of Upsample is "{mode}"; it must be one of {", ".join(_MODES)}.')
    taps, ranks = _MODES[mode]
    if rank not in ranks:
        raise ShapeError(f'The mode "{mode}" is for {ranks[0]} axes of positions; this input has {rank}.')
    if align_corners is not None and taps == 1:
        raise ShapeError(f'align_corners is {align_corners}; the mode "{mode}" has no corners to align: leave it out.')


def _scales(size: object, scale_factor: object, recompute: bool | None, rank: int) -> Scales | None:
    """Return one scale an axis, None where a size is given."""
    if (size is None) == (scale_factor is None):
        raise ShapeError(f"The size is {size} and the scale factor {scale_factor}; Upsample needs one of them alone.")
    if scale_factor is None:
        if recompute:
            raise ShapeError(f"recompute_scale_factor goes with scale_factor; here the size is given as {size}.")
        return None
    given = tuple(scale_factor) if isinstance(scale_factor, tuple | list) else (scale_factor,) * rank
    if len(given) != rank:
        raise ShapeError(f"The scale factor has {len(given)} numbers, {given}; it must have {rank}, one an axis.")
    scales = tuple(float(scale) for scale in given if isinstance(scale, int | float) and 0 < scale <= MOST)
    if len(scales) < rank:
        raise ShapeError(f"The scale factor is {scale_factor}; it must be greater than 0 and at most {MOST}.")
    return scales


def _links(
    mode: str, align_corners: bool | None, positions: Size, wanted: Size, scales: Scales | None
) -> tuple[tuple[Link, Link], ...]:
    """Return which inputs output i weighs: it lies at i·ratio of its input, or half a pixel beside that."""
    made = []
    for place, (extent, out) in enumerate(zip(positions, wanted, strict=True)):
        if align_corners:
            ratio = Fraction(extent - 1, out - 1) if out > 1 else Fraction(0)
        elif scales is None:
            ratio = Fraction(extent, out)
        else:
            scale = Fraction(scales[place])
            ratio = 1 / (scale.limit_denominator(10_000) or scale)
        made.append(_taps(mode, bool(align_corners), ratio.numerator, ratio.denominator))
    return tuple(made)


def _taps(mode: str, corners: bool, a: int, c: int) -> tuple[Link, Link]:
    if mode == "nearest":
        return (a, 0, c), (a, 0, c)
    if mode == "nearest-exact":
        return (2 * a, a, 2 * c), (2 * a, a, 2 * c)
    a, b, c = (a, 0, c) if corners else (2 * a, a - c, 2 * c)
    if mode == "bicubic":
        return (a, b - c, c), (a, b + 2 * c, c)
    # The second tap of a position that falls on a pixel has weight 0.
    return (a, b, c), (a, b + c - 1, c)


def _last_read(mode: str, extent: int, out: int, links: tuple[Link, Link]) -> int:
    """Return the last row that has a weight."""
    a, b, c = links[1]
    if mode != "bicubic":
        return min(extent - 1, (a * (out - 1) + b) // c)
    # An output that lies on a row takes that row alone, so one before it may read farther.
    last = -1
    for index in range(out - 1, -1, -1):
        whole, part = divmod(a * index + b - 2 * c, c)
        last = max(last, whole + 2 if part else whole)
        if last >= min(extent - 1, whole + 2):
            break
    return min(extent - 1, last)


def _steps(positions: Size, wanted: Size, scales: Scales | None) -> tuple[Step, ...]:
    axes = zip(AXES[len(positions)], letters(len(positions)), positions, wanted, strict=True)
    if scales is None:
        return tuple(step(name, "<out>", out, out=(f"{letter}'", out)) for name, letter, _, out in axes)
    return tuple(
        step(name, r"\left\lfloor <i> \cdot <s> \right\rfloor", out, i=(letter, extent), s=("s", scale))
        for (name, letter, extent, out), scale in zip(axes, scales, strict=True)
    )

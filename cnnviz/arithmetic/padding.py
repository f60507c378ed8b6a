"""Padding layers: rows added at both ends of each axis; nothing is learned and nothing is computed."""

from collections.abc import Callable, Sequence
from functools import partial

from cnnviz.arithmetic.checks import AXES, image, shown
from cnnviz.arithmetic.formulas import on_axes, step
from cnnviz.arithmetic.record import Layer, Size, Step, Window
from cnnviz.arithmetic.windows import links, ranked, rows_after
from cnnviz.errors import ShapeError

Padding = int | Sequence[int]


def _zero_pad(rank: int, input_size: Sequence[int], *, padding: Padding) -> Layer:
    """Return (N, C, ...) with zeros around it, as torch.nn.ZeroPad2d and its kin; a negative padding cuts off.

    `padding` is one number, or for the last axis before and after, then for the axis before it. Raises ShapeError.
    """
    return _padded(f"ZeroPad{rank}d", rank, input_size, padding, _constant)


def _constant_pad(rank: int, input_size: Sequence[int], *, padding: Padding, value: float) -> Layer:
    """Return (N, C, ...) with `value` around it, as torch.nn.ConstantPad2d and its kin; a negative padding cuts off.

    `padding` is one number, or for the last axis before and after, then for the axis before it. Raises ShapeError.
    """
    return _padded(f"ConstantPad{rank}d", rank, input_size, padding, _constant)


def _reflection_pad(rank: int, input_size: Sequence[int], *, padding: Padding) -> Layer:
    """Return (N, C, ...) mirrored around its edge, as torch.nn.ReflectionPad2d: less than the image has rows.

    `padding` is one number, or for the last axis before and after, then for the axis before it. Training keeps the
    input. Raises ShapeError.
    """
    return _padded(f"ReflectionPad{rank}d", rank, input_size, padding, _mirrored, ("input",))


def _replication_pad(rank: int, input_size: Sequence[int], *, padding: Padding) -> Layer:
    """Return (N, C, ...) with its edge repeated, as torch.nn.ReplicationPad2d and its kin.

    `padding` is one number, or for the last axis before and after, then for the axis before it. Training keeps the
    input. Raises ShapeError.
    """
    return _padded(f"ReplicationPad{rank}d", rank, input_size, padding, _repeated, ("input",))


def _circular_pad(rank: int, input_size: Sequence[int], *, padding: Padding) -> Layer:
    """Return (N, C, ...) continued from its other end, as torch.nn.CircularPad2d: at most once around.

    `padding` is one number, or for the last axis before and after, then for the axis before it. Raises ShapeError.
    """
    return _padded(f"CircularPad{rank}d", rank, input_size, padding, _continued)


def _padded(
    kind: str,
    rank: int,
    input_size: Sequence[int],
    padding: Padding,
    fill: Callable[[int, int, int], int],
    saves: tuple[str, ...] = (),
) -> Layer:
    """Return a padding whose `fill` checks (size, before, after) of an axis and gives the last row that is read."""
    batch, channels, size = image(kind, input_size, rank)
    before, after = _amounts(kind, padding, rank)
    positions = tuple(extent + b + a for extent, b, a in zip(size, before, after, strict=True))
    if min(positions) < 1:
        raise ShapeError(f"The padding {padding} leaves nothing of {shown(size)}: it would be {shown(positions)}.")
    last_read = tuple(fill(extent, b, a) for extent, b, a in zip(size, before, after, strict=True))
    one = (1,) * rank
    window = Window(one, one, one, before, after)
    return Layer(
        kind,
        (batch, channels, *size),
        (batch, channels, *positions),
        window=window,
        unseen=rows_after(size, last_read),
        saves=saves,
        links=links(window),
        explain=partial(_steps, size, positions, window),
    )


def _constant(size: int, before: int, after: int) -> int:
    if _kept(size, before, after) < 0:
        raise ShapeError(f"The padding {before} before and {after} after cuts off more than the {size} that there are.")
    return size - 1 + min(0, after) if _kept(size, before, after) else -1


def _mirrored(size: int, before: int, after: int) -> int:
    if max(before, after) >= size:
        raise ShapeError(f"The padding is {max(before, after)}; an input of {size} has {size - 1} rows to mirror.")
    kept = size - 1 + min(0, after) if _kept(size, before, after) > 0 else -1
    mirrored = 2 * (size - 1) - max(size, -before) if after > 0 else -1
    return max(kept, before, mirrored)


def _repeated(size: int, before: int, after: int) -> int:
    return size - 1 if after > 0 else max(0, size - 1 + after)


def _continued(size: int, before: int, after: int) -> int:
    kept = _kept(size, before, after)
    if max(before, after) > kept:
        raise ShapeError(f"The padding is {max(before, after)}; going once around {kept} rows gives no more than that.")
    return size - 1 + min(0, after)


def _kept(size: int, before: int, after: int) -> int:
    """Return how many rows negative paddings leave; below 0 where they cut off more than there is."""
    return size + min(0, before) + min(0, after)


def _steps(size: Size, positions: Size, window: Window) -> tuple[Step, ...]:
    axes = zip(
        AXES[len(size)],
        positions,
        on_axes("", size),
        on_axes("p", window.before),
        on_axes("p'", window.after),
        strict=True,
    )
    return tuple(step(name, "<i> + <p> + <q>", made, i=i, p=p, q=q) for name, made, i, p, q in axes)


def _amounts(kind: str, padding: Padding, rank: int) -> tuple[Size, Size]:
    given = tuple(padding) if isinstance(padding, Sequence) else (padding,) * (2 * rank)
    if len(given) != 2 * rank or not all(isinstance(amount, int) for amount in given):
        raise ShapeError(f"The padding of {kind} is {padding}; it must be a whole number, or {2 * rank} of them.")
    return given[::2][::-1], given[1::2][::-1]


zero_pad1d, zero_pad2d, zero_pad3d = ranked(_zero_pad)
constant_pad1d, constant_pad2d, constant_pad3d = ranked(_constant_pad)
reflection_pad1d, reflection_pad2d, reflection_pad3d = ranked(_reflection_pad)
replication_pad1d, replication_pad2d, replication_pad3d = ranked(_replication_pad)
circular_pad1d, circular_pad2d, circular_pad3d = ranked(_circular_pad)

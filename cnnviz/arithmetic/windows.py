"""What windows read along the axes of positions: links for receptive fields, rows that none reads, steps of a size."""

from collections.abc import Callable
from functools import partial

from cnnviz.arithmetic.checks import AXES
from cnnviz.arithmetic.formulas import on_axes, step
from cnnviz.arithmetic.record import Layer, Link, Size, Step, Window


def ranked(operation: Callable[..., Layer]) -> tuple[Callable[..., Layer], ...]:
    """Return an operation whose first argument is the number of axes as three: over 1, over 2 and over 3 axes."""
    made = tuple(partial(operation, rank) for rank in (1, 2, 3))
    for bound in made:
        bound.__doc__ = operation.__doc__
    return made


def links(window: Window) -> tuple[tuple[Link, Link], ...]:
    """Return which inputs a window's output i reads: from i·s - before to i·s - before + d(k - 1)."""
    return tuple(
        ((s, -before, 1), (s, d * (k - 1) - before, 1))
        for k, s, d, before in zip(window.kernel_size, window.stride, window.dilation, window.before, strict=True)
    )


def unseen(size: Size, positions: Size, window: Window, mode: str = "zeros") -> Size:
    """Return for each axis how many of the last rows no window reads; `mode` is what the padding is filled with."""
    axes = zip(size, positions, window.kernel_size, window.stride, window.dilation, window.before, strict=True)
    last = tuple(_last_read(extent, *axis) for extent, *axis in axes)
    if mode != "zeros":
        axes = zip(size, positions, window.kernel_size, window.stride, window.dilation, window.before, strict=True)
        last = tuple(_last_shown(mode, extent, *axis) for extent, *axis in axes)
    return rows_after(size, last)


def rows_after(size: Size, last: Size) -> Size:
    """Return how many rows come after the last that is read, -1 for none: an axis without any leaves none of any."""
    return size if -1 in last else tuple(extent - 1 - row for extent, row in zip(size, last, strict=True))


def _last_read(size: int, count: int, kernel_size: int, stride: int, dilation: int, before: int) -> int:
    """Return the last row that any window reads, -1 if all read padding alone.

    The last window need not read it: with dilation its taps may step over the end where an earlier window's do not.
    Of the windows that begin before the end, the last `dilation` ones come in all the ways to step that there are.
    """
    latest = min(count - 1, (size - 1 + before) // stride)
    last = -1
    for window in range(latest, max(-1, latest - (dilation if kernel_size > 1 else 1)), -1):
        first = window * stride - before
        last = max(last, first + dilation * min(kernel_size - 1, (size - 1 - first) // dilation))
        if last == size - 1:
            break
    return max(last, -1)


def _last_shown(mode: str, size: int, count: int, kernel_size: int, stride: int, dilation: int, before: int) -> int:
    """Return the last row that any window reads, in its own place or where the padding shows it again."""
    if mode == "replicate":
        if (count - 1) * stride - before + dilation * (kernel_size - 1) >= size - 1:
            return size - 1
        return max(0, _last_read(size, count, kernel_size, stride, dilation, before))
    for row in range(size - 1, -1, -1):
        shown = (row, -row, 2 * (size - 1) - row) if mode == "reflect" else (row, row - size, row + size)
        if any(_is_read(place, count, kernel_size, stride, dilation, before) for place in shown):
            return row
    return -1


def _is_read(place: int, count: int, kernel_size: int, stride: int, dilation: int, before: int) -> bool:
    """Return whether a tap of any window lies on a place, which may be in the padding."""
    first = max(0, -(((count - 1) * stride - before - place) // dilation))
    last = min(kernel_size - 1, (place + before) // dilation)
    return any((place + before - dilation * tap) % stride == 0 for tap in range(first, last + 1))


def size_steps(size: Size, positions: Size, window: Window, *, ceil_mode: bool = False) -> tuple[Step, ...]:
    """Return one step an axis: how many windows fit."""
    left, right = (r"\left\lceil", r"\right\rceil") if ceil_mode else (r"\left\lfloor", r"\right\rfloor")
    terms = zip(
        on_axes("", size),
        on_axes("k", window.kernel_size),
        on_axes("s", window.stride),
        on_axes("d", window.dilation),
        on_axes("p", window.before),
        on_axes("p'", window.after),
        strict=True,
    )
    made = []
    for name, extent, (i, k, s, d, before, after) in zip(AXES[len(size)], positions, terms, strict=True):
        twice = r" + 2 \cdot <before>" if before[1] else ""
        padding = twice if before[1] == after[1] else " + <before> + <after>"
        span = " - <k>" if d[1] == 1 else r" - <d> \cdot (<k> - 1) - 1"
        # A last window that would begin in the padding at the end is dropped.
        room = i[1] + before[1] + after[1] - d[1] * (k[1] - 1) - 1
        dropped = " - 1" * (ceil_mode and -(-room // s[1]) + 1 > extent)
        formula = rf"{left}\frac{{<i>{padding}{span}}}{{<s>}}{right} + 1{dropped}"
        made.append(step(name, formula, extent, i=i, k=k, s=s, d=d, before=before, after=after))
    return tuple(made)

"""Adaptive pooling: the output's size is given, and the windows are chosen to cover the input."""

from collections.abc import Sequence
from functools import partial
from math import gcd, prod

from cnnviz.arithmetic.checks import AXES, image, whole_number
from cnnviz.arithmetic.formulas import letters, step
from cnnviz.arithmetic.record import Layer, Link, Size, Step, Window
from cnnviz.arithmetic.windows import ranked
from cnnviz.errors import ShapeError

Sizes = int | None | Sequence[int | None]


def _adaptive_avg_pool(rank: int, input_size: Sequence[int], *, output_size: Sizes) -> Layer:
    """Return the means of windows from floor(i·in/out) up to ceil((i + 1)·in/out), as torch.nn.AdaptiveAvgPool2d.

    None keeps an axis as it is. All operations: a window of k takes k - 1 additions and a division. Raises ShapeError.
    """
    kind = f"AdaptiveAvgPool{rank}d"
    batch, channels, size = image(kind, input_size, rank)
    wanted = _wanted(kind, output_size, size)
    operations = batch * channels * inputs_read(size, wanted)
    # A global mean divides by a number that is known, so its gradient needs none of the input.
    saves = () if set(wanted) == {1} else ("input",)
    return _layer(kind, (batch, channels), size, wanted, operations, saves, 0)


def _adaptive_max_pool(
    rank: int, input_size: Sequence[int], *, output_size: Sizes, return_indices: bool = False
) -> Layer:
    """Return the maxima of windows from floor(i·in/out) up to ceil((i + 1)·in/out), as torch.nn.AdaptiveMaxPool2d.

    None keeps an axis as it is. All operations: a window of k takes k - 1 comparisons. Training keeps the place of
    every maximum, 8 bytes each. Raises ShapeError.
    """
    kind = f"AdaptiveMaxPool{rank}d"
    batch, channels, size = image(kind, input_size, rank)
    wanted = _wanted(kind, output_size, size)
    operations = batch * channels * (inputs_read(size, wanted) - prod(wanted))
    return _layer(kind, (batch, channels), size, wanted, operations, ("input",), 8 * batch * channels * prod(wanted))


def _wanted(kind: str, output_size: Sizes, size: Size) -> Size:
    given = tuple(output_size) if isinstance(output_size, tuple | list) else (output_size,) * len(size)
    if len(given) != len(size) or output_size is None or (None in given and len(size) == 1):
        keep = " with None for an axis that stays" * (len(size) > 1)
        raise ShapeError(
            f"The output size of {kind} is {output_size}; it must be a whole number, or {len(size)} of them{keep}."
        )
    return tuple(
        extent if entry is None else whole_number("output size", entry)
        for extent, entry in zip(size, given, strict=True)
    )


def inputs_read(size: Size, wanted: Size) -> int:
    """Return how many inputs the windows read in all, each as often as it is read."""
    # Neighbouring windows share a row, but for those that meet where the input divides evenly: gcd times.
    return prod(extent + out - gcd(extent, out) for extent, out in zip(size, wanted, strict=True))


def links(size: Size, wanted: Size) -> tuple[tuple[Link, Link], ...]:
    """Return which inputs output i reads; an axis that becomes 1 is one window that has nowhere to move."""
    return tuple(
        ((0, 0, 1), (0, extent - 1, 1)) if out == 1 else ((extent, 0, out), (extent, extent - 1, out))
        for extent, out in zip(size, wanted, strict=True)
    )


def _layer(
    kind: str, head: Size, size: Size, wanted: Size, operations: int, saves: tuple[str, ...], saved_bytes: int
) -> Layer:
    whole = set(wanted) == {1}
    return Layer(
        kind,
        (*head, *size),
        (*head, *wanted),
        operations=operations,
        window=None if whole else _window(size, wanted),
        whole=whole,
        unseen=(0,) * len(size),
        saves=saves,
        saved_bytes=saved_bytes,
        links=links(size, wanted),
        explain=partial(_steps, wanted),
    )


def _window(size: Size, wanted: Size) -> Window | None:
    """Return the window where all are alike, None where they differ in size."""
    if any(extent % out for extent, out in zip(size, wanted, strict=True)):
        return None
    kernel = tuple(extent // out for extent, out in zip(size, wanted, strict=True))
    stride = tuple(0 if out == 1 else k for k, out in zip(kernel, wanted, strict=True))
    none = (0,) * len(size)
    return Window(kernel, stride, (1,) * len(size), none, none)


def _steps(wanted: Size) -> tuple[Step, ...]:
    given = zip(AXES[len(wanted)], letters(len(wanted)), wanted, strict=True)
    return tuple(step(name, "<out>", out, out=(f"{letter}'", out)) for name, letter, out in given)


adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d = ranked(_adaptive_avg_pool)
adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d = ranked(_adaptive_max_pool)

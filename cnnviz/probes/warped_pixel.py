"""How one pixel of a warped image comes about, in closed form: where it is read, from which pixels, by what weights.

    >>> found = sampled([[0.0, 1.0], [2.0, 3.0]], IDENTITY, (2, 2), row=1, column=0)
    >>> found.value, [tap.weight for tap in found.taps]
    (2.0, [1.0, 0.0, 0.0, 0.0])

Plain numbers and no torch: what torch computes in bulk is told here for one pixel.
Source of the bicubic kernel: Keys 1981, "Cubic convolution interpolation for digital image processing", a = -0.75.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.arithmetic.affine import Point, Theta, applied
from cnnviz.errors import ShapeError

CUBIC = -0.75
TIE = 1e-9  # pixels: nearer than this to half-way, the last digit decides which pixel is nearest
_REACH = {"nearest": (0,), "bilinear": (0, 1), "bicubic": (-1, 0, 1, 2)}


@dataclass(frozen=True)
class Tap:
    """A pixel that is read at (row, column), which may lie outside of the image, and what it counts.

    `read` is the pixel (row, column) whose value it has after border or reflection, None where it is a zero.
    """

    row: int
    column: int
    read: tuple[int, int] | None
    value: float
    weight: float


@dataclass(frozen=True)
class Sampled:
    """The account of one output pixel: value = the sum of weight · value of `taps`, row by row.

    `target` (x, y) is its place in the output and `source` (x, y) in the input, from -1 to 1; `place` (row, column)
    is `source` in the input's pixels, and `inside` the same after border or reflection, which bicubic applies to
    each pixel it reads and not to the place. `down` and `across` are the weights of the rows and of the columns;
    `tie` tells that two pixels are equally near, so that rounding decides.
    """

    target: Point
    source: Point
    place: Point
    inside: Point
    down: tuple[float, ...]
    across: tuple[float, ...]
    taps: tuple[Tap, ...]
    value: float
    tie: bool


def target_of(index: int, count: int, *, align_corners: bool) -> float:
    """Return where pixel `index` of `count` lies from -1 to 1: those are the outermost centres, or the outer edges."""
    if count == 1:
        return 0.0
    return 2 * index / (count - 1) - 1 if align_corners else (2 * index + 1) / count - 1


def place_of(coordinate: float, count: int, *, align_corners: bool) -> float:
    """Return a coordinate from -1 to 1 in pixels of `count`, 0 the centre of the first."""
    return (coordinate + 1) / 2 * (count - 1) if align_corners else ((coordinate + 1) * count - 1) / 2


def brought_in(place: float, count: int, padding_mode: str, *, align_corners: bool) -> float:
    """Return the place in the image that a place outside is read at; for zeros, the place itself."""
    if padding_mode == "zeros":
        return place
    if padding_mode == "reflection":
        first = 0.0 if align_corners else -0.5
        span = count - 1 - 2 * first
        # A triangle wave between the mirrors; a single aligned pixel has nothing to be mirrored at.
        place = first + span - abs((place - first) % (2 * span) - span) if span else 0.0
    return min(max(place, 0.0), count - 1.0)


def sampled(
    image: Sequence[Sequence[float]],
    theta: Theta,
    size: tuple[int, int],
    *,
    row: int,
    column: int,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_grid: bool = False,
    align_sample: bool = False,
) -> Sampled:
    """Return the account of the pixel at (row, column) of an output of `size` (h, w), for one channel (H, W).

    Raises ShapeError for a pixel that the output has not.
    """
    if not (0 <= row < size[0] and 0 <= column < size[1]):
        raise ShapeError(
            f"An output of {size[0]} × {size[1]} has no row {row}, column {column}; its rows are 0 to {size[0] - 1}, "
            f"its columns 0 to {size[1] - 1}."
        )
    high, wide = len(image), len(image[0])
    target = (
        target_of(column, size[1], align_corners=align_grid),
        target_of(row, size[0], align_corners=align_grid),
    )
    source = applied(theta, *target)
    place = (
        place_of(source[1], high, align_corners=align_sample),
        place_of(source[0], wide, align_corners=align_sample),
    )

    def into(at: float, count: int) -> float:
        return brought_in(at, count, padding_mode, align_corners=align_sample)

    inside = place if mode == "bicubic" else (into(place[0], high), into(place[1], wide))
    rows, down = _weights(inside[0], mode)
    columns, across = _weights(inside[1], mode)
    taps = []
    for r, vertical in zip(rows, down, strict=True):
        for c, horizontal in zip(columns, across, strict=True):
            read = round(into(r, high)), round(into(c, wide))
            there = 0 <= read[0] < high and 0 <= read[1] < wide
            value = float(image[read[0]][read[1]]) if there else 0.0
            taps.append(Tap(r, c, read if there else None, value, vertical * horizontal))
    tie = mode == "nearest" and any(abs(at - math.floor(at) - 0.5) < TIE for at in inside)
    value = math.fsum(tap.weight * tap.value for tap in taps)
    return Sampled(target, source, place, inside, down, across, tuple(taps), value, tie)


def _weights(place: float, mode: str) -> tuple[list[int], tuple[float, ...]]:
    """Return the pixels along one axis that are read about a place, and what each counts."""
    if mode == "nearest":
        return [round(place)], (1.0,)
    base = math.floor(place)
    pixels = [base + step for step in _REACH[mode]]
    kernel = _cubic if mode == "bicubic" else _linear
    return pixels, tuple(kernel(abs(place - pixel)) for pixel in pixels)


def _linear(distance: float) -> float:
    return 1 - distance


def _cubic(distance: float) -> float:
    if distance <= 1:
        return (CUBIC + 2) * distance**3 - (CUBIC + 3) * distance**2 + 1
    return CUBIC * (distance**3 - 5 * distance**2 + 8 * distance - 4)

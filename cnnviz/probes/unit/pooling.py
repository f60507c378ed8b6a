"""Pooling: the greatest, the average or the norm of a window."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.probes.unit.accounts import Pooling
from cnnviz.probes.unit.function_call import FunctionCall, at, cut_out, pair, plane, rank_of
from cnnviz.probes.unit.weighted_sums import window


def max_pool(asked: FunctionCall) -> Pooling:
    """Return the window and the winner of F.max_pool1d or F.max_pool2d."""
    rank = rank_of(asked.name)
    given = asked.given(input=None, kernel_size=1, stride=None, padding=0, dilation=1)
    rows, columns = _taps(asked, given, rank)
    return _greatest(asked, rows, columns, _values(asked, given, rows, columns, rank))


def average_pool(asked: FunctionCall) -> Pooling:
    """Return the window and the divisor of F.avg_pool1d or F.avg_pool2d."""
    rank = rank_of(asked.name)
    given = asked.given(
        input=None,
        kernel_size=1,
        stride=None,
        padding=0,
        ceil_mode=False,
        count_include_pad=True,
        divisor_override=None,
    )
    rows, columns = _taps(asked, given, rank)
    values = _values(asked, given, rows, columns, rank)
    # With ceil_mode a window may reach beyond even the padding: what lies there is never counted.
    margin = pair(given["padding"], rank, 0) if given["count_include_pad"] else (0, 0)
    divisor = given["divisor_override"] or _counted(asked, given, rows, columns, rank, margin)
    return _pooled(asked, "average", rows, columns, values, total=float(np.nansum(values) / divisor), divisor=divisor)


def lp_pool(asked: FunctionCall) -> Pooling:
    """Return the window of F.lp_pool1d or F.lp_pool2d."""
    rank = rank_of(asked.name)
    given = asked.given(input=None, norm_type=2.0, kernel_size=1, stride=None, ceil_mode=False)
    rows, columns = _taps(asked, given, rank)
    values = _values(asked, given, rows, columns, rank)
    norm, divisor = float(given["norm_type"]), _counted(asked, given, rows, columns, rank, (0, 0))
    powers = float(np.nansum(values**norm)) * values.size / divisor
    total = powers ** (1 / norm) if powers >= 0 else math.nan
    return _pooled(asked, "lp", rows, columns, values, total=total, divisor=divisor, norm=norm)


def adaptive_pool(asked: FunctionCall) -> Pooling:
    """Return the window of an adaptive pooling, whose bounds are spread over the input."""
    rank = rank_of(asked.name)
    given = asked.given(input=None, output_size=1)
    sizes = plane(given["input"], rank).shape[-2:]
    pooled = plane(asked.step.output[0] if isinstance(asked.step.output, tuple) else asked.step.output, rank)
    place = at(asked.index, rank)[2:]
    # Bin i of n begins at floor(i * size / n) and ends before ceil((i + 1) * size / n), as in torch's AdaptivePooling.
    rows, columns = (
        list(range(i * size // n, -(-(i + 1) * size // n)))
        for i, n, size in zip(place, pooled.shape[-2:], sizes, strict=True)
    )
    values = _values(asked, given, rows, columns, rank)
    if "max" in asked.name:
        return _greatest(asked, rows, columns, values)
    return _pooled(asked, "average", rows, columns, values, total=float(values.mean()), divisor=values.size)


def whole_map(asked: FunctionCall) -> Pooling | None:
    """Return the mean or maximum over all rows and columns of (N, C, H, W), or None when other axes are reduced."""
    given = asked.given(input=None, dim=None, keepdim=False)
    source = given["input"]
    axes = given["dim"] if isinstance(given["dim"], tuple | list) else (given["dim"],)
    if source.dim() != 4 or None in axes or {axis % 4 for axis in axes} != {2, 3}:
        return None
    rows, columns = (list(range(size)) for size in source.shape[-2:])
    values = cut_out(source[asked.index[0], asked.index[1]][None], rows, columns, outside=np.nan)[0]
    if asked.name == "amax":
        return _greatest(asked, rows, columns, values)
    return _pooled(asked, "average", rows, columns, values, total=float(values.mean()), divisor=values.size)


def _taps(asked: FunctionCall, given: dict[str, Any], rank: int) -> tuple[list[int], list[int]]:
    sizes = pair(given["kernel_size"], rank, 1)
    steps = pair(given["stride"], rank, 1) if given["stride"] not in (None, (), []) else sizes
    around, gaps = pair(given.get("padding", 0), rank, 0), pair(given.get("dilation", 1), rank, 1)
    rows, columns = (
        [place * step - before + gap * tap for tap in range(size)]
        for place, step, before, gap, size in zip(at(asked.index, rank)[2:], steps, around, gaps, sizes, strict=True)
    )
    return rows, columns


def _values(
    asked: FunctionCall, given: dict[str, Any], rows: list[int], columns: list[int], rank: int
) -> NDArray[np.float64]:
    item, channel, _, _ = at(asked.index, rank)
    channels = plane(given["input"], rank)[item, channel : channel + 1]
    return cut_out(channels, rows, columns, outside=np.nan).squeeze(0)


def _counted(
    asked: FunctionCall, given: dict[str, Any], rows: list[int], columns: list[int], rank: int, margin: tuple[int, int]
) -> int:
    """Return how many of the window's places lie within the input and a margin around it."""
    height, width = plane(given["input"], rank).shape[-2:]
    inside_rows = sum(-margin[0] <= row < height + margin[0] for row in rows)
    return inside_rows * sum(-margin[1] <= column < width + margin[1] for column in columns)


def _greatest(asked: FunctionCall, rows: list[int], columns: list[int], values: NDArray[np.float64]) -> Pooling:
    row, column = np.unravel_index(
        int(np.nan_to_num(values, nan=-np.inf, posinf=np.inf, neginf=-np.inf).argmax()), values.shape
    )
    winner = (int(row), int(column))
    return _pooled(asked, "max", rows, columns, values, total=float(values[winner]), winner=winner)


def _pooled(
    asked: FunctionCall, method: str, rows: list[int], columns: list[int], values: NDArray[np.float64], **known: Any
) -> Pooling:
    return Pooling(
        **asked.common, method=method, window=window(rows, columns), values=values.astype(np.float32), **known
    )

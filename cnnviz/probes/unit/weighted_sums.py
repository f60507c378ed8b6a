"""Layers that add products: convolutions and linear layers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from cnnviz.probes.unit.accounts import Convolution, Linear, Product, Term, Window
from cnnviz.probes.unit.function_call import FunctionCall, at, cut_out, exact, number, pair, plane, rank_of

SHOWN = 10


def convolution(asked: FunctionCall) -> Convolution:
    """Return how F.conv1d or F.conv2d came to a value, with the padding that an F.pad before it laid around."""
    rank = rank_of(asked.name)
    given = asked.given(input=None, weight=None, bias=None, stride=1, padding=0, dilation=1, groups=1)
    item, channel, row, column = at(asked.index, rank)
    channels, kernels = plane(given["input"], rank)[item], plane(given["weight"], rank)
    steps, gaps = pair(given["stride"], rank, 1), pair(given["dilation"], rank, 1)
    sizes = tuple(kernels.shape[-2:])
    around = _padding(given["padding"], rank, sizes, gaps)
    rows = [row * steps[0] - around[0] + gaps[0] * tap for tap in range(sizes[0])]
    columns = [column * steps[1] - around[1] + gaps[1] * tap for tap in range(sizes[1])]

    depth = kernels.shape[1]
    first = channel // (len(kernels) // given["groups"]) * depth
    patches = cut_out(channels[first : first + depth], rows, columns, outside=0.0)
    weights = exact(kernels[channel])
    sums = (patches * weights).sum(axis=(1, 2))
    order = _greatest(sums)
    terms = tuple(
        Term(first + int(i), patches[i].astype(np.float32), weights[i].astype(np.float32), float(sums[i]))
        for i in order
    )
    bias = None if given["bias"] is None else number(given["bias"], channel)
    rest = float(np.delete(sums, order).sum())
    laid, mode = _laid_around(asked, rank)
    return Convolution(
        **asked.common,
        total=sum(term.total for term in terms) + rest + (bias or 0.0),
        terms=terms,
        rest=rest,
        rest_count=depth - len(terms),
        bias=bias,
        window=window([row - laid[0] for row in rows], [column - laid[1] for column in columns]),
        padding_mode=mode,
    )


def linear(asked: FunctionCall) -> Linear:
    """Return how F.linear came to a value."""
    given = asked.given(input=None, weight=None, bias=None)
    *place, unit = asked.index
    inputs, weights = exact(given["input"][tuple(place)]), exact(given["weight"][unit])
    products = inputs * weights
    order = _greatest(products)
    terms = tuple(Product(int(i), float(inputs[i]), float(weights[i]), float(products[i])) for i in order)
    bias = None if given["bias"] is None else number(given["bias"], unit)
    rest = float(np.delete(products, order).sum())
    return Linear(
        **asked.common,
        total=sum(term.total for term in terms) + rest + (bias or 0.0),
        inputs=inputs.astype(np.float32),
        weights=weights.astype(np.float32),
        terms=terms,
        rest=rest,
        rest_count=len(products) - len(terms),
        bias=bias,
    )


def window(rows: list[int], columns: list[int]) -> Window:
    """Return the box around the taps at these rows and columns."""
    return Window(
        top=rows[0],
        left=columns[0],
        bottom=rows[-1] + 1,
        right=columns[-1] + 1,
        rows=tuple(rows),
        columns=tuple(columns),
    )


def _greatest(sums: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.argsort(-np.abs(sums), kind="stable")[:SHOWN]


def _padding(padding: Any, rank: int, sizes: tuple[int, ...], gaps: tuple[int, int]) -> tuple[int, int]:
    """Return the rows above and the columns to the left."""
    if padding == "valid":
        return 0, 0
    if padding == "same":
        # torch puts the odd row below and the odd column to the right
        return gaps[0] * (sizes[0] - 1) // 2, gaps[1] * (sizes[1] - 1) // 2
    return pair(padding, rank, 0)


def _laid_around(asked: FunctionCall, rank: int) -> tuple[tuple[int, int], str]:
    """Return what an F.pad in the same call laid above and to the left, and its mode."""
    if len(asked.steps) < 2 or not _pads(asked):
        return (0, 0), "zeros"
    before = FunctionCall(name="pad", steps=asked.steps[:-1], index=(), common={})
    given = before.given(input=None, pad=(), mode="constant", value=None)
    pad = list(given["pad"])
    return (pad[2] if rank == 2 and len(pad) > 2 else 0, pad[0]), given["mode"]


def _pads(asked: FunctionCall) -> bool:
    before = asked.steps[-2]
    source: Tensor | None = asked.given(input=None)["input"]
    return getattr(before.function, "__name__", "") == "pad" and before.output is source

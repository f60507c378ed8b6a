"""Outputs added up from the tables that the browser gets, as it adds them up."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from cnnviz.components.axes import Axis


def from_tables(
    inputs: np.ndarray, weights: np.ndarray, bias: np.ndarray | None, axes: Sequence[Axis], groups: int
) -> np.ndarray:
    """Return (F, *O) of inputs (C, *S) and weights (F, C / groups, *K)."""
    filters, each = weights.shape[:2]
    outs, taps = (tuple(axis.taps.shape[number] for axis in axes) for number in (0, 1))
    result = np.zeros((filters, *outs))
    for at in product(*map(range, outs)):
        for tap in product(*map(range, taps)):
            places = [int(axis.taps[o, t]) for axis, o, t in zip(axes, at, tap, strict=True)]
            read = [-1 if p < 0 else int(axis.source[p]) for axis, p in zip(axes, places, strict=True)]
            if min(read) < 0:
                continue
            column = inputs[(slice(None), *read)].reshape(groups, 1, each)
            kernels = weights[(slice(None), slice(None), *tap)].reshape(groups, filters // groups, each)
            result[(slice(None), *at)] += (column * kernels).sum(axis=2).reshape(filters)
    return result if bias is None else result + bias.reshape(-1, *(1,) * len(axes))

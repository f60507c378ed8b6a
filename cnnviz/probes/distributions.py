"""How the values of a tensor are distributed: mean, deviation, shares and a histogram."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

BINS = 101  # odd: 0 has one of its own
SATURATED = 0.99


@dataclass(frozen=True, eq=False)
class Distribution:
    """How one layer's values lie: `counts` (101,) of the values that are not 0, over equal bins from -limit to limit.

    `deviation` is the standard deviation; `zeros` is the share of values that are exactly 0, `saturated` the share
    beyond -0.99 and 0.99. Values that are no numbers, or too large for float32, are left out of `counts`, and mean and
    deviation are then nan.
    """

    mean: float
    deviation: float
    zeros: float
    saturated: float
    limit: float
    counts: NDArray[np.int32]


def distribution(values: Tensor) -> Distribution:
    """Return how the values of a tensor lie."""
    flat = values.detach().flatten().double()
    known = flat[flat.isfinite()]
    limit = float(known.abs().max()) if known.numel() else 0.0
    counts = torch.histc(known[known != 0].float().cpu(), BINS, -limit or -1.0, limit or 1.0)
    return Distribution(
        mean=float(flat.mean()),
        deviation=float(flat.std(correction=0)),
        zeros=float((flat == 0).double().mean()),
        saturated=float((flat.abs() > SATURATED).double().mean()),
        limit=limit,
        counts=counts.numpy().astype(np.int32),
    )

"""The variance of a linear layer's outputs, derived line by line from those of its inputs and weights, and measured.

Every line is measured by itself, on the same inputs x (N, D) and weights w (O, D), without the lines before it.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

INPUTS = ("normal", "relu", "uniform")
SAMPLES, OUTPUTS = 32, 1024


@dataclass(frozen=True)
class Moments:
    """The mean of some numbers, their variance, and the mean of their squares."""

    mean: float
    variance: float
    square: float


@dataclass(frozen=True)
class Lines:
    """The derivation's lines for outputs y = sum of D products x w, from what is measured to what is used.

    `outputs` is Var(y); `products` D Var(x w), for products that do not depend on each other; `independent`
    D (E[x²] E[w²] - E[x]² E[w]²), for x and w that do not; `weights_centred` D E[x²] Var(w), for E[w] = 0;
    `both_centred` D Var(x) Var(w), for E[x] = 0 as well.
    """

    fan_in: int
    inputs: Moments
    weights: Moments
    outputs: float
    products: float
    independent: float
    weights_centred: float
    both_centred: float


def draw_inputs(kind: str, fan_in: int, generator: torch.Generator) -> Tensor:
    """Return inputs (32, D): from N(0, 1), those behind a ReLU, or uniform from 0 to 1 as pixels are."""
    if kind == "uniform":
        return torch.rand(SAMPLES, fan_in, generator=generator)
    drawn = torch.randn(SAMPLES, fan_in, generator=generator)
    return drawn.relu() if kind == "relu" else drawn


def lines(inputs: Tensor, weights: Tensor) -> Lines:
    """Return every line for inputs (N, D) and weights (O, D), in double precision."""
    inputs, weights = inputs.double(), weights.double()
    fan_in = inputs.shape[1]
    x, w = moments(inputs), moments(weights)
    # All N * O * D products, an output at a time.
    each = [moments(inputs * row) for row in weights]
    mean = sum(one.mean for one in each) / len(each)
    square = sum(one.square for one in each) / len(each)
    return Lines(
        fan_in,
        x,
        w,
        outputs=moments(inputs @ weights.T).variance,
        products=fan_in * (square - mean**2),
        independent=fan_in * (x.square * w.square - x.mean**2 * w.mean**2),
        weights_centred=fan_in * x.square * w.variance,
        both_centred=fan_in * x.variance * w.variance,
    )


def moments(values: Tensor) -> Moments:
    """Return the moments of all values."""
    mean = float(values.mean())
    return Moments(mean, float(values.var(correction=0)), float(values.square().mean()))

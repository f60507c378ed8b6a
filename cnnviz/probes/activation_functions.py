"""The activation functions by name: torch's own modules, their values and slopes, and what tells them apart.

>>> sampled(["tanh"]).slopes[0, 800]  # at x = 0
np.float64(1.0)
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Doubles = NDArray[np.float64]

PRELU_START = 0.25  # torch's own
LEAKY_SLOPE = 0.01
SIGMOID_SCALE = 1.702
FARTHEST, STEP = 8.0, 0.01  # where curves end, and how close their samples lie
_UNBOUNDED = 50.0  # a function that passes this within ±_FAR has no bound
_FAR = 1e6


class SigmoidGELU(nn.Module):
    """GELU by x * sigmoid(1.702 x) (Hendrycks and Gimpel 2016)."""

    def forward(self, x: Tensor) -> Tensor:
        """Return it, of the same shape."""
        return x * torch.sigmoid(SIGMOID_SCALE * x)


# By name: the module, told what PReLU has below 0.
FUNCTIONS: dict[str, Callable[[float], nn.Module]] = {
    "sigmoid": lambda _: nn.Sigmoid(),
    "tanh": lambda _: nn.Tanh(),
    "relu": lambda _: nn.ReLU(),
    "leaky_relu": lambda _: nn.LeakyReLU(LEAKY_SLOPE),
    "prelu": lambda slope: nn.PReLU(init=slope),
    "elu": lambda _: nn.ELU(),
    "selu": lambda _: nn.SELU(),
    "gelu": lambda _: nn.GELU(),
    "gelu_tanh": lambda _: nn.GELU(approximate="tanh"),
    "gelu_sigmoid": lambda _: SigmoidGELU(),
    "silu": lambda _: nn.SiLU(),
    "softplus": lambda _: nn.Softplus(),
    "hardswish": lambda _: nn.Hardswish(),
    "mish": lambda _: nn.Mish(),
}
MODULES = tuple({type(make(0.0)) for make in FUNCTIONS.values()})


@dataclass(frozen=True, eq=False)
class Curves:
    """`values` and `slopes` (K, N) of K functions at `x` (N,), both exact to a double's rounding."""

    x: Doubles
    values: Doubles
    slopes: Doubles


@dataclass(frozen=True)
class Facts:
    """What is known of one function.

    `low` and `high` bound its values, infinite where nothing does; `steepest` is its largest slope and `flattest` its
    smallest; `mean` and `variance` are those of its values where x is normal with mean 0 and variance 1.
    """

    low: float
    high: float
    steepest: float
    flattest: float
    mean: float
    variance: float


@dataclass(frozen=True)
class Cost:
    """Times as long as ReLU takes: `forward` alone, and `both` ways."""

    forward: float
    both: float


@dataclass(frozen=True)
class Gap:
    """The largest difference from GELU, and the x > 0 at which it is; at -x it is the same."""

    largest: float
    at: float


def function(name: str, prelu_slope: float = PRELU_START) -> nn.Module:
    """Return the module of a name in FUNCTIONS."""
    return FUNCTIONS[name](prelu_slope)


def slopes(module: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Return f'(x) by autograd, of the shape of `x`; where f has a kink, the slope that torch takes there."""
    leaf = x.detach().clone().requires_grad_()
    with torch.enable_grad():
        (found,) = torch.autograd.grad(module(leaf).sum(), leaf)
    return found


def sampled(names: Iterable[str], prelu_slope: float = PRELU_START) -> Curves:
    """Return curves from -FARTHEST to FARTHEST, a sample every STEP."""
    count = round(FARTHEST / STEP)
    # Divided, not added up, so that every sample is the double nearest to its two places.
    x = torch.arange(-count, count + 1, dtype=torch.float64) / round(1 / STEP)
    pairs = [_curve(function(name, prelu_slope).double(), x) for name in names]
    values, found = (torch.stack(rows).numpy() for rows in zip(*pairs, strict=True))
    return Curves(x.numpy(), values, found)


def facts(name: str, prelu_slope: float = PRELU_START) -> Facts:
    """Return what is known of a function, from 240,001 of its values on [-12, 12] and two far away."""
    module = function(name, prelu_slope).double()
    x = torch.linspace(-12, 12, 240_001, dtype=torch.float64)
    values, found = _curve(module, x)
    with torch.no_grad():
        ends = module(torch.tensor([-_FAR, _FAR], dtype=torch.float64))
    low, high = (float(getattr(torch.cat([values, ends]), end)()) for end in ("min", "max"))
    density = torch.exp(-x.square() / 2) / np.sqrt(2 * np.pi)
    mean = float(torch.trapezoid(values * density, x))
    variance = float(torch.trapezoid((values - mean).square() * density, x))
    bounds = (-np.inf if low < -_UNBOUNDED else low), (np.inf if high > _UNBOUNDED else high)
    return Facts(*bounds, float(found.max()), float(found.min()), mean, variance)


def gap(name: str) -> Gap:
    """Return how far a function is from GELU at most."""
    x = torch.linspace(0, FARTHEST, 80_001, dtype=torch.float64)
    apart = (function(name)(x) - function("gelu")(x)).abs()
    return Gap(float(apart.max()), float(x[apart.argmax()]))


@torch.enable_grad()
def costs(names: Sequence[str], count: int = 2**17, rounds: int = 9) -> dict[str, Cost]:
    """Return what functions of `count` numbers cost beside ReLU on the CPU, the least of `rounds` taken in turn."""
    modules = {name: function(name) for name in dict.fromkeys(["relu", *names])}
    x = torch.randn(count, generator=torch.Generator().manual_seed(0)).requires_grad_()
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in modules}
    for _ in range(rounds):
        for name, module in modules.items():
            began = time.perf_counter()
            values = module(x)
            between = time.perf_counter()
            torch.autograd.grad(values, x, torch.ones_like(values))
            spent[name].append((between - began, time.perf_counter() - began))
    # The least, for whatever else the machine does only adds to it.
    took = {name: np.min(np.array(rows), axis=0) for name, rows in spent.items()}
    return {name: Cost(*map(float, took[name] / took["relu"])) for name in names}


def _curve(module: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        return module(x), slopes(module, x)

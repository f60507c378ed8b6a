"""Deep stacks of one kind of layer at the start of training: activations forwards and gradients backwards, by depth.

>>> found = measure(DeepStack((64,) * 7, torch.tanh, "xavier"))
>>> len(found.activations), len(found.gradients), len(found.weight_gradients)
(7, 7, 6)

Layer l computes h[l] = function(W[l] h[l - 1]) without a bias, and with `residual` h[l - 1] + W' function(W h[l - 1]).
h[0] is drawn from N(0, 1), and so is the gradient at the top, that with respect to h[L]: what is measured below it is
what the layers make of a gradient of deviation 1. Convolutions go round the border (circular padding), so that every
unit reads k * k * C inputs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import prod

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from cnnviz.errors import ModelError
from cnnviz.probes.arrays import Floats, to_numpy
from cnnviz.probes.beginnings import begin
from cnnviz.probes.distributions import Distribution, distribution

SAMPLES = 16  # inputs of a linear stack
IMAGES, SIDE = 4, 8  # inputs of a stack of convolutions, and their height and width
# Seconds of one core, measured: a weight drawn twice, one weight's products at one position (forwards, again, and both
# gradients), and a step of a QR decomposition, done twice.
_A_DRAW, _A_PRODUCT, _A_QR = 16e-9, 0.1e-9, 0.12e-9
_SECONDS_OF_A_PART = 0.4
MOST_SECONDS = 20

Function = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class DeepStack:
    """A stack of len(widths) - 1 layers; `widths` are the units, or the channels, of the input and of each layer.

    `function` acts on a tensor of any shape; `beginning` is one of cnnviz.probes.beginnings, and `amount` its number
    where it has one. Layers are linear without a `kernel_size`, else convolutions of that odd size. With `residual` a
    layer is a block of two, whose second begins with zeros if `last_zero` is set.
    """

    widths: tuple[int, ...]
    function: Function
    beginning: str
    amount: float = 0.01
    kernel_size: int | None = None
    residual: bool = False
    last_zero: bool = False
    seed: int = 0

    @property
    def depth(self) -> int:
        """The number of layers, or of blocks."""
        return len(self.widths) - 1

    def shapes(self, layer: int) -> tuple[tuple[int, ...], ...]:
        """Return the shapes of the weights of layer 1, 2, ...: (out, in) or (out, in, k, k)."""
        before, after = self.widths[layer - 1 : layer + 1]
        kernel = () if self.kernel_size is None else (self.kernel_size,) * 2
        return ((after, before, *kernel), (after, after, *kernel))[: 1 + self.residual]

    def seconds(self, layer: int | None = None) -> float:
        """Return about how long `measure` keeps one core busy, with one layer or with all."""
        if layer is None:
            return sum(self.seconds(each) for each in range(1, self.depth + 1))
        positions = SAMPLES if self.kernel_size is None else IMAGES * SIDE**2
        total = 0.0
        for out, *rest in self.shapes(layer):
            fan_in = prod(rest)
            each = _A_DRAW + positions * _A_PRODUCT
            total += out * fan_in * (each + (min(out, fan_in) * _A_QR if self.beginning == "orthogonal" else 0.0))
        return total

    def check(self) -> None:
        """Raise ModelError where the stack would take too long, with the number of layers that would not."""
        spent = list(accumulate(map(self.seconds, range(1, self.depth + 1))))
        if spent[-1] > MOST_SECONDS:
            fits = sum(seconds <= MOST_SECONDS for seconds in spent)
            raise ModelError(
                f"These {self.depth} layers would keep a processor core busy for about {spent[-1]:.0f} s, and at most "
                f"{MOST_SECONDS} s are spent on a stack: take at most {fits} layers of this width, or narrower ones."
            )

    def weights(self, layer: int, device: torch.device | None = None) -> tuple[Tensor, ...]:
        """Return the weights of layer 1, 2, ... as training would begin; they depend on seed and layer alone."""
        generator = torch.Generator(device or "cpu").manual_seed(1009 * self.seed + layer)
        made = []
        for at, shape in enumerate(self.shapes(layer)):
            kind = "zeros" if at and self.last_zero else self.beginning
            made.append(begin(torch.empty(shape, device=device), kind, self.amount, generator))
        return tuple(made)

    def inputs(self, device: torch.device | None = None) -> Tensor:
        """Return h[0] from N(0, 1): (16, D), or (4, C, 8, 8) for convolutions."""
        return self._normal(self.widths[0], 0, device)

    def top_gradient(self, device: torch.device | None = None) -> Tensor:
        """Return the gradient with respect to h[L] that is sent back, of the shape of h[L], from N(0, 1)."""
        return self._normal(self.widths[-1], self.depth + 1, device)

    def _normal(self, width: int, number: int, device: torch.device | None) -> Tensor:
        generator = torch.Generator(device or "cpu").manual_seed(1009 * self.seed + number)
        shape = (SAMPLES, width) if self.kernel_size is None else (IMAGES, width, SIDE, SIDE)
        return torch.randn(shape, generator=generator, device=device)


@dataclass(frozen=True, eq=False)
class Stretch:
    """What a few layers in a row do: `end` is what the next stretch begins with, h above or the gradient below.

    `values` has the distribution of each layer's activations, or of the gradients with respect to each layer's
    inputs, from the lowest layer to the highest; `weight_gradients` the root mean square of the gradients with respect
    to each layer's weights, (layers, 1 or 2), and nothing forwards.
    """

    end: Floats
    values: tuple[Distribution, ...]
    weight_gradients: Floats


@dataclass(frozen=True, eq=False)
class Measured:
    """A stack by depth: `activations` and `gradients` of h[0] to h[L], `weight_gradients` (L, 1 or 2) as in Stretch."""

    activations: tuple[Distribution, ...]
    gradients: tuple[Distribution, ...]
    weight_gradients: Floats


def parts(stack: DeepStack) -> tuple[tuple[int, ...], ...]:
    """Return the layers 1 to L in order, in parts that are small enough to be computed one at a time."""
    found: list[tuple[int, ...]] = []
    spent = 0.0
    for layer in range(1, stack.depth + 1):
        seconds = stack.seconds(layer)
        if found and spent + seconds <= _SECONDS_OF_A_PART:
            found[-1], spent = (*found[-1], layer), spent + seconds
        else:
            found.append((layer,))
            spent = seconds
    return tuple(found)


def forward(stack: DeepStack, layers: tuple[int, ...], inputs: Tensor) -> Stretch:
    """Return what some layers in a row make of the activations (N, ...) below them."""
    values = []
    with torch.no_grad():
        for _, outputs in _through(stack, layers, inputs):
            values.append(distribution(outputs))
    return Stretch(to_numpy(outputs), tuple(values), np.zeros((0, 1 + stack.residual), np.float32))


def backward(stack: DeepStack, layers: tuple[int, ...], inputs: Tensor, gradient: Tensor) -> Stretch:
    """Return what some layers in a row make of the gradient above them, at the activations (N, ...) below them."""
    held, outputs = [inputs.detach().requires_grad_()], inputs
    used: list[Tensor] = []
    for weights, outputs in _through(stack, layers, held[0]):
        held.append(outputs)
        used.extend(weights)
    found = torch.autograd.grad(outputs, [*held[:-1], *used], gradient)
    signals, weight_gradients = found[: len(layers)], found[len(layers) :]
    sizes = [
        float(torch.linalg.vector_norm(each, dtype=torch.float64)) / each.numel() ** 0.5 for each in weight_gradients
    ]
    return Stretch(
        to_numpy(signals[0]),
        tuple(map(distribution, signals)),
        np.array(sizes, np.float32).reshape(len(layers), -1),
    )


def bottom(stack: DeepStack, device: torch.device | None = None) -> Stretch:
    """Return h[0] as a stretch without layers, with which `forward` begins."""
    return _bare(stack, stack.inputs(device))


def top(stack: DeepStack, device: torch.device | None = None) -> Stretch:
    """Return the gradient with respect to h[L] as a stretch without layers, with which `backward` begins."""
    return _bare(stack, stack.top_gradient(device))


def joined(up: Sequence[Stretch], down: Sequence[Stretch]) -> Measured:
    """Return a whole stack: `up` are its stretches from the bottom, `down` those of its gradients from the top."""
    low_first = down[::-1]
    return Measured(
        tuple(each for stretch in up for each in stretch.values),
        tuple(each for stretch in low_first for each in stretch.values),
        np.concatenate([stretch.weight_gradients for stretch in low_first]),
    )


def measure(stack: DeepStack, device: torch.device | None = None) -> Measured:
    """Return a whole stack's activations and gradients by depth; what it takes is `stack.seconds()`."""
    row, up, down = parts(stack), [bottom(stack, device)], [top(stack, device)]
    for layers in row:
        up.append(forward(stack, layers, torch.tensor(up[-1].end, device=device)))
    for layers, below in zip(reversed(row), reversed(up[:-1]), strict=True):
        ends = (torch.tensor(each.end, device=device) for each in (below, down[-1]))
        down.append(backward(stack, layers, *ends))
    return joined(up, down)


def _bare(stack: DeepStack, values: Tensor) -> Stretch:
    return Stretch(to_numpy(values), (distribution(values),), np.zeros((0, 1 + stack.residual), np.float32))


def _through(stack: DeepStack, layers: tuple[int, ...], inputs: Tensor) -> Iterator[tuple[tuple[Tensor, ...], Tensor]]:
    """Yield the weights of each layer and its activations."""
    for layer in layers:
        weights = stack.weights(layer, inputs.device)
        if torch.is_grad_enabled():
            weights = tuple(each.requires_grad_() for each in weights)
        outputs = stack.function(_product(inputs, weights[0]))
        inputs = inputs + _product(outputs, weights[1]) if stack.residual else outputs
        yield weights, inputs


def _product(inputs: Tensor, weights: Tensor) -> Tensor:
    if weights.ndim == 2:
        return functional.linear(inputs, weights)
    border = (weights.shape[-1] // 2,) * 4
    return functional.conv2d(functional.pad(inputs, border, mode="circular"), weights)

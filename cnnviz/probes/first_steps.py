"""The first steps of training a small network by plain gradient descent, from any beginning, followed one by one.

>>> digits, labels = torch.rand(20, 784), torch.arange(20) % 10
>>> stack = DeepStack((784, 6, 6, 10), torch.tanh, "constant", 0.1)
>>> units = unit_rows(stack, digits, labels, rate=0.1, steps=5, kept=(0, 5))
>>> units.rows.shape, bool(units.apart.max() < 1e-12)  # no two units of a layer ever differ
((2, 6, 784), True)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from cnnviz.probes.arrays import Floats, to_numpy
from cnnviz.probes.deep_stack import DeepStack

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Step:
    """A network before step 0, 1, ...: its cross-entropy `loss`, its `accuracy`, and its weights, W (out, in) each."""

    loss: float
    accuracy: float
    weights: list[Tensor]


@dataclass(frozen=True, eq=False)
class Learning:
    """`losses` (S + 1,) and `accuracies` (S + 1,) before each of S steps and after the last."""

    losses: Doubles
    accuracies: Doubles


@dataclass(frozen=True, eq=False)
class UnitRows:
    """The weights of the units of a network with L layers, its outputs' the last, through S steps.

    `rows` (K, U, D) are the first layer's, a row a unit, before the K steps that were asked for. `apart` (S + 1, L) is
    the largest difference between any two units of a layer in any weight, `moved` (S + 1, L) the largest change of any
    weight since the start.
    """

    rows: Floats
    apart: Doubles
    moved: Doubles
    losses: Doubles


def descent(stack: DeepStack, inputs: Tensor, labels: Tensor, *, rate: float, steps: int) -> Iterator[Step]:
    """Yield the network before each step of gradient descent on all inputs (N, D) at once, and after the last.

    The stack's function stands behind every layer but the last, whose outputs are the classes' scores. Biases begin at
    0 and learn too. All is computed in the inputs' type.
    """
    weights = [stack.weights(layer)[0].to(inputs.dtype) for layer in range(1, stack.depth + 1)]
    biases = [torch.zeros(len(each), dtype=inputs.dtype) for each in weights]
    for step in range(steps + 1):
        leaves = [each.detach().requires_grad_() for each in (*weights, *biases)]
        scores = _scores(stack, inputs, leaves[: stack.depth], leaves[stack.depth :])
        loss = functional.cross_entropy(scores, labels)
        accuracy = float((scores.argmax(dim=1) == labels).double().mean())
        yield Step(float(loss.detach()), accuracy, weights)
        if step < steps:
            gradients = torch.autograd.grad(loss, leaves)
            moved = [each.detach() - rate * slope for each, slope in zip(leaves, gradients, strict=True)]
            weights, biases = moved[: stack.depth], moved[stack.depth :]


def learning(stack: DeepStack, inputs: Tensor, labels: Tensor, *, rate: float, steps: int) -> Learning:
    """Return the loss and the accuracy through the steps of `descent`."""
    found = list(descent(stack, inputs, labels, rate=rate, steps=steps))
    return Learning(np.array([each.loss for each in found]), np.array([each.accuracy for each in found]))


def unit_rows(
    stack: DeepStack, inputs: Tensor, labels: Tensor, *, rate: float, steps: int, kept: Sequence[int]
) -> UnitRows:
    """Return what becomes of the units' weights in double precision, the first layer's rows before the steps `kept`."""
    rows, apart, moved, losses = [], [], [], []
    first: list[Tensor] = []
    for number, step in enumerate(descent(stack, inputs.double(), labels, rate=rate, steps=steps)):
        first = first or step.weights
        if number in kept:
            rows.append(step.weights[0])
        apart.append([float((each.amax(dim=0) - each.amin(dim=0)).max()) for each in step.weights])
        moved.append([float((now - then).abs().max()) for now, then in zip(step.weights, first, strict=True)])
        losses.append(step.loss)
    return UnitRows(to_numpy(torch.stack(rows)), np.array(apart), np.array(moved), np.array(losses))


def _scores(stack: DeepStack, inputs: Tensor, weights: list[Tensor], biases: list[Tensor]) -> Tensor:
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        inputs = stack.function(functional.linear(inputs, weight, bias))
    return functional.linear(inputs, weights[-1], biases[-1])

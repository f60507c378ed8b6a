"""One neuron with two weights, trained one example at a time: with positive inputs both parts of a gradient agree.

>>> found = descend(centred(example_inputs("sigmoid", 20, seed=0)), rate=0.2, steps=50)
>>> found.weights.shape, found.gradients.shape
((51, 2), (50, 2))
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnviz.probes.activation_functions import function

Doubles = NDArray[np.float64]

START, GOAL = (-1.0, 1.0), (1.0, -1.0)  # from one to the other, one weight must grow and the other fall
NEAR = 0.1
FAR = 10.0


@dataclass(frozen=True, eq=False)
class Descent:
    """S steps from START: `weights` (S + 1, 2), of each step `gradients` (S, 2) and the index of its `examples` (S,).

    `losses` (S + 1,) are mean squared errors over all `inputs` (N, 2).
    """

    inputs: Doubles
    weights: Doubles
    gradients: Doubles
    examples: NDArray[np.int32]
    losses: Doubles

    @property
    def opposed(self) -> float:
        """The share of the steps on which one weight grows and the other falls."""
        return float((self.gradients.prod(axis=1) < 0).mean())

    @property
    def length(self) -> float:
        """How long the path is, times the straight line between its ends."""
        straight = np.linalg.norm(self.weights[-1] - self.weights[0])
        path = np.linalg.norm(np.diff(self.weights, axis=0), axis=1).sum()
        return float(path / straight) if straight else 1.0

    @property
    def arrival(self) -> int | None:
        """The first step after which the weights are less than NEAR away from GOAL; None where they never are."""
        near = np.linalg.norm(self.weights - np.array(GOAL), axis=1) < NEAR
        return int(near.argmax()) if near.any() else None


def example_inputs(name: str, count: int, seed: int) -> Tensor:
    """Return (count, 2) outputs of an activation function, float64, whose own inputs are standard normal."""
    drawn = torch.randn(count, 2, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    with torch.no_grad():
        outputs: Tensor = function(name).double()(drawn)
    return outputs


def centred(inputs: Tensor) -> Tensor:
    """Return inputs (N, 2) without their mean."""
    return inputs - inputs.mean(dim=0)


def descend(inputs: Tensor, *, rate: float, steps: int) -> Descent:
    """Return the descent on (w . x - goal . x)^2 / 2 of one example x after the other, over and over."""
    goal = torch.tensor(GOAL, dtype=torch.float64)
    wanted = inputs @ goal
    weights = torch.tensor(START, dtype=torch.float64)
    path, gradients, losses = [weights], [], [_loss(inputs, weights, wanted)]
    examples = torch.arange(steps) % len(inputs)
    for index in examples:
        leaf = weights.clone().requires_grad_()
        error = (inputs[index] @ leaf - wanted[index]).square() / 2
        (gradient,) = torch.autograd.grad(error, leaf)
        # With a rate far too large the weights would soon be no numbers.
        weights = (weights - rate * gradient).clamp(-FAR, FAR)
        path.append(weights)
        gradients.append(gradient)
        losses.append(_loss(inputs, weights, wanted))
    return Descent(
        inputs.numpy(),
        torch.stack(path).numpy(),
        torch.stack(gradients).numpy(),
        examples.to(torch.int32).numpy(),
        torch.stack(losses).numpy(),
    )


def _loss(inputs: Tensor, weights: Tensor, wanted: Tensor) -> Tensor:
    return (inputs @ weights - wanted).square().mean()

"""How much a trained network leans on single units of its last hidden layer, and what averaging over masks gives.

>>> hidden, weight, bias = torch.rand(20, 8), torch.rand(3, 8), torch.zeros(3)
>>> removal(hidden, weight, bias, torch.arange(20) % 3).alone.shape
(8,)
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from cnnviz.probes.arrays import Doubles

DRAWS = 20


@dataclass(frozen=True, eq=False)
class Removal:
    """Of a network on N examples: its `loss` and `accuracy`, and what they become without some of its U units.

    `alone` (U,) are the losses without each single unit. Without `counts` (K,) units at once, drawn DRAWS times, they
    are in the mean `losses` and `accuracies` (K,).
    """

    loss: float
    accuracy: float
    alone: Doubles
    counts: tuple[int, ...]
    losses: Doubles
    accuracies: Doubles


@dataclass(frozen=True, eq=False)
class Averaged:
    """Losses and accuracies (T,) of the probabilities averaged over 1, 2, ... T passes with random masks.

    `loss` and `accuracy` are those of the one pass at test.
    """

    losses: Doubles
    accuracies: Doubles
    loss: float
    accuracy: float


def removal(hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor, *, seed: int = 0) -> Removal:
    """Return what the units of a last hidden layer are worth: their values `hidden` (N, U), and the layer behind.

    A unit is removed as it is dropped: its value becomes 0.
    """
    units = hidden.shape[1]
    generator = torch.Generator().manual_seed(seed)
    counts = tuple(sorted({round(share * (units - 1) / 8) for share in range(9)}))

    def without(missing: Tensor) -> tuple[float, float]:
        factors = torch.ones(units).index_fill(0, missing, 0.0)
        return _measured(functional.linear(hidden * factors, weight, bias), labels)

    alone = [without(torch.tensor([unit]))[0] for unit in range(units)]
    several = np.array([
        np.mean([without(torch.randperm(units, generator=generator)[:count]) for _ in range(DRAWS)], axis=0)
        for count in counts
    ])  # fmt: skip
    loss, accuracy = _measured(functional.linear(hidden, weight, bias), labels)
    return Removal(loss, accuracy, np.array(alone), counts, several[:, 0], several[:, 1])


def averaged(
    hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor, *, keep: float, passes: int, seed: int = 0
) -> Averaged:
    """Return what averaging over random masks comes to (Srivastava et al. 2014, section 7.5).

    In each pass a unit of an example is kept with probability `keep` and divided by it, as torch.nn.Dropout does.
    """
    summed, found = torch.zeros(len(hidden), len(weight), dtype=torch.double), []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for count in range(1, passes + 1):
            dropped = functional.dropout(hidden, 1 - keep)
            summed += functional.linear(dropped, weight, bias).double().softmax(dim=1)
            found.append(_measured((summed / count).log(), labels))
    every = np.array(found)
    return Averaged(every[:, 0], every[:, 1], *_measured(functional.linear(hidden, weight, bias), labels))


def _measured(scores: Tensor, labels: Tensor) -> tuple[float, float]:
    """Return loss and accuracy; logarithms of probabilities are scores like any."""
    accuracy = (scores.argmax(dim=1) == labels).double().mean()
    return float(functional.cross_entropy(scores.double(), labels)), float(accuracy)

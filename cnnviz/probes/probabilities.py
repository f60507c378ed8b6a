"""A network's scores as probabilities."""

from collections.abc import Callable
from typing import Any

from torch import Tensor

from cnnviz.errors import ModelError
from cnnviz.nested import first_tensor

_SUM = 1e-4  # how far a sum of probabilities in 32 bits, or 16, may be from 1


def scores_of(model: Callable[[Tensor], Any], batch: Tensor) -> Tensor:
    """Return a network's scores (N, K) for a batch; raise ModelError for one that gives no row of them.

    It gets a copy: a network whose first layer works in place may not overwrite the input, nor a leaf of autograd's.
    """
    scores = first_tensor(model(batch * 1))
    if scores is None or scores.dim() < 2:
        raise ModelError("This network gives no row of scores, one a class, so there is no logit to ask about.")
    return scores.flatten(1)


def probabilities(scores: Tensor) -> Tensor:
    """Return scores (N, K) as probabilities, in float64 on the CPU.

    They are the softmax over K, of logarithms of probabilities too, which a LogSoftmax gives; where a network ends in a
    Softmax of its own, and each row is from 0 to 1 with a sum of 1, they are the scores themselves.
    """
    exact = scores.detach().cpu().double()
    return exact if are_probabilities(exact) else exact.softmax(dim=1)


def are_probabilities(scores: Tensor) -> bool:
    """Return whether the rows of scores (N, K) are probabilities, as a network's that ends in a softmax of its own."""
    sums = scores.double().sum(dim=1)
    return bool((scores >= 0).all()) and bool(((sums - 1).abs() < _SUM).all())


def answers(scores: Tensor) -> Tensor:
    """Return scores (N, K) as probabilities; a single output (N, 1) as it is, for its softmax is always 1.

    They are float64, on the CPU.
    """
    return scores.detach().cpu().double() if scores.shape[1] == 1 else probabilities(scores)

"""A network's scores as probabilities."""

from torch import Tensor

_SUM = 1e-4  # how far a sum of probabilities in 32 bits, or 16, may be from 1


def probabilities(scores: Tensor) -> Tensor:
    """Return scores (N, K) as probabilities, in float64 on the CPU.

    They are the softmax over K, of logarithms of probabilities too, which a LogSoftmax gives; where a network ends in a
    Softmax of its own, and each row is from 0 to 1 with a sum of 1, they are the scores themselves.
    """
    exact = scores.detach().cpu().double()
    sums = exact.sum(dim=1)
    if bool((exact >= 0).all()) and bool(((sums - 1).abs() < _SUM).all()):
        return exact
    return exact.softmax(dim=1)


def answers(scores: Tensor) -> Tensor:
    """Return scores (N, K) as probabilities; a single output (N, 1) as it is, for its softmax is always 1.

    They are float64, on the CPU.
    """
    return scores.detach().cpu().double() if scores.shape[1] == 1 else probabilities(scores)

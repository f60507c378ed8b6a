"""What classifiers within a network answer, beside its last. Szegedy et al. 2015, Going Deeper with Convolutions."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def all_answers(model: nn.Module, batch: Tensor) -> tuple[Tensor, ...]:
    """Return the scores (N, K) of every classifier of a network in eval mode, from the input on, the last one last.

    A network with auxiliary classifiers gives them all by its method `answers`; any other has one.
    """
    answers: Callable[[Tensor], tuple[Tensor, ...]] | None = getattr(model, "answers", None)
    with torch.inference_mode():
        return (model(batch),) if answers is None else answers(batch)

"""Networks whose weights are made random layer by layer from the top: does a picture of the answer notice?

Adebayo, Gilmer, Muelly, Goodfellow, Hardt and Kim 2018, "Sanity Checks for Saliency Maps", cascading randomisation.
"""

from copy import deepcopy

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.calls import Call, observe


def layers_with_weights(model: nn.Module, batch: Tensor) -> list[str]:
    """Return the names of the modules that multiply by weights and can draw them anew, in the order of execution."""
    names = {id(module): name for name, module in model.named_modules()}
    found: dict[str, None] = {}

    def note(call: Call) -> None:
        module = call.module
        if module is None or id(module) not in names or not hasattr(module, "reset_parameters"):
            return
        weight = getattr(module, "weight", None)
        if isinstance(weight, Tensor) and weight.dim() > 1:
            found.setdefault(names[id(module)])

    one = batch[:1].clone()
    with torch.no_grad(), observe(model, note, steps=False):
        model(one)
    return list(found)


def randomised(model: nn.Module, names: list[str], *, seed: int) -> nn.Module:
    """Return a copy of a model in which the named modules have fresh weights, each by its own reset_parameters.

    The same seed gives a module the same weights whichever others are named. The model itself and torch's random
    numbers are left as they are.
    """
    copied = deepcopy(model)
    with torch.random.fork_rng(devices=[]):
        for name in names:
            module = copied.get_submodule(name)
            # A seed of its own: a layer that is random stays as it is while those below it become so, too.
            torch.manual_seed(seed + sum(name.encode()) * 7919 + len(name))
            device = next(module.parameters()).device
            module.cpu().reset_parameters()  # type: ignore[operator]  # drawn on the CPU, the same on every device
            module.to(device)
    return copied


def rank_correlation(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return Spearman's rank correlation of two arrays of one size, from -1 to 1; 0 where one of them is constant."""
    first, second = (_ranks(np.asarray(each, np.float64).ravel()) for each in (one, other))
    first, second = first - first.mean(), second - second.mean()
    spread = np.sqrt((first @ first) * (second @ second))
    return float(first @ second / spread) if spread > 0 else 0.0


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ranks, those of equal values their mean."""
    _, at, counts = np.unique(values, return_inverse=True, return_counts=True)
    means: NDArray[np.float64] = np.cumsum(counts) - (counts - 1) / 2
    return means[at]

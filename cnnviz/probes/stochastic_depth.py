"""Stochastic depth in a network that was not made for it: residual branches left out, row by row of a batch.

>>> scores(model, batch.expand(2, -1, -1, -1), drawn(8, 0.5, count=2, seed=0), 0.5).shape
torch.Size([2, 1000])
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision.ops import stochastic_depth

from cnnviz.probes.residual import scores_scaled


def survival(blocks: int, last: float) -> NDArray[np.float64]:
    """Return the probability (L,) of each block to run: 1 - l / L (1 - last), as Huang et al. 2016 have it."""
    return 1 - np.arange(1, blocks + 1) / blocks * (1 - last)


def drawn(blocks: int, last: float, *, count: int, seed: int) -> NDArray[np.bool_]:
    """Return which of the blocks run in each of `count` samples, (count, blocks), by torchvision's stochastic_depth."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        ones = torch.ones(count, 1)
        kept = [stochastic_depth(ones, 1 - chance, "row") > 0 for chance in survival(blocks, last).tolist()]
    return torch.cat(kept, dim=1).numpy()


def scores(network: nn.Module, batch: Tensor, running: NDArray[np.bool_], last: float) -> Tensor:
    """Return the scores (N, K) of (N, C, H, W) where row n runs the blocks of `running` (N, L) alone.

    Blocks are the network's residual additions in order. A branch that runs is divided by its probability to run, so
    that its mean is what it is at test.
    """
    factors = torch.tensor(running / np.maximum(survival(running.shape[1], last), 1e-12)).to(batch)
    return scores_scaled(network, batch, dict(enumerate(factors.T)))

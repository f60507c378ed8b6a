"""Stochastic depth in a network that was not made for it: residual branches left out, row by row of a batch.

>>> scores(model, batch.expand(2, -1, -1, -1), drawn(8, 0.5, count=2, seed=0), 0.5).shape
torch.Size([2, 1000])
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock, Bottleneck
from torchvision.ops import stochastic_depth

# The module of a block whose output is the branch, which the block adds to its input.
_LAST = {BasicBlock: "bn2", Bottleneck: "bn3"}


def branches(network: nn.Module) -> dict[str, nn.Module]:
    """Return the residual blocks of a network in order, by name: of each the module that gives its branch.

    They are those of torchvision's ResNets, and all of torchvision's and timm's that are prepared for stochastic depth.
    """
    found: dict[str, nn.Module] = {}
    for name, block in network.named_modules():
        if type(block) in _LAST:
            found[name] = getattr(block, _LAST[type(block)])
        elif getattr(block, "use_res_connect", False) and hasattr(block, "stochastic_depth"):
            found[name] = block.stochastic_depth  # type: ignore[assignment]
        elif getattr(block, "has_skip", False) and hasattr(block, "drop_path"):
            found[name] = block.drop_path  # type: ignore[assignment]
    return found


def survival(blocks: int, last: float) -> NDArray[np.float64]:
    """Return the probability (L,) of each block to run: 1 - l / L (1 - last), as Huang et al. 2016 have it."""
    return 1 - np.arange(1, blocks + 1) / max(1, blocks) * (1 - last)


def drawn(blocks: int, last: float, *, count: int, seed: int) -> NDArray[np.bool_]:
    """Return which of the blocks run in each of `count` samples, (count, blocks), by torchvision's stochastic_depth."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        ones = torch.ones(count, 1)
        kept = [stochastic_depth(ones, 1 - chance, "row") > 0 for chance in survival(blocks, last).tolist()]
    return torch.cat(kept, dim=1).numpy() if kept else np.ones((count, 0), bool)


@torch.inference_mode()
def scores(network: nn.Module, batch: Tensor, running: NDArray[np.bool_], last: float) -> Tensor:
    """Return the scores (N, K) of (N, C, H, W) where row n runs the blocks of `running` (N, L) alone.

    A branch that runs is divided by its probability to run, so that its mean is what it is at test.
    """
    factors = torch.tensor(running / np.maximum(survival(running.shape[1], last), 1e-12)).to(batch)
    with _scaled(list(branches(network).values()), factors):
        found: Tensor = network(batch)
    return found


@contextmanager
def _scaled(modules: list[nn.Module], factors: Tensor) -> Iterator[None]:
    """Multiply the output (N, C, H, W) of module l by factors[:, l] for as long as this lasts."""

    def scale(at: int) -> Callable[..., Any]:
        return lambda module, given, output: output * factors[:, at, None, None, None]

    handles = [module.register_forward_hook(scale(at)) for at, module in enumerate(modules)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()

"""How many outputs of every layer of a running network are exactly zero.

>>> found = zero_shares(resnet18, batch)
>>> round(float(found.shares[found.names.index("relu")]), 2)
0.55
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.calls import Call, observe
from cnnviz.nested import first_tensor


@dataclass(frozen=True, eq=False)
class ZeroShares:
    """By call of cnnviz.calls, how many of its outputs are zero and how many there are, (L,) each.

    Outputs are counted as the layer gives them, before another may overwrite them.
    """

    names: tuple[str, ...]
    zeros: NDArray[np.int32]
    sizes: NDArray[np.int32]

    @property
    def shares(self) -> NDArray[np.float64]:
        """The share of zeros of each."""
        shares: NDArray[np.float64] = self.zeros / np.maximum(self.sizes, 1)
        return shares


def zero_shares(model: nn.Module, batch: Tensor) -> ZeroShares:
    """Return the counts for a batch; a call that returns no tensor is left out, of several tensors the first counts."""
    names: list[str] = []
    counts: list[tuple[Tensor, int]] = []

    def count(call: Call) -> None:
        output = first_tensor(call.output)
        if output is not None:
            names.append(call.name)
            counts.append(((output == 0).sum(), output.numel()))

    with torch.no_grad(), observe(model, count, steps=False):
        model(batch)
    zeros = np.array([int(each) for each, _ in counts], np.int32)
    return ZeroShares(tuple(names), zeros, np.array([size for _, size in counts], np.int32))

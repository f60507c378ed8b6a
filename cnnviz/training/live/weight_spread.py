"""How the weights of a network are spread, and how many of them are 0."""

import torch
from torch import Tensor, nn

SMALL = 1e-3
BINS = 61


def weight_spread(network: nn.Module) -> tuple[Tensor, float, float, float]:
    """Return how the weights but biases are spread: counts (BINS,), their reach, and the shares that are 0 and SMALL.

    The bins cover -reach to reach, the largest |w|, evenly; weights that are exactly 0 are left out of the counts. The
    last share is of those with |w| < SMALL, zeros among them. Weights that are no numbers any more are not counted.
    """
    weights = torch.cat([each.detach().flatten() for each in network.parameters() if each.ndim > 1])
    finite = weights[weights.isfinite()]
    reach = float(finite.abs().max()) if len(finite) and finite.any() else 1.0
    counts = finite[finite != 0].histc(BINS, -reach, reach)
    return counts, reach, float((weights == 0).float().mean()), float((weights.abs() < SMALL).float().mean())

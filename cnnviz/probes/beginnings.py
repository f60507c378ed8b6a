"""Ways for a layer's weights to begin, by torch.nn.init."""

import torch
from torch import Tensor, nn

from cnnviz.errors import ModelError

BEGINNINGS = ("zeros", "constant", "normal", "xavier", "kaiming_in", "kaiming_out", "orthogonal")


def begin(weights: Tensor, beginning: str, amount: float, generator: torch.Generator | None = None) -> Tensor:
    """Fill weights (out, in, ...) as training would begin, and return them.

    `amount` is the constant of "constant" and the standard deviation of "normal". "xavier" has the variance
    2 / (fan_in + fan_out) of Glorot & Bengio (2010), which is 1 / fan_in where both are equal; "kaiming_in" and
    "kaiming_out" have 2 / fan_in and 2 / fan_out of He et al. (2015); "orthogonal" is that of Saxe et al. (2014).
    Raises ModelError for another beginning.
    """
    if beginning == "zeros":
        return nn.init.zeros_(weights)
    if beginning == "constant":
        return nn.init.constant_(weights, amount)
    if beginning == "normal":
        return nn.init.normal_(weights, 0.0, amount, generator=generator)
    if beginning == "xavier":
        return nn.init.xavier_normal_(weights, generator=generator)
    if beginning == "kaiming_in":
        return nn.init.kaiming_normal_(weights, mode="fan_in", nonlinearity="relu", generator=generator)
    if beginning == "kaiming_out":
        return nn.init.kaiming_normal_(weights, mode="fan_out", nonlinearity="relu", generator=generator)
    if beginning == "orthogonal":
        return nn.init.orthogonal_(weights, generator=generator)
    raise ModelError(f"Weights begin with one of {', '.join(BEGINNINGS)}, not with {beginning!r}.")

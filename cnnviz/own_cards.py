"""The card of a network of somebody's own, after a look at whether the screens can take the network apart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from cnnviz.models import Card


def own_card(
    title: str,
    network: "nn.Module",
    size: tuple[int, int, int] | None = None,
    *,
    classes: Sequence[str] | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
) -> "Card":
    """Return what `cnnviz.models.card_of` does; raises what it and `cnnviz.analyze` raise.

    The analysis comes first: where a size doesn't fit, it names the layer.
    """
    from cnnviz import models
    from cnnviz.analysis import analyze
    from cnnviz.models.input_size import input_size_of, sized

    size = size or input_size_of(network)
    analyze(sized(network, size), (1, *size))
    return models.card_of(title, network, size, classes=classes, mean=mean, std=std)

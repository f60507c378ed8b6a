"""Networks for classes of somebody's own: EfficientNet-Lite0 as it is, and on its features layers that learnt theirs.

Their name is that of their classes, "photos: cat, coffee, flower", and with 16 hidden units "photos+16: cat, coffee,
flower". The layers are random, unless somebody brings the file that a run on one's own classes comes to.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.design import parse
from cnnviz.errors import ModelError
from cnnviz.models import efficientnet_lite0, own_networks
from cnnviz.models.cards import Card
from cnnviz.models.downloads import Progress

if TYPE_CHECKING:
    from torch import Tensor, nn

ORIGIN = own_networks.ORIGIN
PREFIX = "photos"
FEATURES = 1280
_HEAD = "classifier"
_NAME = re.compile(r"photos(?:\+(\d{1,3}))?:(.+)", re.DOTALL)


def name_of(classes: Sequence[str], hidden: int = 0) -> str:
    """Return the name of a network for classes, with so many hidden units; of a comma in one a semicolon is made."""
    return f"{PREFIX}{f'+{hidden}' if hidden else ''}: {', '.join(each.replace(',', ';') for each in classes)}"


def is_one(name: str) -> bool:
    """Return whether a name is that of a network for classes of somebody's own."""
    return _NAME.fullmatch(name) is not None


def names() -> tuple[str, ...]:
    """Return no names: there is no end of them."""
    return ()


def card(name: str) -> Card:
    """Return the card: pictures are made ready as for EfficientNet-Lite0. Raises ModelError for a name without two."""
    hidden, classes = _read(name)
    whole = efficientnet_lite0.card(efficientnet_lite0.NAME)
    widths = [FEATURES, *([hidden] if hidden else []), len(classes)]
    layers = sum((into + 1) * out for into, out in pairwise(widths))
    assert whole.parameters is not None
    return replace(
        whole,
        name=name,
        title="EfficientNet-Lite0 with classes of your own",
        origin=ORIGIN,
        weights="the layers' random, from a seed",
        year=0,
        classes=classes,
        accuracy=None,
        data="",
        parameters=whole.parameters - (FEATURES + 1) * len(whole.classes) + layers,
        trained=False,
    )


def file(name: str) -> Path | None:
    """Return None: there is no file of weights for the layers."""
    return None


def build(name: str, *, random: bool) -> "nn.Module":
    """Return the network with random layers, behind EfficientNet-Lite0's own weights where not all is to be random."""
    from torch import nn

    from cnnviz.design.build import build as build_rows

    hidden, classes = _read(name)
    network = efficientnet_lite0.build(efficientnet_lite0.NAME, random=random)
    if not random:
        official = efficientnet_lite0.official(efficientnet_lite0.NAME, None)
        network.load_state_dict(efficientnet_lite0.adapt(name, official, network))
    rows = f"Linear {hidden}, ReLU, Linear {len(classes)}" if hidden else f"Linear {len(classes)}"
    head = build_rows(parse(rows), (1, FEATURES))
    setattr(network, _HEAD, head if hidden else next(each for each in head.modules() if isinstance(each, nn.Linear)))
    return network


def official(name: str, progress: Progress | None) -> None:
    """Return None: the layers have the weights that somebody's photos gave them, or random ones."""


def adapt(name: str, state: "Mapping[str, Tensor]", model: "nn.Module") -> "Mapping[str, Tensor]":
    """Return `state` as it is: the layers have had one set of names only."""
    return state


def layers(network: "nn.Module") -> "nn.Module":
    """Return the layers on top of the features: what a file's weights are for."""
    found: nn.Module = getattr(network, _HEAD)
    return found


def _read(name: str) -> tuple[int, tuple[str, ...]]:
    found = _NAME.fullmatch(name)
    classes = tuple(filter(None, map(str.strip, found[2].split(",")))) if found else ()
    if found is None or not 2 <= len(classes) <= 10:
        raise ModelError(f"{name[:60]!r} should name two to ten classes, such as photos: cat, coffee, flower.")
    return int(found[1] or 0), classes

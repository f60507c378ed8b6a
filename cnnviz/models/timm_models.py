"""The networks of timm, as "timm/NAME", with random weights or those of a person's own file."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.errors import ModelError
from cnnviz.images import Preprocessing
from cnnviz.models.cards import Card
from cnnviz.models.downloads import Progress
from cnnviz.models.own_networks import MOST_PARAMETERS

if TYPE_CHECKING:
    from torch import Tensor, nn

ORIGIN = "timm"
PREFIX = "timm/"
_WAYS = ("bilinear", "bicubic", "nearest")


def names() -> tuple[str, ...]:
    """Return no names: a list of a thousand more would hide the others."""
    return ()


@cache
def card(name: str) -> Card:
    """Return the card; a picture is made ready as timm does it for the network's usual weights.

    Raises ModelError for a name that timm does not have, and for a network too large for a machine that others share.
    """
    from timm.data.config import resolve_data_config

    from cnnviz.models.architectures import architecture

    network = architecture(name)
    parameters = sum(each.numel() for each in network.parameters())
    if parameters > MOST_PARAMETERS:
        raise ModelError(f"The network has {parameters:,} parameters; to be run here it may have {MOST_PARAMETERS:,}.")
    how = resolve_data_config({}, model=network)
    channels, height, width = how["input_size"]
    outputs = getattr(network, "num_classes", 0) or getattr(network, "num_features", 1)
    return Card(
        name=name,
        title=name.removeprefix(PREFIX),
        origin=ORIGIN,
        source="timm",
        weights="random, from a seed",
        year=0,
        paper="",
        input_size=(channels, height, width),
        preprocessing=Preprocessing(
            resize=int(min(height, width) / how["crop_pct"]),
            crop=(height, width),
            mean=tuple(how["mean"]),
            std=tuple(how["std"]),
            interpolation=how["interpolation"] if how["interpolation"] in _WAYS else "bicubic",
            channels=channels,
        ),
        classes=tuple(f"class {index}" for index in range(outputs)),
        accuracy=None,
        data="",
        licence="Apache-2.0 (timm)",
        parameters=parameters,
        trained=False,
    )


def file(name: str) -> Path | None:
    """Return None: there is no file of weights."""
    return None


def build(name: str, *, random: bool) -> "nn.Module":
    """Return the network with random weights; raises ModelError for a name that timm does not have."""
    import timm

    short = name.removeprefix(PREFIX)
    if not timm.is_model(short):
        raise ModelError(f"There is no model {name!r}; cnnviz.models.architectures.architectures() lists them all.")
    network: nn.Module = timm.create_model(short, pretrained=False)
    return network


def official(name: str, progress: Progress | None) -> None:
    """Raise ModelError: only their structure is used."""
    raise ModelError(f"{name} has random weights alone here; give a random_seed.")


def adapt(name: str, state: "Mapping[str, Tensor]", model: "nn.Module") -> "Mapping[str, Tensor]":
    """Return `state` as it is."""
    return state

"""The networks of timm, as "timm/NAME", with random weights: for what a run of them costs."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.errors import ModelError
from cnnviz.models.cards import Card
from cnnviz.models.downloads import Progress

if TYPE_CHECKING:
    from torch import Tensor, nn

ORIGIN = "timm"
PREFIX = "timm/"


def names() -> tuple[str, ...]:
    """Return no names: they stand in no list of models that can be looked into."""
    return ()


def card(name: str) -> Card:
    """Raise ModelError: what timm publishes about them makes no card."""
    raise ModelError(f"There is no model {name!r}; cnnviz.models.names() lists them all.")


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

"""The networks that propose a move of Go, by name. They read positions and no pictures: no list of models has them."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.go.board import SIDE, coordinate
from cnnviz.go.planes import LIBERTIES
from cnnviz.images import Preprocessing
from cnnviz.models import shipped
from cnnviz.models.cards import Card
from cnnviz.models.downloads import Progress

if TYPE_CHECKING:
    from torch import Tensor, nn

ORIGIN = "Go"
# Their titles, and how many planes each reads.
_TABLE = {
    "go-policy": ("Without pooling", 1),
    "go-policy-pooled": ("With pooling", 1),
    "go-policy-liberties": ("Without pooling, planes of liberties", 2 * LIBERTIES + 1),
}
NAMES = tuple(_TABLE)


def names() -> tuple[str, ...]:
    """Return all names, whether or not their weights are on this disk."""
    return NAMES


def card(name: str) -> Card:
    """Return the card; before the network is trained it has no accuracy."""
    (title, planes), facts = _TABLE[name], shipped.facts_of(name)
    return Card(
        name=name,
        title=title,
        origin=ORIGIN,
        source="trained with this project",
        weights=facts.get("command", f"python -m cnnviz.training {name}"),
        year=2014,
        paper="Clark and Storkey 2014, Teaching Deep Convolutional Neural Networks to Play Go",
        input_size=(planes, SIDE, SIDE),
        preprocessing=Preprocessing(
            resize=SIDE, crop=(SIDE, SIDE), mean=(0.0,) * planes, std=(1.0,) * planes, channels=planes
        ),
        classes=tuple(coordinate(point) for point in range(SIDE * SIDE)),
        accuracy=facts.get("accuracy"),
        data=facts.get("split", ""),
        licence="MIT",
        parameters=facts.get("parameters"),
    )


def file(name: str) -> Path:
    """Return where the recipe writes the weights."""
    return shipped.file(name)


def build(name: str, *, random: bool) -> "nn.Module":
    """Return the architecture with fresh random weights."""
    from cnnviz.models.go_policy import GoPolicy, GoPolicyPooled

    planes = _TABLE[name][1]
    return GoPolicyPooled(planes) if name == "go-policy-pooled" else GoPolicy(planes)


def official(name: str, progress: Progress | None) -> "Mapping[str, Tensor]":
    """Return the trained weights; raises ModelError where they have not been made or are damaged."""
    return shipped.official(name, progress)


def adapt(name: str, state: "Mapping[str, Tensor]", model: "nn.Module") -> "Mapping[str, Tensor]":
    """Return `state` as it is."""
    return state

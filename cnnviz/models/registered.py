"""Own architectures that become models like any other, for as long as this process lives."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.errors import ModelError, ShapeError
from cnnviz.models.cards import Card
from cnnviz.models.downloads import Progress
from cnnviz.models.own_networks import MOST_SCORES, preprocessing

if TYPE_CHECKING:
    from torch import Tensor, nn

ORIGIN = "Registered"

Factory = Callable[[], "nn.Module"]


@dataclass(frozen=True)
class Registered:
    """A row of the table: what builds the network, what is known of it, and the file of its weights, if it has one."""

    factory: Factory
    card: Card
    weights: Path | None = None


_TABLE: dict[str, Registered] = {}
_WRITING = threading.Lock()


def add(name: str, row: Registered) -> None:
    """Put a row in the table under a name that is free in it; raises ModelError where it is not."""
    with _WRITING:
        if name in _TABLE:
            raise ModelError(f"There is a model {name!r} already; register the other one under another name.")
        _TABLE[name] = replace(row, card=replace(row.card, name=name, origin=ORIGIN))


def card_of(title: str, network: "nn.Module", input_size: tuple[int, int, int] | None = None) -> Card:
    """Return a card of what a network itself tells: its input (C, H, W), number of classes and of parameters.

    Without an `input_size` the usual one that its first layer fits is taken. Raises ModelError where none fits, and
    where the network can't be shown a picture or doesn't give one row of scores; ShapeError where the size is wrong.
    """
    from cnnviz.models.input_size import input_size_of, output_size_of

    size = input_size or input_size_of(network)
    if len(size) != 3:
        raise ShapeError(f"{title} reads {'x'.join(map(str, size))}; a picture has three sizes, such as 3x224x224.")
    scores = output_size_of(network, size)
    if prod(scores) > MOST_SCORES or scores != (1, prod(scores)):
        given = "x".join(map(str, scores)) or "nothing"
        raise ModelError(f"{title} gives {given} for one picture; it should give a row of scores, such as 1x10.")
    return Card(
        name=title,
        title=title,
        origin=ORIGIN,
        source="registered by the operator",
        weights="as the factory makes them",
        year=0,
        paper="",
        input_size=size,
        preprocessing=preprocessing(size),
        classes=tuple(f"class {index}" for index in range(prod(scores))),
        accuracy=None,
        data="",
        licence="",
        parameters=sum(parameter.numel() for parameter in network.parameters()),
    )


def names() -> tuple[str, ...]:
    """Return the names in the order of registration."""
    return tuple(_TABLE)


def card(name: str) -> Card:
    """Return the card that was registered."""
    return _TABLE[name].card


def file(name: str) -> Path | None:
    """Return the file of weights, None where the factory makes them."""
    return _TABLE[name].weights


def build(name: str, *, random: bool) -> "nn.Module":
    """Return the network as its factory makes it; raises ModelError where the factory fails."""
    return made(_TABLE[name].factory, name)


def official(name: str, progress: Progress | None) -> "Mapping[str, Tensor] | None":
    """Return the tensors of the file of weights, None where there is none; raises ModelError for a file of no use."""
    from cnnviz.models.checkpoints import read

    path = file(name)
    if path is None:
        return None
    try:
        return read(path.read_bytes(), path.name)
    except OSError as error:
        raise ModelError(f"The weights of {name} cannot be read from {path}: {error.strerror}.") from error


def adapt(name: str, state: "Mapping[str, Tensor]", model: "nn.Module") -> "Mapping[str, Tensor]":
    """Return `state` as it is."""
    return state


def made(factory: Factory, name: str) -> "nn.Module":
    """Return what a factory makes; raises ModelError where it raises anything, or makes no network."""
    from torch import nn

    try:
        network = factory()
    # It is somebody's own code, which may raise whatever it likes.
    except Exception as error:
        raise ModelError(f"The factory of {name} raised {type(error).__name__}: {_one_line(error)}.") from error
    if not isinstance(network, nn.Module):
        raise ModelError(f"The factory of {name} made a {type(network).__name__}; it should make a torch.nn.Module.")
    return network


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".") or "no reason given"

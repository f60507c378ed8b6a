"""Own architectures that become models like any other, for as long as this process lives."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, prod
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.errors import ModelError, ShapeError
from cnnviz.models.cards import Card
from cnnviz.models.downloads import Progress
from cnnviz.models.own_builds import draw, made
from cnnviz.models.own_code import Factory
from cnnviz.models.own_networks import MOST_SCORES, preprocessing

if TYPE_CHECKING:
    from torch import Tensor, nn

ORIGIN = "Yours"


@dataclass(frozen=True)
class Registered:
    """A row of the table: what builds the network, or the network itself; what is known of it; its file of weights.

    `settled` are the names of parameters that are the same at every build and not constants: they were learned, or
    copied from somewhere, and "random" has to draw them.
    """

    factory: "Factory | nn.Module"
    card: Card
    weights: Path | None = None
    settled: tuple[str, ...] = ()


_TABLE: dict[str, Registered] = {}
_WRITING = threading.Lock()


def add(name: str, row: Registered) -> None:
    """Put a row in the table under a name that is free in it; raises ModelError where it is not."""
    with _WRITING:
        if name in _TABLE:
            raise ModelError(f"There is a model {name!r} already; register the other one under another name.")
        _TABLE[name] = replace(row, card=replace(row.card, name=name, origin=ORIGIN))


def card_of(
    title: str,
    network: "nn.Module",
    input_size: tuple[int, int, int] | None = None,
    *,
    classes: Sequence[str] | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
) -> Card:
    """Return a card of what a network itself tells: its input (C, H, W), number of classes and of parameters.

    Without an `input_size` the usual one that its first layer fits is taken; without `classes` they have numbers for
    names. A picture's values, 0 to 1, are standardised by `mean` and `std`, one number or one a channel; without them
    a grey picture's by 0.5 and 0.5, and colours by ImageNet's numbers. Raises ModelError where no usual size fits,
    where the network can't be shown a picture or doesn't give one row of scores, and where the names or the numbers are
    too few or too many; ShapeError where the size is wrong.
    """
    from cnnviz.models.input_size import input_size_of, output_size_of

    size = input_size or input_size_of(network)
    if len(size) != 3:
        raise ShapeError(f"{title} reads {'x'.join(map(str, size))}; a picture has three sizes, such as 3x224x224.")
    how = preprocessing(size)
    scores = output_size_of(network, size)
    if prod(scores) > MOST_SCORES or scores != (1, prod(scores)):
        given = "x".join(map(str, scores)) or "nothing"
        raise ModelError(f"{title} gives {given} for one picture; it should give a row of scores, such as 1x10.")
    if classes is not None and len(classes) != scores[1]:
        raise ModelError(f"{title} has {scores[1]:,} outputs, and the number of names for classes is {len(classes):,}.")
    return Card(
        name=title,
        title=title,
        origin=ORIGIN,
        source="registered by the operator",
        weights="those that its code sets",
        year=0,
        paper="",
        input_size=size,
        preprocessing=replace(
            how,
            mean=how.mean if mean is None else _a_channel("mean", mean, size[0]),
            std=how.std if std is None else _a_channel("std", std, size[0]),
        ),
        classes=tuple(f"class {index}" for index in range(scores[1])) if classes is None else tuple(classes),
        accuracy=None,
        data="",
        licence="",
        parameters=sum(parameter.numel() for parameter in network.parameters()),
    )


def _a_channel(what: str, numbers: Sequence[float], channels: int) -> tuple[float, ...]:
    """Return a number for every channel of a picture."""
    if len(numbers) not in (1, channels):
        right = "one" if channels == 1 else f"one, or one for each of {channels} channels"
        raise ModelError(f"{what} has {len(numbers)} numbers; it should have {right}.")
    for number in numbers:
        if not isfinite(number) or (number <= 0 if what == "std" else not 0 <= number <= 1):
            right = "above 0" if what == "std" else "0 to 1, as a picture's values are"
            raise ModelError(f"{what} {number:g} is out of range; it should be {right}.")
    return tuple(map(float, numbers)) * (channels if len(numbers) == 1 else 1)


def names() -> tuple[str, ...]:
    """Return the names in the order of registration."""
    return tuple(_TABLE)


def card(name: str) -> Card:
    """Return the card that was registered."""
    return _TABLE[name].card


def file(name: str) -> Path | None:
    """Return the file of weights, None where its code makes them."""
    return _TABLE[name].weights


def build(name: str, *, random: bool) -> "nn.Module":
    """Return the network as its code makes it, or with all weights drawn; raises ModelError where that fails."""
    from cnnviz.models.input_size import sized

    row = _TABLE[name]
    network = sized(made(row.factory, name), row.card.input_size).float()
    if random:
        draw(network, row.settled, name)
    return network


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

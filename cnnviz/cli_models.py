"""The networks of one's own that `cnnviz serve` is given: --model, and what is said of each."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cnnviz.errors import ModelError

Size = tuple[int, int, int]


class _Model(argparse.Action):
    """Begin another network, with what was said before the first."""

    def __call__(self, parser: Any, given: argparse.Namespace, value: Any, option: str | None = None) -> None:
        given.models = [*given.models, {**given.of_all, "model": value}]


class _Said(argparse.Action):
    """Say something of the network that was named last, or of all where none was yet."""

    def __call__(self, parser: Any, given: argparse.Namespace, value: Any, option: str | None = None) -> None:
        if given.models:
            given.models = [*given.models[:-1], {**given.models[-1], self.dest: value}]
        else:
            given.of_all = {**given.of_all, self.dest: value}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --model and what can be said of each network."""
    parser.set_defaults(models=[], of_all={})
    add, nothing = parser.add_argument_group("your own networks").add_argument, argparse.SUPPRESS
    add(
        "--model",
        action=_Model,
        default=nothing,
        metavar="PLACE[=WEIGHTS]",
        help="package.module:name or file.py:name of a class, a function or a network, and a file of its weights; its "
        "code runs. May be given several times: what follows is said of the network before it, and what stands before "
        "the first is said of all",
    )
    add(
        "--size",
        action=_Said,
        default=nothing,
        type=size,
        help="what it reads, such as 3x224x224, where it isn't plain",
    )
    add("--classes", action=_Said, default=nothing, metavar="FILE", help="its classes' names, one a line, by output")
    for name, usual in (("mean", "0.485,0.456,0.406"), ("std", "0.229,0.224,0.225")):
        add(
            f"--{name}",
            action=_Said,
            default=nothing,
            type=_numbers,
            metavar="NUMBERS",
            help=f"the {name} that it was trained with, of values from 0 to 1, such as {usual}, or one number",
        )


def register(given: argparse.Namespace) -> tuple[tuple[str, str], ...]:
    """Register the networks of a command line, and return their names and how each one's file of weights was matched.

    Raises ModelError for the first that can't be had, that doesn't fit what is said of it, or whose weights don't fit.
    """
    if given.of_all and not given.models:
        raise ModelError(f"--{next(iter(given.of_all))} says something of a network of your own; name it with --model.")
    return tuple(_register(**each) for each in given.models)


def _register(model: str, classes: str | None = None, **said: Any) -> tuple[str, str]:
    from cnnviz import models
    from cnnviz.models import own_builds, own_code
    from cnnviz.own_cards import own_card

    place, _, file = model.partition("=")
    weights = Path(file).expanduser().resolve() if file else None
    if weights and not weights.is_file():
        raise ModelError(f"There is no file of weights at {weights}.")
    names = None if classes is None else _classes(Path(classes).expanduser())
    name = _free_name(own_code.title(place), weights)
    factory = own_code.found(place)
    card = own_card(name, own_builds.made(factory, place), classes=names, **said)
    models.register(name, factory, card, weights=weights)
    # A file that doesn't fit is told now, to the operator, and not later to a visitor.
    return name, str(models.fit_of(models.load(name))) if weights else ""


def _free_name(title: str, weights: Path | None) -> str:
    """Return what a network is called in the list: several of the same code are told apart by their weights."""
    from cnnviz import models

    return models.free_name(f"{title}={weights.name}" if weights and title in models.names() else title)


def _classes(file: Path) -> Sequence[str]:
    try:
        names = [line.strip() for line in file.read_text(encoding="utf-8-sig").rstrip().splitlines()]
    except OSError as error:
        raise ModelError(f"The names of classes cannot be read from {file}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ModelError(f"{file} is no text in UTF-8; it should hold the classes' names, one a line.") from None
    if "" in names:
        raise ModelError(f"{file} has no name in line {names.index('') + 1}; it should have one in every line.")
    return names


def size(text: str) -> Size:
    """Return a size that is typed as 3x224x224."""
    found = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})[x×](\d{1,5})", text)
    if not found or not all(map(int, found.groups())):
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write channels, height and width as 3x224x224")
    channels, height, width = map(int, found.groups())
    return channels, height, width


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(each) for each in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of numbers; write them as 0.5 or 0.5,0.4,0.3") from None

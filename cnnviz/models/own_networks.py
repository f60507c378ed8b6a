"""Networks that somebody designed: their name is their text, "design:1x28x28: Conv 20 5 p2, ReLU, Flatten, Linear 10".

The size is what they read, (C, H, W). They have no trained weights: all are random, unless somebody brings others. One
that learnt from a set of EXAMPLE_SETS says so, "design:1x28x28 mnist: Flatten, Linear 10", and reads pictures as that
set's were read.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.design import Evaluated, Row, evaluate, parse, write
from cnnviz.errors import ModelError
from cnnviz.images import Preprocessing
from cnnviz.images.example_sets import EXAMPLE_SETS, ExampleSet
from cnnviz.models.cards import Card
from cnnviz.models.downloads import Progress

if TYPE_CHECKING:
    from torch import Tensor, nn

ORIGIN = "Your own"
PREFIX = "design:"
# A designed network runs on a machine that others share.
MOST_PARAMETERS = 200_000_000
MOST_OUTPUTS = 2**29
MOST_MACS = 50_000_000_000
MOST_SCORES = 100_000
MOST_SIDE = 1024

_NAME = re.compile(rf"design:\s*(\d{{1,4}})[x×](\d{{1,4}})[x×](\d{{1,4}})\s*({'|'.join(EXAMPLE_SETS)})?\s*:(.*)")
# A grey picture between -1 and 1, and colours as ImageNet's networks get them.
_STANDARD = {1: ((0.5,), (0.5,)), 3: ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))}


def name_of(rows: tuple[Row, ...], input_size: tuple[int, ...], learnt_from: str = "") -> str:
    """Return the name of a network that reads (N, C, H, W), and that learnt from a set of EXAMPLE_SETS."""
    return f"{PREFIX}{'x'.join(map(str, input_size[1:]))}{learnt_from and f' {learnt_from}'}: {write(rows)}"


def names() -> tuple[str, ...]:
    """Return no names: there is no end of them."""
    return ()


@lru_cache(maxsize=64)
def card(name: str) -> Card:
    """Return the card; raises ModelError for a network that can't be built, or is too large to be run for a picture."""
    report = _report(name)
    _, channels, height, width = report.input_size
    like = _like(name, report)
    return Card(
        name=name,
        title="A network of your own",
        origin=ORIGIN,
        source="designed by hand",
        weights="random, from a seed",
        year=0,
        paper="",
        input_size=(channels, height, width),
        preprocessing=_as_learnt(like) if like else preprocessing((channels, height, width)),
        classes=like.classes if like else tuple(f"class {index}" for index in range(prod(report.output_size))),
        accuracy=None,
        data="",
        licence="",
        parameters=report.parameters,
        trained=False,
    )


def preprocessing(input_size: tuple[int, int, int]) -> Preprocessing:
    """Return how a picture is made ready for an untrained network that reads (C, H, W).

    Raises ModelError where the network can't be shown a picture.
    """
    channels, height, width = input_size
    if channels not in _STANDARD:
        raise ModelError(f"The network reads {channels} channels; to be shown a picture it should read 1 or 3.")
    if not (1 <= height <= MOST_SIDE and 1 <= width <= MOST_SIDE):
        raise ModelError(
            f"The network reads {height}x{width} pixels; to be run here a side should have 1 to {MOST_SIDE}."
        )
    mean, std = _STANDARD[channels]
    return Preprocessing(resize=max(height, width), crop=(height, width), mean=mean, std=std, channels=channels)


def file(name: str) -> Path | None:
    """Return None: there is no file of weights."""
    return None


def build(name: str, *, random: bool) -> "nn.Module":
    """Return the network with random weights."""
    from cnnviz.design.build import build as build_rows

    card(name)
    rows, size = _read(name)
    return build_rows(rows, size)


def official(name: str, progress: Progress | None) -> None:
    """Return None: nobody trained this network."""


def adapt(name: str, state: "Mapping[str, Tensor]", model: "nn.Module") -> "Mapping[str, Tensor]":
    """Return `state` as it is: the layers have had one set of names only."""
    return state


def _read(name: str) -> tuple[tuple[Row, ...], tuple[int, int, int, int]]:
    found = _NAME.fullmatch(name)
    if not found:
        raise ModelError(
            f"{name[:60]!r} is no design; it should begin with its input, such as design:1x28x28: Conv 20 5."
        )
    channels, height, width = (int(number) for number in found.groups()[:3])
    preprocessing((channels, height, width))
    return parse(found[5]), (1, channels, height, width)


def _like(name: str, report: Evaluated) -> ExampleSet | None:
    """Return the set that the network learnt from, None for one that learnt from none."""
    found = _NAME.fullmatch(name)
    assert found is not None
    if not found[4]:
        return None
    like = EXAMPLE_SETS[found[4]]
    if (1, *like.size) != report.input_size or len(like.classes) != prod(report.output_size):
        read, given = "x".join(map(str, like.size)), len(like.classes)
        raise ModelError(
            f"What learns from {found[4]} reads {read} and gives {given} scores; this network reads "
            f"{'x'.join(map(str, report.input_size[1:]))} and gives {prod(report.output_size)}."
        )
    return like


def _as_learnt(images: ExampleSet) -> Preprocessing:
    """Return how a picture becomes what the images of a set were: all of a grey one, the middle of one in colour."""
    size, of = (images.side, images.side), images.channels
    return Preprocessing(
        resize=size if of == 1 else images.side,
        crop=size,
        mean=(images.mean,) * of,
        std=(images.std,) * of,
        channels=of,
    )


def _report(name: str) -> Evaluated:
    rows, size = _read(name)
    report = evaluate(rows, size)
    if not rows:
        raise ModelError("The network has no rows; it should have one at least, such as Conv 20 5.")
    if report.error_at is not None:
        line = report.lines[report.error_at]
        raise ModelError(f"Row {report.error_at + 1}, {line.text}, cannot work: {line.error}")
    for what, number, most in (
        ("parameters", report.parameters, MOST_PARAMETERS),
        ("bytes of outputs", report.memory.outputs, MOST_OUTPUTS),
        ("MACs", report.macs, MOST_MACS),
        ("numbers in its output", prod(report.output_size), MOST_SCORES),
    ):
        if number > most:
            raise ModelError(f"The network has {number:,} {what}; to be run here it may have {most:,}.")
    return report

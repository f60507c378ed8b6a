"""Photos of classes of one's own, as the features that a trained network has for them: what a layer learns from.

Every fifth photo of a class is held out: the layer never learns from it, and is tested with it.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from cnnviz.errors import CnnvizError
from cnnviz.training.live.examples import Examples
from cnnviz.training.live.settings import KINDS

LEAST, MOST = 5, 50
_EVERY = 5


def is_held_out(number: int) -> bool:
    """Return whether photo `number` of its class, from 0, is held out: the fifth, the tenth, …"""
    return number % _EVERY == _EVERY - 1


def held_out(labels: Sequence[int]) -> list[bool]:
    """Return which photos, by their classes in the order they came, are held out."""
    seen: dict[int, int] = {}
    found = []
    for label in labels:
        found.append(is_held_out(seen.get(label, 0)))
        seen[label] = seen.get(label, 0) + 1
    return found


def check(labels: Sequence[int], classes: Sequence[str]) -> None:
    """Raise CnnvizError unless there are two to ten classes of 5 to 50 photos, whose classes are `labels`."""
    low, high = KINDS
    if not low <= len(classes) <= high:
        raise CnnvizError(f"There are {len(classes)} classes and should be {low} to {high}.")
    for number, name in enumerate(classes):
        if not LEAST <= (count := list(labels).count(number)) <= MOST:
            photos = "photo" if count == 1 else "photos"
            raise CnnvizError(f"{name} has {count} {photos} and should have {LEAST} to {MOST}.")


def examples_of(features: Tensor, labels: Sequence[int], classes: tuple[str, ...]) -> Examples:
    """Return photos with features (N, C) as examples, the held-out ones to test; raise CnnvizError as `check` does."""
    check(labels, classes)
    kinds, out = torch.tensor(labels), torch.tensor(held_out(labels))
    return Examples(features[~out], kinds[~out], features[out], kinds[out], classes)

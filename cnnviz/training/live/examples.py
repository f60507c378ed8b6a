"""What a live run learns from: images of EXAMPLE_SETS, and points in the plane.

>>> load("circles", noise=0.1, seed=0).inputs.shape
torch.Size([400, 2])
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from cnnviz.assets import EXAMPLES
from cnnviz.errors import CnnvizError
from cnnviz.images.example_sets import EXAMPLE_SETS, PATCHES, SHEETS
from cnnviz.images.photo_patches import photo_patches
from cnnviz.training.live import data_root

SIDE = 28
COLUMNS = 100
POINTS = 400


@dataclass(frozen=True, eq=False)
class Examples:
    """Inputs are float32 (N, C, H, W) or (N, 2), ready for the network; labels int64 (N,).

    Of the larger sets `inputs` are pixels, uint8, a quarter of the memory: `standardised` makes them ready.
    """

    inputs: Tensor
    labels: Tensor
    test_inputs: Tensor
    test_labels: Tensor
    classes: tuple[str, ...]


def load(name: str, *, noise: float = 0.0, seed: int = 0) -> Examples:
    """Return the examples of a name: those of EXAMPLE_SETS, or points of POINT_SETS with `noise` from 0 to 0.5.

    Images are the first ones of the set, standardised. Points are (N, 2), within some -6 to 6, as many to test as to
    train, half of them in each class. Raises CnnvizError for another name, and for a set that is not at hand.
    """
    if name in EXAMPLE_SETS:
        return _images(name)
    if name not in POINT_SETS:
        there = ", ".join((*image_sets(), *POINT_SETS))
        raise CnnvizError(f"{name!r} is no set of examples; there are {there}.")
    return _points(name, noise, seed)


def image_sets() -> tuple[str, ...]:
    """Return the sets of EXAMPLE_SETS that are there: the project's own, and what the operator's data root holds."""
    return (*SHEETS, PATCHES, *data_root.found())


def pixels_of(name: str, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the images (N, H, W), or (N, H, W, 3) in colour, and labels (N,), uint8, of a set's "train" or "test"."""
    if name in SHEETS:
        return sheet(name, part)
    return photo_patches(part) if name == PATCHES else data_root.pixels_of(name, part)


def sheet(name: str, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the images (N, 28, 28) and labels (N,), uint8, of "mnist" or "fashion-mnist", "train" or "test"."""
    with Image.open(EXAMPLES / f"{name}-{part}.png") as image:
        grid = np.asarray(image)
    images = grid.reshape(-1, SIDE, COLUMNS, SIDE).swapaxes(1, 2).reshape(-1, SIDE, SIDE)
    return images, np.load(EXAMPLES / "labels.npz")[f"{name}-{part}"]


def standardised(images: Tensor, name: str) -> Tensor:
    """Return uint8 images as numbers with mean 0 and deviation 1, by the mean and deviation of a set of EXAMPLE_SETS.

    What is float32 comes back as it is.
    """
    if images.dtype != torch.uint8:
        return images
    return (images.float() / 255 - EXAMPLE_SETS[name].mean) / EXAMPLE_SETS[name].std


@lru_cache(maxsize=len(EXAMPLE_SETS))
def _images(name: str) -> Examples:
    def part(which: str) -> tuple[Tensor, Tensor]:
        images, labels = pixels_of(name, which)
        found = torch.tensor(images)
        return found.movedim(-1, 1).contiguous() if found.ndim == 4 else found[:, None], torch.tensor(labels).long()

    (inputs, labels), (tests, test_labels) = part("train"), part("test")
    if name in SHEETS:
        inputs = standardised(inputs, name)
    return Examples(inputs, labels, standardised(tests, name), test_labels, EXAMPLE_SETS[name].classes)


@lru_cache(maxsize=32)
def _points(name: str, noise: float, seed: int) -> Examples:
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(POINTS) % 2
    places, others = (POINT_SETS[name](labels, noise, generator) for _ in range(2))
    return Examples(places, labels, others, labels, ("blue", "orange"))


def _uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return low + (high - low) * torch.rand(count, generator=generator)


def _circles(labels: Tensor, noise: float, generator: torch.Generator) -> Tensor:
    radius = torch.where(
        labels == 1,
        _uniform(len(labels), 0.0, 2.5, generator),
        _uniform(len(labels), 3.5, 5.0, generator),
    )
    angle = _uniform(len(labels), 0.0, 2 * math.pi, generator)
    return _moved(torch.stack([radius * angle.cos(), radius * angle.sin()], 1), 5 * noise, generator)


def _xor(labels: Tensor, noise: float, generator: torch.Generator) -> Tensor:
    across = _uniform(len(labels), 0.3, 5.0, generator)
    up = _uniform(len(labels), 0.3, 5.0, generator)
    side = torch.where(torch.rand(len(labels), generator=generator) < 0.5, -1.0, 1.0)
    # Both signs alike is class 1.
    return _moved(torch.stack([side * across, torch.where(labels == 1, side, -side) * up], 1), 5 * noise, generator)


def _spiral(labels: Tensor, noise: float, generator: torch.Generator) -> Tensor:
    along = _uniform(len(labels), 0.05, 1.0, generator)
    angle = 1.75 * 2 * math.pi * along + labels * math.pi
    return _moved(torch.stack([5 * along * angle.sin(), 5 * along * angle.cos()], 1), 2 * noise, generator)


def _blobs(labels: Tensor, noise: float, generator: torch.Generator) -> Tensor:
    middle = torch.where(labels == 1, 2.0, -2.0)
    return _moved(torch.stack([middle, middle], 1), 0.5 + 3 * noise, generator)


def _moved(places: Tensor, amount: float, generator: torch.Generator) -> Tensor:
    return places + amount * torch.randn(places.shape, generator=generator)


POINT_SETS: dict[str, Callable[[Tensor, float, torch.Generator], Tensor]] = {
    "circles": _circles,
    "xor": _xor,
    "spiral": _spiral,
    "blobs": _blobs,
}

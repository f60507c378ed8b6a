"""Sets of images that do not come with the project: those that the folder named by CNNVIZ_DATA holds.

It has them as torchvision's data sets keep theirs, and Tiny-ImageNet as `cnnviz train --data-root` reads it.
"""

import io
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torchvision import datasets

from cnnviz.errors import CnnvizError
from cnnviz.images.example_sets import EXAMPLE_SETS, folders_of
from cnnviz.training.data import BROKEN, tiny_files

DATA_ROOT = "CNNVIZ_DATA"
# By set, files of which one tells that it is there.
_SIGNS = {
    "whole-mnist": ("MNIST/raw/train-images-idx3-ubyte",),
    "whole-fashion-mnist": ("FashionMNIST/raw/train-images-idx3-ubyte",),
    "cifar10": ("cifar-10-batches-py/data_batch_1",),
    "tiny-imagenet": ("tiny-imagenet-50.tar.xz", "tiny-imagenet-50/train"),
}
_SHRINK = 2  # of Tiny-ImageNet's 64 pixels: a network for 64 would take a second's work for a step

Part = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def found() -> tuple[str, ...]:
    """Return the names of the sets that are there."""
    root = _root()
    return tuple(name for name, signs in _SIGNS.items() if root and any((root / sign).exists() for sign in signs))


def pixels_of(name: str, part: str) -> Part:
    """Return a set's first images, (N, H, W) or (N, H, W, 3), and labels (N,), of "train" or "test".

    Raises CnnvizError where it is not there, or can't be read.
    """
    root, size = _root(), EXAMPLE_SETS[name]
    if name not in found() or root is None:
        raise CnnvizError(f"The data set {name} is not on this server; {DATA_ROOT} should name a folder that holds it.")
    train = part == "train"
    readers: dict[str, Callable[[], Part]] = {
        "whole-mnist": lambda: _idx(datasets.MNIST, root, train),
        "whole-fashion-mnist": lambda: _idx(datasets.FashionMNIST, root, train),
        "cifar10": lambda: _cifar(root, train),
        "tiny-imagenet": lambda: _tiny(root)["train" if train else "val"],
    }
    try:
        images, labels = readers[name]()
    except BROKEN as error:
        raise CnnvizError(f"The data set {name} in {DATA_ROOT} can't be read: {type(error).__name__}.") from error
    count = size.count if train else size.tests
    return images[:count], labels[:count]


def _root() -> Path | None:
    given = os.environ.get(DATA_ROOT)
    return Path(given) if given else None


def _idx(kind: type[datasets.MNIST], root: Path, train: bool) -> Part:
    data = kind(str(root), train=train)
    return data.data.numpy(), data.targets.numpy().astype(np.uint8)


def _cifar(root: Path, train: bool) -> Part:
    data = datasets.CIFAR10(str(root), train=train)
    return data.data, np.array(data.targets, np.uint8)


@lru_cache(maxsize=1)
def _tiny(root: Path) -> dict[str, Part]:
    """Return ten classes by part, half as large, one image of each after another in the order of the files' names."""
    names = folders_of(EXAMPLE_SETS["tiny-imagenet"].classes)
    files: dict[str, dict[str, dict[str, bytes]]] = {split: {name: {} for name in names} for split in ("train", "val")}
    for split, name, file, data in tiny_files(root):
        if name in names:
            files[split][name][file] = data
    parts = {}
    for split, by_class in files.items():
        rows = zip(*(sorted(by_class[name].items()) for name in names), strict=False)
        images = np.stack([_small(data) for row in rows for _, data in row])
        parts[split] = images, np.tile(np.arange(len(names), dtype=np.uint8), len(images) // len(names))
    return parts


def _small(data: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB").reduce(_SHRINK))

"""The data sets of the recipes, as tensors in memory."""

import io
import lzma
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional
from torchvision import datasets
from torchvision.datasets.utils import download_and_extract_archive

from cnnviz.errors import CnnvizError
from cnnviz.training.classes import FASHION_CLASSES, TINY_CLASSES
from cnnviz.training.distortions import DISTORTIONS, TEST_SEED, distort

CACHE = Path.home() / ".cache" / "cnnviz"

# What a missing, cut or foreign file makes the readers of torchvision, tarfile, zipfile and Pillow raise.
BROKEN = (
    OSError, RuntimeError, ValueError, EOFError, KeyError, AssertionError,
    tarfile.TarError, lzma.LZMAError, zipfile.BadZipFile,
)  # fmt: skip


@dataclass(frozen=True)
class Splits:
    """Images are uint8 (N, C, H, W), labels int64 (N,); `classes` are in the order of the labels."""

    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    classes: tuple[str, ...]

    def padded(self, sides: tuple[int, int]) -> "Splits":
        """Return the images in the middle of black ones of (height, width) `sides`, where they are smaller."""

        def padded(images: Tensor) -> Tensor:
            down, right = (max(0, side - had) for side, had in zip(sides, images.shape[-2:], strict=True))
            edges = (right // 2, right - right // 2, down // 2, down - down // 2)
            return functional.pad(images, edges) if any(edges) else images

        return replace(self, train_images=padded(self.train_images), test_images=padded(self.test_images))


def load(dataset: str, data_root: Path | None = None) -> Splits:
    """Return a data set by name: mnist, fashion-mnist, tiny-imagenet-50, or r-mnist, rts-mnist and cluttered-mnist.

    Of a distorted one the test images are distorted, always in the same way, and the training images are MNIST's own:
    a recipe distorts them anew each time. Without `data_root` a data set is downloaded to ~/.cache/cnnviz/data. Raises
    CnnvizError where it can be had neither way.
    """
    readers: dict[str, Callable[[], Splits]] = {
        "mnist": lambda: _idx(datasets.MNIST, data_root, None),
        "fashion-mnist": lambda: _idx(datasets.FashionMNIST, data_root, FASHION_CLASSES),
        "tiny-imagenet-50": lambda: _tiny(data_root),
        **{f"{name}-mnist": partial(_distorted, name, data_root) for name in DISTORTIONS},
    }
    try:
        return readers[dataset]()
    except BROKEN as error:
        where = f"in {data_root}" if data_root else "by download"
        # torchvision's advice is an argument of its own.
        why = str(error).partition(" You can use download=True")[0].rstrip(".")
        otherwise = ", or leave that out, and it is downloaded" if data_root else ""
        raise CnnvizError(
            f"The data set {dataset} could not be had {where} ({why}); "
            f"name a folder that holds it with --data-root{otherwise}."
        ) from error


def _idx(kind: type[datasets.MNIST], data_root: Path | None, classes: tuple[str, ...] | None) -> Splits:
    root = data_root or CACHE / "data"
    train, test = (kind(str(root), train=flag, download=data_root is None) for flag in (True, False))
    return Splits(
        train.data[:, None],
        train.targets,
        test.data[:, None],
        test.targets,
        classes or tuple(str(digit) for digit in range(10)),
    )


def _distorted(name: str, data_root: Path | None) -> Splits:
    plain = _idx(datasets.MNIST, data_root, None)
    generator = torch.Generator().manual_seed(TEST_SEED)
    seen = distort(plain.test_images.float() / 255, name, generator)
    return replace(plain, test_images=(seen * 255).round().to(torch.uint8))


_TINY_URL = "http://cs231n.stanford.edu/tiny-imagenet-200.zip"
_TINY_MD5 = "90528d7ca1a48142e341f4ef8d21d0de"


def _tiny(data_root: Path | None) -> Splits:
    names = tuple(TINY_CLASSES)
    images: dict[str, list[np.ndarray]] = {"train": [], "val": []}
    labels: dict[str, list[int]] = {"train": [], "val": []}
    for split, name, _, data in tiny_files(data_root):
        with Image.open(io.BytesIO(data)) as image:
            images[split].append(np.asarray(image.convert("RGB")))
        labels[split].append(names.index(name))
    if not images["train"] or not images["val"]:
        raise CnnvizError(
            f"No images of tiny-imagenet-50 are in {data_root}; it should hold tiny-imagenet-50.tar.xz, "
            "or the folders tiny-imagenet-50/train/CLASS and tiny-imagenet-50/val/CLASS."
        )

    def stack(split: str) -> Tensor:
        return torch.from_numpy(np.stack(images[split])).permute(0, 3, 1, 2).contiguous()

    return Splits(stack("train"), torch.tensor(labels["train"]), stack("val"), torch.tensor(labels["val"]), names)


def tiny_files(data_root: Path | None) -> Iterator[tuple[str, str, str, bytes]]:
    """Yield (split, class name, file name, file content) in a fixed order, whichever form the data set has."""
    if data_root and (archive := data_root / "tiny-imagenet-50.tar.xz").exists():
        with tarfile.open(archive) as tar:
            for member in tar:
                match = re.fullmatch(r"tiny-imagenet-50/(train|val)/(\w+)/([\w.]+\.JPEG)", member.name)
                if match and (file := tar.extractfile(member)):
                    yield match[1], match[2], match[3], file.read()
    elif data_root:
        for split in ("train", "val"):
            for name in TINY_CLASSES:
                for path in sorted((data_root / "tiny-imagenet-50" / split / name).glob("*.JPEG")):
                    yield split, name, path.name, path.read_bytes()
    else:
        yield from _tiny_200(CACHE / "data")


def _tiny_200(root: Path) -> Iterator[tuple[str, str, str, bytes]]:
    folder = root / "tiny-imagenet-200"
    if not (folder / "val" / "val_annotations.txt").exists():
        download_and_extract_archive(_TINY_URL, str(root), md5=_TINY_MD5)
    names = {number: name for name, number in TINY_CLASSES.items()}
    for number, name in names.items():
        for path in sorted((folder / "train" / number / "images").glob("*.JPEG")):
            yield "train", name, path.name, path.read_bytes()
    for line in (folder / "val" / "val_annotations.txt").read_text().splitlines():
        file, number = line.split("\t")[:2]
        if number in names:
            yield "val", names[number], file, (folder / "val" / "images" / file).read_bytes()

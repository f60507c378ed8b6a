"""Tiny data sets in every form that the readers know."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from cnnviz.training import data
from cnnviz.training.classes import TINY_CLASSES


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """No test reads or leaves anything in the home folder."""
    monkeypatch.setattr(data, "CACHE", tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def jpeg():
    def make(shade, side=64):
        buffer = io.BytesIO()
        Image.new("RGB", (side, side), (shade, 255 - shade, 7)).save(buffer, "JPEG", quality=100)
        return buffer.getvalue()

    return make


def write_bars(raw, tests):
    """Write IDX files of 300 and `tests` images whose class is the place of a bright bar; return them by split."""
    raw.mkdir(parents=True)
    random = np.random.default_rng(0)
    written = {}
    for split, count in (("train", 300), ("t10k", tests)):
        labels = random.integers(0, 10, count, dtype=np.uint8)
        images = random.integers(0, 100, (count, 28, 28), dtype=np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[2 * label : 2 * label + 4] = 255
        (raw / f"{split}-images-idx3-ubyte").write_bytes(struct.pack(">4I", 0x803, *images.shape) + images.tobytes())
        (raw / f"{split}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 0x801, count) + labels.tobytes())
        written[split] = images, labels
    return written


@pytest.fixture
def digits(tmp_path):
    """IDX files of 300 and 60 images whose class can be learned; returns (root, images, labels) by split."""
    return tmp_path / "digits", write_bars(tmp_path / "digits" / "MNIST" / "raw", 60)


@pytest.fixture
def clothes(tmp_path):
    """The folder of such files of Fashion-MNIST, with 1,000 test images."""
    write_bars(tmp_path / "FashionMNIST" / "raw", 1000)
    return tmp_path


@pytest.fixture
def things(tmp_path, jpeg):
    """The ImageFolder layout, three training images and one other a class, each class with its own shade."""
    root = tmp_path / "things"
    for number, name in enumerate(TINY_CLASSES):
        for split, count in (("train", 3), ("val", 1)):
            folder = root / "tiny-imagenet-50" / split / name
            folder.mkdir(parents=True)
            for index in range(count):
                (folder / f"{name}_{index}.JPEG").write_bytes(jpeg(5 * number))
    return root

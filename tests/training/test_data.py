"""The readers, on files written here."""

import hashlib
import io
import lzma
import tarfile
import zipfile

import numpy as np
import pytest
import torch
from timm.data import ImageNetInfo
from torchvision import datasets

from cnnviz.errors import CnnvizError
from cnnviz.training import data
from cnnviz.training.classes import FASHION_CLASSES, TINY_CLASSES


def shades(splits):
    """The red of each image, which the fixtures make 5 times the label."""
    return [images[:, 0].float().mean(dim=(1, 2)) for images in (splits.train_images, splits.test_images)]


def check_things(splits, *, train, val):
    assert splits.train_images.shape == (50 * train, 3, 64, 64)
    assert splits.test_images.shape == (50 * val, 3, 64, 64)
    assert splits.train_images.dtype == splits.test_images.dtype == torch.uint8
    assert splits.classes == tuple(TINY_CLASSES)
    for shade, labels in zip(shades(splits), (splits.train_labels, splits.test_labels), strict=True):
        assert torch.allclose(shade, 5.0 * labels, atol=2)
        assert torch.equal(labels.bincount(), torch.full((50,), len(labels) // 50))


@pytest.mark.parametrize(("dataset", "folder"), [("mnist", "MNIST"), ("fashion-mnist", "FashionMNIST")])
def test_idx_files(digits, dataset, folder):
    root, written = digits
    if folder != "MNIST":
        (root / "MNIST").rename(root / folder)
    splits = data.load(dataset, root)
    for split, images, labels in (
        ("train", splits.train_images, splits.train_labels),
        ("t10k", splits.test_images, splits.test_labels),
    ):
        assert np.array_equal(images[:, 0].numpy(), written[split][0])
        assert np.array_equal(labels.numpy(), written[split][1])
    assert len(splits.classes) == 10


def test_class_names():
    theirs = datasets.FashionMNIST.classes
    assert [n.lower() for n in FASHION_CLASSES] == [
        n.split("/")[0].lower().replace("trouser", "trousers") for n in theirs
    ]
    assert len(set(TINY_CLASSES.values())) == len(TINY_CLASSES) == 50
    assert list(TINY_CLASSES) == sorted(TINY_CLASSES)


def test_a_folder_of_images(things):
    check_things(data.load("tiny-imagenet-50", things), train=3, val=1)


def test_an_archive_gives_what_the_folder_gives(things, tmp_path):
    root = tmp_path / "archive"
    root.mkdir()
    with tarfile.open(root / "tiny-imagenet-50.tar.xz", "w:xz") as tar:
        tar.add(things / "tiny-imagenet-50", "tiny-imagenet-50")
        foreign = tarfile.TarInfo("tiny-imagenet-50/../../outside.JPEG")
        tar.addfile(foreign, io.BytesIO())
    check_things(data.load("tiny-imagenet-50", root), train=3, val=1)
    assert not list(tmp_path.rglob("outside*"))


def test_the_download_of_all_200_classes(cache, jpeg, monkeypatch):
    """Tiny-ImageNet-200's own layout: wnids for folders, validation images in one folder with a table."""
    archive = cache / "data" / "tiny-imagenet-200.zip"
    archive.parent.mkdir(parents=True)
    numbers = [*TINY_CLASSES.values(), "n00000000"]
    with zipfile.ZipFile(archive, "w") as file:
        table = []
        for place, number in enumerate(numbers):
            shade = jpeg(5 * min(place, 50))
            file.writestr(f"tiny-imagenet-200/train/{number}/images/{number}_0.JPEG", shade)
            file.writestr(f"tiny-imagenet-200/train/{number}/{number}_boxes.txt", "")
            file.writestr(f"tiny-imagenet-200/val/images/val_{place}.JPEG", shade)
            table.append(f"val_{place}.JPEG\t{number}\t0\t32\t44\t62")
        file.writestr("tiny-imagenet-200/val/val_annotations.txt", "\n".join(reversed(table)) + "\n")
    monkeypatch.setattr(data, "_TINY_MD5", hashlib.md5(archive.read_bytes()).hexdigest())
    check_things(data.load("tiny-imagenet-50"), train=1, val=1)


@pytest.mark.parametrize("dataset", ["mnist", "fashion-mnist", "tiny-imagenet-50"])
def test_an_empty_folder_is_named(tmp_path, dataset):
    with pytest.raises(CnnvizError, match=dataset) as caught:
        data.load(dataset, tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no archive", lzma.compress(b"no tar"), lzma.compress(bytes(4000))[:-20]])
def test_a_broken_archive_is_named(tmp_path, content):
    (tmp_path / "tiny-imagenet-50.tar.xz").write_bytes(content)
    with pytest.raises(CnnvizError, match="tiny-imagenet-50"):
        data.load("tiny-imagenet-50", tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x00\x00\x08\x03\x00", b"<html>"])
def test_broken_idx_files_are_named(digits, content):
    root, _ = digits
    (root / "MNIST" / "raw" / "train-images-idx3-ubyte").write_bytes(content)
    with pytest.raises(CnnvizError, match="The data set mnist could not be had"):
        data.load("mnist", root)


def test_an_image_that_is_none_is_named(things, jpeg):
    path = things / "tiny-imagenet-50" / "train" / "alp" / "alp_1.JPEG"
    for content in (b"<html>", jpeg(9, side=32)):
        path.write_bytes(content)
        with pytest.raises(CnnvizError, match="--data-root"):
            data.load("tiny-imagenet-50", things)


@pytest.mark.parametrize("name", TINY_CLASSES)
def test_wordnet_numbers_are_those_of_the_class(name):
    info = ImageNetInfo("imagenet-1k")
    number = TINY_CLASSES[name]
    assert number in info.label_names()
    described = info.label_name_to_description(number, detailed=True).lower()
    assert name.split("_")[-1] in described

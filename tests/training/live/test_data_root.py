"""Sets that the operator's folder holds, on small files written here, and on the whole sets where they are at hand."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import datasets

from cnnviz.errors import CnnvizError
from cnnviz.images.example_sets import EXAMPLE_SETS
from cnnviz.training.live import data_root, examples
from cnnviz.training.live.examples import image_sets, load, pixels_of, standardised
from cnnviz.training.live.run import LiveRun
from cnnviz.training.live.settings import Settings

DATA = Path(__file__).parents[4] / "shared" / "data"
OWN = ("mnist", "fashion-mnist", "patches")


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.delenv(data_root.DATA_ROOT, raising=False)
    yield
    examples._images.cache_clear()
    data_root._tiny.cache_clear()


def test_only_what_is_there_can_be_chosen(monkeypatch, clothes):
    assert image_sets() == OWN
    monkeypatch.setenv(data_root.DATA_ROOT, str(clothes))
    assert image_sets() == (*OWN, "whole-fashion-mnist")
    with pytest.raises(CnnvizError, match="The data set cifar10 is not on this server; CNNVIZ_DATA should name"):
        LiveRun(Settings("Flatten, Linear 10", "cifar10"))


def test_a_cut_file_is_one_sentence(monkeypatch, clothes):
    monkeypatch.setenv(data_root.DATA_ROOT, str(clothes))
    file = clothes / "FashionMNIST" / "raw" / "train-images-idx3-ubyte"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(CnnvizError, match="The data set whole-fashion-mnist in CNNVIZ_DATA can't be read"):
        load("whole-fashion-mnist")


def test_cifar_as_torchvision_keeps_it(monkeypatch, tmp_path):
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    draw = np.random.default_rng(0)
    written = {}
    for name in (*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"):
        written[name] = draw.integers(0, 256, (4, 3, 32, 32), dtype=np.uint8)
        labels = draw.integers(0, 10, 4).tolist()
        (folder / name).write_bytes(pickle.dumps({"data": written[name].reshape(4, -1), "labels": labels}))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": list("abcdefghij")}))
    monkeypatch.setattr(datasets.CIFAR10, "_check_integrity", lambda self: True)
    monkeypatch.setattr("torchvision.datasets.cifar.check_integrity", lambda *_: True)
    monkeypatch.setenv(data_root.DATA_ROOT, str(tmp_path))
    found = load("cifar10")
    assert np.array_equal(found.inputs[4:8].numpy(), written["data_batch_2"])
    assert found.test_inputs.dtype == torch.float32
    size = EXAMPLE_SETS["cifar10"]
    wanted = (torch.tensor(written["test_batch"]) / 255 - size.mean) / size.std
    torch.testing.assert_close(found.test_inputs, wanted)


def things_of(root):
    """Write three training images and one other of ten classes, as the folder of Tiny-ImageNet has them."""
    draw, written = np.random.default_rng(0), {}
    for name in EXAMPLE_SETS["tiny-imagenet"].classes:
        for split, count in (("train", 12), ("val", 2)):
            folder = root / "tiny-imagenet-50" / split / name.replace(" ", "_")
            folder.mkdir(parents=True)
            for number in range(count):
                # Of one colour for each 8 pixels: what half the size makes of it has a closed form.
                blocks = draw.integers(0, 256, (8, 8, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
                Image.fromarray(blocks).save(folder / f"{name}_{number}.JPEG", quality=100, subsampling=0)
                written[split, name, number] = blocks[::2, ::2]
    return written


def test_a_screen_reads_classes_as_words():
    assert not [name for size in EXAMPLE_SETS.values() for name in size.classes if "_" in name]


def test_ten_classes_of_tiny_imagenet_half_as_large(monkeypatch, tmp_path):
    written = things_of(tmp_path)
    monkeypatch.setenv(data_root.DATA_ROOT, str(tmp_path))
    images, labels = pixels_of("tiny-imagenet", "train")
    names = EXAMPLE_SETS["tiny-imagenet"].classes
    assert labels.tolist() == list(range(10)) * 12
    # In the order of the files' names: 0, 1, 10, 11, 2, …
    for row, number in ((0, 0), (2, 10), (4, 2)):
        for kind, name in enumerate(names):
            given = written["train", name, number]
            assert abs(images[10 * row + kind].astype(int) - given).mean() < 4
    assert len(pixels_of("tiny-imagenet", "test")[0]) == 20


@pytest.mark.skipif(not DATA.is_dir(), reason="the whole data sets are not at hand")
def test_the_whole_set_is_learnt_from_and_the_test_is_that_of_the_part(monkeypatch):
    monkeypatch.setenv(data_root.DATA_ROOT, str(DATA))
    assert {"whole-mnist", "whole-fashion-mnist"} <= set(image_sets())
    whole, part = load("whole-mnist"), load("mnist")
    assert whole.inputs.shape == (60_000, 1, 28, 28)
    assert torch.equal(standardised(whole.inputs[:5000], "whole-mnist"), part.inputs)
    assert torch.equal(whole.test_inputs, part.test_inputs)
    run = LiveRun(Settings("Flatten, Linear 10", "whole-mnist"))
    run.advance(steps=3)
    assert run.epochs == pytest.approx(3 * 64 / 60_000)

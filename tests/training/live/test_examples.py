"""What live runs learn from."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision import datasets

from cnnviz.errors import CnnvizError
from cnnviz.training.live.examples import load, sheet

DATA = Path(__file__).parents[4] / "shared" / "data"


@pytest.mark.skipif(not DATA.is_dir(), reason="the whole data sets are not at hand")
@pytest.mark.parametrize(("name", "kind"), [("mnist", datasets.MNIST), ("fashion-mnist", datasets.FashionMNIST)])
def test_the_sheets_are_the_first_images_of_the_whole_sets(name, kind):
    for part, count in (("train", 5000), ("test", 1000)):
        whole = kind(str(DATA), train=part == "train")
        images, labels = sheet(name, part)
        assert np.array_equal(images, whole.data[:count].numpy())
        assert labels.tolist() == whole.targets[:count].tolist()


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_images_are_standardised(name):
    found = load(name)
    assert found.inputs.shape == (5000, 1, 28, 28)
    assert found.test_inputs.shape == (1000, 1, 28, 28)
    assert abs(found.inputs.mean()) < 0.03
    assert abs(found.inputs.std() - 1) < 0.03
    assert len(found.classes) == 10
    assert sorted(set(found.labels.tolist())) == list(range(10))


def test_points_lie_where_their_class_does():
    circles, xor = load("circles"), load("xor")
    radius = circles.inputs.norm(dim=1)
    assert torch.equal(radius < 3, circles.labels == 1)
    assert torch.equal(xor.inputs.prod(dim=1) > 0, xor.labels == 1)
    assert (load("blobs").inputs.sum(dim=1) > 0).float().eq(load("blobs").labels).float().mean() > 0.99
    spiral = load("spiral")
    # Half a turn brings one arm onto the other: the angle less what the radius tells is its class.
    turned = torch.atan2(spiral.inputs[:, 0], spiral.inputs[:, 1]) - 0.7 * torch.pi * spiral.inputs.norm(dim=1)
    assert torch.equal(turned.cos() < 0, spiral.labels == 1)


def test_training_and_test_points_differ_and_a_seed_repeats_them():
    one, same, other = load("xor", noise=0.2), load("xor", noise=0.2), load("xor", noise=0.2, seed=1)
    assert torch.equal(one.inputs, same.inputs)
    assert not torch.equal(one.inputs, other.inputs)
    assert not torch.equal(one.inputs, one.test_inputs)
    assert one.labels.bincount().tolist() == [200, 200]


def test_another_name_is_told():
    with pytest.raises(CnnvizError, match="there are mnist, fashion-mnist, patches, circles"):
        load("rings")

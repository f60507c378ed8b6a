import numpy as np
import torch
from torch import nn

from cnnviz import models
from cnnviz.images import sheet, sheet_labels
from cnnviz.models.lenet_shuffled import Shuffle, order
from cnnviz.probes.shuffled_pixels import first_linear, shuffle, shuffled_answers, shuffled_picture


def digits() -> torch.Tensor:
    card = models.card("mlp-mnist")
    batch = torch.tensor(sheet("digits"))[:, None].float() / 255
    return (batch - card.preprocessing.mean[0]) / card.preprocessing.std[0]


def test_the_shuffle_is_a_permutation_and_always_the_same():
    found = order(784)
    assert sorted(found.tolist()) == list(range(784))
    assert found.equal(order(784))
    assert not found.equal(order(784, seed=1))
    assert not found.equal(torch.arange(784))


def test_the_networks_own_shuffle_is_the_probes():
    batch = torch.randn(2, 3, 5, 4)
    np.testing.assert_array_equal(Shuffle(5, 4)(batch), shuffle(batch, order(20)))


def test_a_shuffled_picture_has_the_same_pixels_and_no_neighbours():
    found = shuffled_picture(sheet("digits")[32], order(784))
    np.testing.assert_array_equal(np.sort(found.pixels.ravel()), np.sort(sheet("digits")[32].ravel()))
    assert found.before > 0.7
    assert abs(found.after) < 0.15
    assert shuffled_picture(np.zeros((4, 4), np.uint8), order(16)).before == 0


def test_a_perceptron_is_the_same_with_its_columns_shuffled_along():
    found = shuffled_answers(models.load("mlp-mnist"), digits(), order(784))
    np.testing.assert_array_equal(found.moved, found.plain)
    assert found.gap < 1e-4
    assert (found.plain == sheet_labels()).mean() > 0.95
    assert (found.shuffled == sheet_labels()).mean() < 0.3


def test_a_convolutional_network_has_no_columns_to_shuffle():
    network = models.load("lenet-relu-mnist")
    found = shuffled_answers(network, digits(), order(784))
    assert found.moved is None
    assert (found.plain == sheet_labels()).mean() > 0.95
    assert (found.shuffled == sheet_labels()).mean() < 0.3


def test_columns_of_several_channels_move_channel_by_channel():
    network = nn.Sequential(nn.Flatten(), nn.Linear(3 * 20, 4)).eval()
    found = shuffled_answers(network, torch.randn(6, 3, 5, 4), order(20))
    assert found.gap < 1e-5
    assert first_linear(nn.Sequential(nn.ReLU())) is None


def test_the_network_that_shuffles_is_the_other_behind_a_shuffle():
    inside, plain = (models.load(name, random_seed=0) for name in ("lenet-relu-shuffled-mnist", "lenet-relu-mnist"))
    weights = {name: value for name, value in inside.state_dict().items() if name != "shuffle.order"}
    plain.load_state_dict(weights)
    batch = torch.randn(2, 1, 28, 28)
    with torch.inference_mode():
        np.testing.assert_allclose(inside(batch), plain(shuffle(batch, order(784))), atol=1e-5)

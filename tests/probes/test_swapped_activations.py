"""Swapped activation functions against the same network written out in torch's functions."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from cnnviz import images, models
from cnnviz.errors import ModelError
from cnnviz.probes.activation_functions import FUNCTIONS
from cnnviz.probes.swapped_activations import BINS, FARTHEST, swapped

LABELS = torch.tensor(images.sheet_labels())
DIGITS = ((torch.tensor(images.sheet("digits")).float() / 255 - 0.1307) / 0.3081)[:, None]


@pytest.fixture(scope="module")
def lenet():
    return models.load("lenet-relu-mnist")


def written_out(model, function):
    """LeNet with ReLU, its functions another: the pre-activations of its three layers, and its scores."""
    with torch.no_grad():
        first = model.conv1(DIGITS)
        second = model.conv2(functional.max_pool2d(function(first), 2))
        third = model.fc1(functional.max_pool2d(function(second), 2).flatten(1))
        return (first, second, third), model.fc2(function(third))


@pytest.mark.parametrize(("name", "function"), [
    ("tanh", torch.tanh),
    ("leaky_relu", functional.leaky_relu),
    ("gelu", functional.gelu),
    ("sigmoid", torch.sigmoid),
])  # fmt: skip
def test_a_swapped_network_is_the_one_written_out(lenet, name, function):
    found = swapped(lenet, DIGITS, LABELS, name, prelu_slope=0.25, threshold=0.05)
    for state, used in ((found.before, torch.relu), (found.after, function)):
        values, scores = written_out(lenet, used)
        assert state.predictions.tolist() == scores.argmax(dim=1).tolist()
        assert state.accuracy == pytest.approx(float((scores.argmax(dim=1) == LABELS).float().mean()))
        assert [layer.name for layer in state.layers] == ["relu1", "relu2", "relu3"]
        for layer, each in zip(state.layers, values, strict=True):
            bins = np.linspace(-FARTHEST, FARTHEST, BINS + 1)
            counts, _ = np.histogram(each.clamp(-FARTHEST, FARTHEST).numpy(), bins)
            # A value on an edge may be counted on either side of it.
            assert abs(counts - layer.counts).sum() <= 1e-4 * each.numel()
            assert layer.counts.sum() == each.numel()
            assert layer.units == each.shape[1]


def test_shares_are_those_of_the_slopes(lenet):
    found = swapped(lenet, DIGITS, LABELS, "tanh", prelu_slope=0.25, threshold=0.1)
    relu, _ = written_out(lenet, torch.relu)
    tanh, _ = written_out(lenet, torch.tanh)
    for before, after, each, other in zip(found.before.layers, found.after.layers, relu, tanh, strict=True):
        assert before.saturated == pytest.approx(float((each <= 0).float().mean()))
        assert before.dead == int((each.movedim(1, 0).flatten(1).amax(dim=1) <= 0).sum())
        assert after.saturated == pytest.approx(float((1 - other.tanh().square() < 0.1).float().mean()), abs=1e-5)


def test_the_network_itself_stays_as_it_is_and_its_own_function_changes_nothing(lenet):
    found = swapped(lenet, DIGITS, LABELS, "relu", prelu_slope=0.25, threshold=0.05)
    assert isinstance(lenet.relu1, nn.ReLU)
    assert not lenet.relu1._forward_pre_hooks
    assert found.before.predictions.tolist() == found.after.predictions.tolist()
    assert found.before.accuracy > 0.95


def test_every_function_fits_every_place(lenet):
    for name in FUNCTIONS:
        found = swapped(lenet, DIGITS[:4], LABELS[:4], name, prelu_slope=0.25, threshold=0.05)
        assert len(found.after.layers) == 3


def test_a_network_without_activation_functions_is_refused_in_a_sentence():
    with pytest.raises(ModelError, match=r"no activation function .*\.$"):
        swapped(nn.Linear(3, 2), torch.ones(1, 3), LABELS[:1], "relu", prelu_slope=0.25, threshold=0.05)

"""Weights under other names -> the network that they were trained in, or a sentence; the oracle is its own output."""

import random

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save
from torch import nn

from cnnviz import models
from cnnviz.errors import ModelError
from cnnviz.models.matching import match
from cnnviz.models.state_dict import CheckpointError
from tests.models.saved import saved

TEXT = "design:1x12x12: Conv 4 3, BatchNorm, ReLU, Conv 4 3, BatchNorm, ReLU, MaxPool 2, Flatten, Linear 8, Linear 5"


class Net(nn.Module):
    """The network of TEXT as a student writes it; `late` makes all normalisations after the convolutions."""

    def __init__(self, names, late=False):
        super().__init__()
        torch.manual_seed(1)
        layers = [nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4)]
        layers += [nn.Linear(64, 8), nn.Linear(8, 5)]
        self.order = names
        for index in (0, 2, 1, 3, 4, 5) if late else range(6):
            self.add_module(names[index], layers[index])
        for tensor in self.state_dict().values():
            if tensor.is_floating_point():
                tensor.uniform_(0.1, 1)
        self.eval()

    def forward(self, x):
        conv1, bn1, conv2, bn2, fc1, fc2 = (getattr(self, name) for name in self.order)
        x = bn2(conv2(bn1(conv1(x)).relu())).relu()
        return fc2(fc1(nn.functional.max_pool2d(x, 2).flatten(1)))


def answers_alike(data, net, file_name="mine.pth"):
    loaded = models.load(TEXT, checkpoint=data, checkpoint_name=file_name)
    batch = torch.rand(2, 1, 12, 12)
    with torch.inference_mode():
        torch.testing.assert_close(loaded(batch), net(batch))
    return models.fit_of(loaded)


OTHERS = ("stem", "norm", "body", "norm2", "hidden", "out")
NUMBERED = ("c1", "b1", "c2", "b2", "f1", "f2")


def test_other_names_fit_by_order_and_shape():
    net = Net(OTHERS)
    fit = answers_alike(saved(net.state_dict()), net)
    assert (fit.by, len(fit.pairs)) == ("order and shape", 16)
    assert str(fit).startswith("16 tensors by order and shape: stem.weight -> conv1.weight, stem.bias -> conv1.bias, ")


def test_the_same_names_fit_by_name_in_whatever_order_they_stand():
    theirs = models.load(TEXT, random_seed=3)
    state = dict(random.sample(list(theirs.state_dict().items()), len(theirs.state_dict())))
    assert str(answers_alike(saved(state), theirs)) == "18 tensors by name"
    assert models.fit_of(theirs) is None


def test_layers_made_in_another_order_are_told_apart_by_their_numbers():
    net = Net(NUMBERED, late=True)
    assert answers_alike(saved(net.state_dict()), net).by == "order and shape"


def test_a_file_that_keeps_no_order_is_told_apart_by_its_numbers():
    net = Net(("z2", "n9", "z10", "n10", "a", "b"))
    answers_alike(save(net.state_dict()), net, "mine.safetensors")
    answers_alike(saved(dict(sorted(net.state_dict().items()))), net)


def test_counters_may_be_missing_and_other_precisions_are_converted():
    net = Net(OTHERS)
    state = {n: t.double() for n, t in net.state_dict().items() if not n.endswith("num_batches_tracked")}
    answers_alike(saved(state), net)
    whole = {n: (t * 9).to(torch.int8) for n, t in net.state_dict().items()}
    for name, tensor in net.state_dict().items():
        tensor.copy_(whole[name])
    answers_alike(saved(whole), net)


@pytest.mark.parametrize("names", [OTHERS, NUMBERED])
def test_what_cannot_be_told_apart_is_refused(names):
    state = Net(names if names is OTHERS else ("a", "b", "c", "x", "d", "e"), late=True).state_dict()
    with pytest.raises(CheckpointError, match=r"does not fit the network: .* and .* could each be either of two"):
        models.load(TEXT, checkpoint=saved(state))
    with pytest.raises(CheckpointError, match=r"norm and norm2 could each be either of two layers \(4\); number them"):
        models.load(TEXT, checkpoint=save(Net(OTHERS).state_dict()))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"body.weight": (4, 4, 5, 5)},
            "conv2.weight, which should be 4x4x3x3, and body.weight is 4x4x5x5 in",
        ),
        ({"out.weight": (9, 8)}, "fc2.weight, which should be 5x8, and out.weight is 9x8 in the file"),
        ({"more.weight": (3, 5)}, "the network has no place for more.weight, which is 3x5 (it holds 17 tensors and"),
        ({"out.bias": None}, "fc2.bias should be 5, and the file has no such tensor left (it holds 15 tensors and"),
    ],
)
@pytest.mark.parametrize("write", [saved, save])
def test_the_first_tensor_that_does_not_fit_is_named_with_both_sizes(change, says, write):
    state = dict(Net(OTHERS).state_dict())
    for name, size in change.items():
        state[name] = torch.ones(size or 1)
        if size is None:
            del state[name]
    with pytest.raises(CheckpointError) as caught:
        models.load(TEXT, checkpoint=write(state), checkpoint_name="mine.pth")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_weight_is_no_bias_though_they_have_one_shape():
    expected = {"0.weight": torch.zeros(4), "0.bias": torch.zeros(4)}
    assert match({"a.bias": torch.zeros(4), "a.weight": torch.zeros(4)}, expected).pairs == (
        ("a.weight", "0.weight"),
        ("a.bias", "0.bias"),
    )
    assert match({"a.gamma": torch.zeros(4), "a.beta": torch.zeros(4)}, expected).pairs == (
        ("a.gamma", "0.weight"),
        ("a.beta", "0.bias"),
    )


def test_nearly_the_same_names_are_told_by_name():
    state = dict(models.load(TEXT).state_dict())
    state["fc2.weight"], state["fc2.bias"] = torch.zeros(9, 8), torch.zeros(9)
    with pytest.raises(CheckpointError, match="it has 9 classes and should have 5"):
        models.load(TEXT, checkpoint=saved(state))


def test_numbers_that_are_not_finite_are_refused():
    state = Net(OTHERS).state_dict()
    state["out.bias"][0] = float("nan")
    with pytest.raises(ModelError, match=r"not finite in 1 of its tensors, first in fc2\.bias"):
        models.load(TEXT, checkpoint=saved(state))


@given(st.lists(st.sampled_from([(3,), (3, 3), (2, 3)]), max_size=6), st.randoms(use_true_random=False), st.booleans())
def test_a_match_pairs_every_tensor_with_one_of_its_shape(shapes, chance, ordered):
    expected = {f"{index}.weight": torch.zeros(shape) for index, shape in enumerate(shapes)}
    mixed = chance.sample(shapes, len(shapes))
    state = {f"layer{index}.weight": torch.zeros(shape) for index, shape in enumerate(mixed)}
    fit = match(state, expected, ordered=ordered)
    # Within one shape the numbers decide, so that a match is always found.
    assert sorted(ours for _, ours in fit.pairs) == sorted(expected)
    assert sorted(theirs for theirs, _ in fit.pairs) == sorted(state)
    assert all(state[theirs].shape == expected[ours].shape for theirs, ours in fit.pairs)
    for shape in set(shapes):
        alike = [theirs for theirs, ours in fit.pairs if expected[ours].shape == shape]
        assert alike == sorted(alike)

"""Weights as trainers write them, in wrappers, beside other things -> the network, whose own tensors are the oracle."""

import argparse
from collections import OrderedDict

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save
from torch import nn
from torch.optim.swa_utils import AveragedModel

from cnnviz.errors import ModelError
from cnnviz.models import checkpoints, fitting
from cnnviz.models.state_dict import CheckpointError
from tests.models.saved import saved


def network(seed=0, **more):
    torch.manual_seed(seed)
    layers = {"conv1": nn.Conv2d(1, 4, 3), "bn1": nn.BatchNorm2d(4), "layer": nn.Sequential(nn.Conv2d(4, 4, 3))}
    return nn.Sequential(OrderedDict({**layers, **more, "fc": nn.Linear(4, 3)}))


def fitted(data, model=None, **settings):
    """The network that a file's bytes were put into, and the account."""
    model = model or network(seed=9)
    return model, fitting.fit(model, checkpoints.read(data, "x.pth"), "x.pth", architecture="the network", **settings)


def same(model, other):
    mine, theirs = model.state_dict(), other.state_dict()
    return list(mine) == list(theirs) and all(torch.equal(mine[name], theirs[name]) for name in mine)


TRAINED = network()
STATE = TRAINED.state_dict()


def prefixed(prefix, state):
    return OrderedDict((prefix + name, tensor) for name, tensor in state.items())


WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "network", "module", "generator", "ema", "model_ema")
OTHERS = ("state_dict_ema", "params", "params_ema", "_orig_mod", "backbone", "encoder", "net_G", "weights", "student")
WORDS = st.sampled_from(WRAPPERS + OTHERS)
BESIDE = st.dictionaries(
    st.sampled_from(["criterion.weight", "loss.center", "n_averaged", "step", "head.weight", "decoder.0.bias", "mean"]),
    st.builds(torch.rand, st.sampled_from([(), (1,), (3,)])),
    max_size=3,
)
PLAIN = {"epoch": 3, "args": argparse.Namespace(lr=0.1), "best": 0.5, "history": [0.3, None], "arch": "mine"}


@given(st.lists(st.tuples(WORDS, st.booleans(), BESIDE), min_size=1, max_size=5))
def test_wrappers_and_prefixes_in_any_order_are_taken_off(layers):
    found, others, path = STATE, 0, ""
    for word, as_key, beside in layers:
        found = {**beside, **PLAIN, word: found} if as_key else {**prefixed(f"{word}.", found), **beside}
        # A prefix is put before names of tensors alone.
        if not as_key and any(not isinstance(value, torch.Tensor) for value in found.values()):
            return
        others, path = others + len(beside), f"{word}.{path}"
    model, fit = fitted(saved(found))
    assert same(model, TRAINED)
    assert (fit.by, len(fit.pairs), fit.part) == ("name", len(STATE), path)
    assert len(fit.left_out) <= others
    assert bool(fit.left_out) == bool(others)


@pytest.mark.parametrize(
    ("found", "account"),
    [
        (STATE, "11 tensors by name"),
        ({"state_dict": prefixed("model.", STATE), "epoch": 3}, "11 tensors by name; from state_dict.model"),
        (
            {"state_dict": STATE, "state_dict_ema": network(1).state_dict()},
            "11 tensors by name; from state_dict; left out: state_dict_ema.* (10 tensors)",
        ),
        (
            {**prefixed("model.", STATE), "criterion.pos_weight": torch.ones(3)},
            "11 tensors by name; from model; left out: criterion.pos_weight",
        ),
        ({**STATE, "criterion.weight": torch.ones(3)}, "11 tensors by name; left out: criterion.weight"),
        ({**STATE, "mean": torch.rand(3, 1, 1)}, "11 tensors by name; left out: mean"),
        (
            {**STATE, "total_ops": torch.zeros(1), "fc.total_ops": torch.zeros(1)},
            "11 tensors by name; left out: *.total_ops (2 tensors)",
        ),
    ],
)
def test_the_account_says_what_was_taken_and_what_was_left_out(found, account):
    model, fit = fitted(saved(found))
    assert same(model, TRAINED)
    assert str(fit) == account


def test_a_networks_own_weights_come_before_their_average_wherever_they_stand():
    for found in (
        {"model_ema": network(1).state_dict(), "model": STATE},
        {**prefixed("teacher.", network(1).state_dict()), **prefixed("student.", STATE)},
    ):
        assert same(fitted(saved(found))[0], TRAINED)


def test_an_optimisers_state_is_never_taken_for_weights():
    by_name = {name: torch.zeros_like(tensor) for name, tensor in STATE.items()}
    found = {"optimizer": {"exp_avg": by_name, "state": {0: {"step": torch.ones(())}}}, "model": STATE}
    model, fit = fitted(saved(found))
    assert same(model, TRAINED)
    assert fit.left_out == ("optimizer.* (11 tensors)",)
    with pytest.raises(ModelError, match="holds no state_dict"):
        fitted(saved({"optimizer": {"exp_avg": by_name}}), any_names=True)


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda: nn.DataParallel(network()).state_dict(),
        lambda: AveragedModel(network()).state_dict(),
        lambda: prefixed("_orig_mod.", nn.DataParallel(network()).state_dict()),
        # A wrapper around one layer only, as in PyTorch's own example for VGG and AlexNet.
        lambda: {name.replace("layer.", "layer.module."): tensor for name, tensor in STATE.items()},
        lambda: {name.replace("conv1.", "conv1._orig_mod."): tensor for name, tensor in STATE.items()},
        # A backbone with a head of its own beside it.
        lambda: {f"{'' if name.startswith('fc') else 'backbone.'}{name}": tensor for name, tensor in STATE.items()},
    ],
)
def test_what_wrappers_do_to_names_is_undone(wrapped):
    assert same(fitted(saved(wrapped()))[0], TRAINED)


@pytest.mark.parametrize(
    ("file", "model", "says"),
    [
        # All of the smaller network's tensors are in the file; what more there is would be missing without a word.
        (lambda: network(conv2=nn.Conv2d(4, 4, 3)), network, r"2 are unexpected \(conv2\.weight, conv2\.bias\)"),
        (lambda: network(bn2=nn.BatchNorm2d(4)), network, r"4 are unexpected \(bn2\.weight"),
        (network, lambda: network(bn2=nn.BatchNorm2d(4)), r"4 tensors are missing \(bn2\.weight"),
    ],
)
def test_a_network_with_more_layers_is_another_network(file, model, says):
    data = saved({"state_dict": file().state_dict(), "epoch": 1})
    with pytest.raises(CheckpointError, match=rf"x\.pth \(its part state_dict\) does not fit the network: {says}"):
        fitted(data, model())


def test_of_what_does_not_fit_the_nearest_part_is_told():
    other = network(layer=nn.Sequential(nn.Conv2d(4, 4, 5))).state_dict()
    found = {"generator": nn.Linear(9, 9).state_dict(), "net": prefixed("module.", other)}
    with pytest.raises(CheckpointError) as caught:
        fitted(saved(found))
    assert str(caught.value) == (
        "x.pth (its part net.module) does not fit the network: "
        "1 is misshapen (layer.0.weight is 4x4x5x5 in the file and should be 4x4x3x3)."
    )


def test_any_names_are_matched_in_a_wrapper_too():
    theirs = OrderedDict((f"net.{index}.{name.rpartition('.')[2]}", STATE[name]) for index, name in enumerate(STATE))
    found = {"state_dict": {**theirs, "criterion.weight": torch.ones(3)}, "optimizer": {"x": torch.ones(2)}}
    model, fit = fitted(saved(found), any_names=True)
    assert all(torch.equal(model.state_dict()[name], STATE[name]) for name in STATE if "num_batches" not in name)
    assert (fit.by, fit.part) == ("order and shape", "state_dict.net.")
    assert fit.left_out == ("state_dict.criterion.weight", "optimizer.x")
    with pytest.raises(CheckpointError, match="does not fit"):
        fitted(saved(found))


@pytest.mark.parametrize("versions", [5, {"": 5}, {"": {"version": "x"}}, {"fc": {"version": -1}}, {3: {}}])
def test_a_layouts_version_of_the_wrong_kind_changes_nothing(versions):
    state = OrderedDict(STATE)
    state._metadata = versions
    assert same(fitted(saved({"model": state}))[0], TRAINED)


@given(st.data())
def test_a_safetensors_file_of_any_name_and_order_fits(data):
    names = data.draw(st.permutations(list(STATE)))
    prefix = data.draw(st.sampled_from(["", "module.", "net.model."]))
    model, fit = fitted(save({prefix + name: STATE[name] for name in names}))
    assert same(model, TRAINED)
    assert fit.part == prefix

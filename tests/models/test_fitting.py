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
            {"state_dict": network(1).state_dict(), "state_dict_ema": STATE},
            "11 tensors by name; from state_dict_ema, though state_dict fits as well; "
            "left out: state_dict.* (10 tensors)",
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


RAW = network(1).state_dict()


@pytest.mark.parametrize("any_names", [False, True])
@pytest.mark.parametrize(
    ("found", "part", "others"),
    [
        ({"model": RAW, "model_ema": STATE}, "model_ema.", ("model",)),
        ({"state_dict_ema": STATE, "epoch": 3, "state_dict": RAW}, "state_dict_ema.", ("state_dict",)),
        (
            {"state_dict": {**prefixed("net.", RAW), **prefixed("ema_net.module.", STATE)}},
            "state_dict.ema_net.module.",
            ("state_dict.net",),
        ),
        ({"swa": prefixed("module.", STATE), "model": {"state_dict": RAW}}, "swa.module.", ("model.state_dict",)),
        ({"params": RAW, "params_ema": STATE, "ema": {"decay": torch.ones(())}}, "params_ema.", ("params",)),
        # Nobody publishes a teacher of self-distillation, or the target of a momentum encoder.
        ({**prefixed("teacher.", RAW), **prefixed("student.", STATE)}, "student.", ("teacher",)),
        # Half an average is none.
        ({"model_ema": dict(list(RAW.items())[:4]), "model": STATE}, "model.", ()),
        ({"a": STATE, "b": RAW, "c": network(2).state_dict()}, "a.", ("b", "c")),
    ],
)
def test_of_several_that_fit_the_average_is_taken_and_the_others_are_named(found, part, others, any_names):
    model, fit = fitted(saved(found), any_names=any_names)
    assert same(model, TRAINED)
    assert (fit.part, fit.others) == (part, others)
    # Under names of somebody's own it is the same.
    if any_names:
        renamed = nn.Sequential(network(7))
        found = checkpoints.read(saved(found), "x")
        fit = fitting.fit(renamed, found, "x", architecture="it", any_names=True)
        assert (fit.by, fit.part.rstrip("."), fit.others) == ("order and shape", part.rstrip("."), others)
        assert same(renamed[0], TRAINED)


@pytest.mark.parametrize(
    "beside",
    [
        {"arcface.kernel": (4, 90)},
        {"head_of_training.W": (90, 3)},
        {"margin.weight": (90, 3), "margin.s": ()},
        {"center_loss.centers": (90, 3)},
        {"centers": (90, 3)},
        {"ArcMarginProduct.weight": (90, 3)},
        {"CosFace.weight": (90, 3), "CosFace.bias": (90,)},
        {"loss_fn.proxies": (9, 3), "loss_fn.temperature": (1,)},
        {"losses.triplet.margin": (), "losses.am_softmax.fc.weight": (9, 3)},
        {"criterion.weight": (3,), "criterion.head.0.weight": (4, 4, 1, 1)},
        {"metric_fc.weight": (9, 3)},
        {"fc_loss.weight": (3, 3), "proxy.weight": (9, 3), "prototypes": (9, 3)},
    ],
)
def test_the_head_of_a_loss_is_left_out_and_named(beside):
    tensors = {name: torch.rand(size) for name, size in beside.items()}
    for found in ({**STATE, **tensors}, {"state_dict": {**prefixed("model.", STATE), **prefixed("model.", tensors)}}):
        model, fit = fitted(saved(found))
        assert same(model, TRAINED)
        assert sum(int(name.split("(")[1].split()[0]) if "(" in name else 1 for name in fit.left_out) == len(beside)


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
        (lambda: network(neck=nn.Linear(4, 4, bias=False)), network, r"1 is unexpected \(neck\.weight"),
        (lambda: network(attend=nn.MultiheadAttention(4, 1)), network, r"4 are unexpected \(attend\.in_proj_weight"),
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

"""The account of what does not fit, against what PyTorch itself finds."""

import re
from collections import OrderedDict

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz.errors import ModelError
from cnnviz.models.state_dict import CheckpointError, Misshapen, account, fill


def network(classes=10):
    torch.manual_seed(0)
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(3, 4, 5), bn=nn.BatchNorm2d(4), pool=nn.AdaptiveAvgPool2d(1), fc=nn.Linear(4, classes)
        )
    )


NAMES = [n for n in network().state_dict() if not n.endswith("num_batches_tracked")]


@given(
    st.sets(st.sampled_from(NAMES)),
    st.sets(st.sampled_from(NAMES)),
    st.sets(st.text("abc.", min_size=1).filter(lambda n: n not in NAMES)),
)
def test_the_account_is_pytorchs_own(missing, misshapen, unexpected):
    model = network()
    state = dict(model.state_dict())
    for name in misshapen:
        state[name] = torch.zeros(*state[name].shape, 2)
    for name in missing:
        del state[name]
    state |= dict.fromkeys(unexpected, torch.zeros(1))
    found = account(state, model.state_dict())

    fitting = {n: t for n, t in state.items() if n not in misshapen}
    told = model.load_state_dict(fitting, strict=False)
    assert set(found.missing) | {m.name for m in found.misshapen} == set(told.missing_keys)
    assert set(found.unexpected) == set(told.unexpected_keys)
    assert {m.name for m in found.misshapen} == misshapen - missing
    assert bool(found) == bool(told.missing_keys or told.unexpected_keys)
    for m in found.misshapen:
        with pytest.raises(RuntimeError, match="size mismatch"):
            network().load_state_dict({**network().state_dict(), m.name: state[m.name]})


def test_the_sentence_has_counts_names_and_sizes():
    state = dict(network().state_dict())
    state["conv.weight"] = torch.zeros(4, 3, 7, 7)
    del state["bn.weight"], state["bn.bias"], state["fc.weight"], state["fc.bias"]
    state["head"] = torch.zeros(2)
    with pytest.raises(CheckpointError) as caught:
        fill(network(), state, "mine.pth", architecture="a small network")
    assert str(caught.value) == (
        "mine.pth does not fit a small network: "
        "4 tensors are missing (bn.weight, bn.bias, fc.weight and 1 more); "
        "1 is unexpected (head); "
        "1 is misshapen (conv.weight is 4x3x7x7 in the file and should be 4x3x5x5)."
    )
    assert caught.value.account.misshapen == (Misshapen("conv.weight", (4, 3, 7, 7), (4, 3, 5, 5)),)
    assert caught.value.account.missing == ("bn.weight", "bn.bias", "fc.weight", "fc.bias")


def test_another_number_of_classes_is_said_plainly():
    with pytest.raises(CheckpointError, match=r"it has 37 classes and should have 10 \(fc\.weight is 37x4 in the file"):
        fill(network(10), network(37).state_dict(), "pets.pth", architecture="the network")


def test_nothing_is_copied_when_something_does_not_fit():
    model, before = network(), network().state_dict()
    other = {n: t + 1 for n, t in before.items() if n != "fc.bias"}
    with pytest.raises(CheckpointError):
        fill(model, other, "x.pth", architecture="the network")
    assert all(torch.equal(t, before[n]) for n, t in model.state_dict().items())


@pytest.mark.parametrize("precision", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_become_single(precision):
    model = network()
    state = {n: t.to(precision) if t.is_floating_point() else t for n, t in model.state_dict().items()}
    target = network()
    for p in target.parameters():
        nn.init.zeros_(p)
    fill(target, state, "x.pth", architecture="the network")
    for name, tensor in target.state_dict().items():
        assert tensor.dtype == model.state_dict()[name].dtype
        assert torch.equal(tensor, state[name].to(tensor.dtype))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e300])
def test_numbers_that_are_not_finite_are_refused(number):
    state = dict(network().state_dict())
    state["fc.bias"] = torch.full((10,), number, dtype=torch.float64)
    with pytest.raises(ModelError, match=re.escape("not finite in 1 of its tensors, first in fc.bias")):
        fill(network(), state, "x.pth", architecture="the network")


def test_old_files_without_batch_counters_fit():
    state = {n: t for n, t in network().state_dict().items() if not n.endswith("num_batches_tracked")}
    fill(network(), state, "x.pth", architecture="the network")

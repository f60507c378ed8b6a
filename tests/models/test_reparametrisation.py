"""Weights that a file keeps as their parts: torch's own pruned and normalised networks are the oracle."""

from collections import OrderedDict

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import parametrizations, prune
from torch.nn.utils import spectral_norm as old_spectral_norm
from torch.nn.utils import weight_norm as old_weight_norm

from cnnviz import models
from cnnviz.models import checkpoints, fitting
from cnnviz.models.state_dict import CheckpointError
from tests.models.saved import saved

# Square weights too: there a transposed convolution's sizes don't tell its outputs from its inputs.
LAYERS = {
    "convolution": lambda: nn.Conv2d(3, 5, (2, 3)),
    "square": lambda: nn.Conv2d(16, 16, 3),
    "one output": lambda: nn.Conv2d(4, 1, 1),
    "grouped, no bias": lambda: nn.Conv2d(4, 6, 3, groups=2, bias=False),
    "linear": lambda: nn.Linear(6, 3),
    "square linear": lambda: nn.Linear(4, 4),
    "transposed": lambda: nn.ConvTranspose2d(3, 5, 2),
    "square, transposed": lambda: nn.ConvTranspose2d(64, 64, 3),
    "along time": lambda: nn.Conv1d(4, 4, 3),
}


def pruned(layer):
    prune.l1_unstructured(layer, "weight", amount=0.4)


def pruned_twice(layer):
    prune.random_unstructured(layer, "weight", amount=0.3)
    prune.ln_structured(layer, "weight", amount=1, n=2, dim=0)
    if layer.bias is not None:
        prune.random_unstructured(layer, "bias", amount=1)


def spectral_after_steps(layer):
    parametrizations.spectral_norm(layer)
    for _ in range(3):
        layer.weight.sum().backward()
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter -= 0.001 * parameter.grad if parameter.grad is not None else 0


def old_spectral_after_steps(layer):
    old_spectral_norm(layer, n_power_iterations=15)
    for hook in layer.train()._forward_pre_hooks.values():
        hook(layer, None)


WAYS = {
    "pruned": pruned,
    "pruned twice, and its bias": pruned_twice,
    "weight_norm": parametrizations.weight_norm,
    "weight_norm of the inputs": lambda layer: parametrizations.weight_norm(layer, dim=1),
    "weight_norm of the whole": lambda layer: parametrizations.weight_norm(layer, dim=None),
    "weight_norm of old": old_weight_norm,
    "weight_norm of old, of the whole": lambda layer: old_weight_norm(layer, dim=None),
    "spectral_norm": parametrizations.spectral_norm,
    "spectral_norm, trained": spectral_after_steps,
    "spectral_norm of old": old_spectral_after_steps,
    "weight_norm of old, pruned": lambda layer: (old_weight_norm(layer), prune.l1_unstructured(layer, "weight_v", 0.5)),
}


def effective(layer):
    """The tensors that a layer computes with, in eval mode, by the names that they have without any of this."""
    layer.eval()
    # An old hook computes the weight before a pass, and pruning anew what it is made of.
    for hook in layer._forward_pre_hooks.values():
        hook(layer, None)
    bias = {} if layer.bias is None else {"bias": layer.bias.detach()}
    return {"weight": layer.weight.detach(), **bias}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", LAYERS)
def test_the_weight_is_the_one_that_torch_computes(kind, way):
    torch.manual_seed(3)
    layer, plain = LAYERS[kind](), LAYERS[kind]()
    WAYS[way](layer)
    wanted = effective(layer)
    holder = nn.Sequential(OrderedDict(first=layer))
    data = saved({"state_dict": holder.state_dict(), "criterion.weight": torch.ones(3)})
    target = nn.Sequential(OrderedDict(first=plain))
    fit = fitting.fit(target, checkpoints.read(data, "x.pth"), "x.pth", architecture="the network")
    assert list(target.state_dict()) == [f"first.{name}" for name in wanted]
    assert all(torch.equal(target.state_dict()[f"first.{name}"], tensor) for name, tensor in wanted.items())
    assert fit.left_out == ("criterion.weight",)
    assert fit.computed
    assert all(
        each.startswith(("state_dict.first.weight from ", "state_dict.first.bias from")) for each in fit.computed
    )


@pytest.mark.filterwarnings("ignore")
@given(st.lists(st.sampled_from(sorted(WAYS)), min_size=3, max_size=3), st.integers(0, 2**31))
def test_networks_of_several_kinds_are_matched_by_order_and_shape(ways, seed):
    torch.manual_seed(seed)
    layers = nn.Conv2d(1, 3, 3), nn.Conv2d(3, 3, 3), nn.Linear(12, 2)
    theirs = nn.ModuleDict(dict(zip(("c1", "c2", "out"), layers, strict=True)))
    ours = nn.Sequential(nn.Conv2d(1, 3, 3), nn.Conv2d(3, 3, 3), nn.Flatten(), nn.Linear(12, 2))
    for layer, way in zip(layers, ways, strict=True):
        WAYS[way](layer)
    wanted = [tensor for layer in layers for tensor in effective(layer).values()]
    found = checkpoints.read(saved({"net": theirs.state_dict()}), "x")
    fit = fitting.fit(ours, found, "x", architecture="it", any_names=True)
    assert fit.by == "order and shape"
    assert all(torch.equal(a, b) for a, b in zip(ours.state_dict().values(), wanted, strict=True))


def test_the_account_names_what_a_weight_was_computed_from():
    layer = nn.Linear(784, 10)
    pruned(layer)
    network = models.load("design:1x28x28: Flatten, Linear 10", checkpoint=saved(layer.state_dict()))
    assert str(models.fit_of(network)) == (
        "2 tensors by order and shape: weight -> fc1.weight, bias -> fc1.bias; "
        "computed: weight from weight_orig and weight_mask"
    )


@pytest.mark.parametrize("any_names", [False, True])
def test_a_pruned_average_comes_before_the_weights_of_the_last_step_as_any_average_does(any_names):
    average, last, ours = (nn.Sequential(nn.Linear(3, 2)) for _ in range(3))
    pruned(average[0])
    theirs = "fc." if any_names else "0."
    found = {
        key: {name.replace("0.", theirs): tensor for name, tensor in network.state_dict().items()}
        for key, network in {"model": last, "model_ema": average}.items()
    }
    fit = fitting.fit(ours, checkpoints.read(saved(found), "x"), "x", architecture="it", any_names=any_names)
    assert (fit.part, fit.others) == ("model_ema.", ("model",))
    assert torch.equal(ours[0].weight, average[0].weight)
    assert len(fit.computed) == 1


def test_a_network_that_is_normalised_itself_takes_the_parts_as_they_are():
    theirs, ours = (nn.Sequential(parametrizations.weight_norm(nn.Linear(3, 2))) for _ in range(2))
    fit = fitting.fit(ours, checkpoints.read(saved(theirs.state_dict()), "x"), "x", architecture="the network")
    assert not fit.computed
    assert torch.equal(ours[0].weight, theirs[0].weight)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("layout", ["to_sparse", "to_sparse_csr", "to_sparse_csc"])
def test_sparse_weights_are_their_numbers(layout):
    theirs, ours = nn.Linear(40, 30), nn.Linear(40, 30)
    pruned(theirs)
    state = {"weight": getattr(theirs.weight.detach(), layout)(), "bias": theirs.bias.detach()}
    fitting.fit(ours, checkpoints.read(saved(state), "x"), "x", architecture="the network")
    assert torch.equal(ours.weight, theirs.weight)


def test_a_sparse_tensor_of_a_strangers_places_or_size_is_one_sentence(monkeypatch):
    places, values = torch.tensor([[0, 70]]), torch.ones(2)
    outside = torch.sparse_coo_tensor(places, values, (3,), check_invariants=False)
    with pytest.raises(checkpoints.ModelError, match=r"^x is no whole PyTorch checkpoint"):
        checkpoints.read(saved({"w": outside}), "x")
    huge = torch.sparse_coo_tensor(torch.zeros(2, 1, dtype=torch.long), torch.ones(1), (100_000, 100_000))
    with pytest.raises(
        checkpoints.ModelError, match=r"x holds sparse tensors that would take more than 600 MB \(100000x"
    ):
        checkpoints.read(saved({"w": huge}), "x")


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).mT


@pytest.mark.parametrize(
    "change",
    [
        lambda layer: nn.utils.parametrize.register_parametrization(layer, "weight", Symmetric()),
        parametrizations.orthogonal,
        # Two, one after the other.
        lambda layer: parametrizations.spectral_norm(parametrizations.spectral_norm(layer)),
    ],
)
def test_any_other_parametrisation_is_told_with_what_to_do(change):
    layer = nn.Linear(4, 4)
    change(layer)
    data = saved(nn.Sequential(layer).state_dict())
    with pytest.raises(CheckpointError) as caught:
        fitting.fit(nn.Sequential(nn.Linear(4, 4)), checkpoints.read(data, "x"), "x", architecture="the network")
    assert str(caught.value) == (
        "x does not fit the network: it keeps the weight of 0 as what a parametrization computes it from; call "
        'torch.nn.utils.parametrize.remove_parametrizations(layer, "weight") for each such layer, '
        "and save the state dict then."
    )


def test_where_nobody_trained_it_a_square_spectral_norm_does_not_tell_its_axis():
    torch.manual_seed(1)
    layer, target = old_spectral_norm(nn.ConvTranspose2d(9, 9, 1)), nn.ConvTranspose2d(9, 9, 1)
    with pytest.raises(CheckpointError, match=r"keeps the weight of the network as weight_orig, .*remove_spectral"):
        fitting.fit(target, checkpoints.read(saved(layer.state_dict()), "x"), "x", architecture="it")


@pytest.mark.filterwarnings("ignore")
def test_a_quantised_network_is_called_that_and_one_trained_for_it_is_taken():
    from torch.ao import quantization

    network = nn.Sequential(OrderedDict(conv=nn.Conv2d(1, 2, 3), fc=nn.Linear(2, 2)))
    dynamic = quantization.quantize_dynamic(network, {nn.Linear}, dtype=torch.qint8)
    says = r"it holds a quantised network, first in fc, whose weights are .*; save the state dict of the network before"
    with pytest.raises(CheckpointError, match=says):
        fitting.fit(network, checkpoints.read(saved(dynamic.state_dict()), "x"), "x", architecture="the network")

    aware = nn.Sequential(OrderedDict(conv=nn.Conv2d(1, 2, 3), fc=nn.Linear(2, 2))).train()
    aware.qconfig = quantization.get_default_qat_qconfig("fbgemm")
    quantization.prepare_qat(aware, inplace=True)
    fitting.fit(network, checkpoints.read(saved(aware.state_dict()), "x"), "x", architecture="the network")
    assert torch.equal(network.conv.weight, aware.conv.weight)
    assert torch.equal(network.fc.bias, aware.fc.bias)

"""Stochastic depth against torchvision's own modules, and against blocks taken out by hand."""

import copy

import numpy as np
import pytest
import timm
import torch
import torchvision
from torch import nn

from cnnviz.models.cifar_resnet import network as cifar_resnet
from cnnviz.probes.residual import additions
from cnnviz.probes.stochastic_depth import drawn, scores, survival

SIDE = 32


@pytest.fixture(scope="module")
def batch():
    return torch.randn(3, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))


def blocks_of(network, batch):
    return [each.name.rpartition(".")[0] for each in additions(network, batch[:1])]


@pytest.fixture(scope="module", params=["resnet18", "efficientnet_b0", "tf_efficientnet_lite0"])
def network(request):
    torch.manual_seed(0)
    if request.param.startswith("tf_"):
        return timm.create_model(request.param, pretrained=False).eval()
    return torchvision.models.get_model(request.param, weights=None).eval()


def test_with_all_blocks_the_answer_is_the_networks(network, batch):
    blocks = len(blocks_of(network, batch))
    everything = np.ones((3, blocks), bool)
    torch.testing.assert_close(scores(network, batch, everything, 1.0), network(batch))
    # And it is left as it was.
    assert not any(module._forward_hooks for module in network.modules())


def test_a_block_that_is_left_out_hands_its_input_on(network, batch):
    names = blocks_of(network, batch)
    # The last one whose shortcut is an identity.
    at = max(i for i, name in enumerate(names) if getattr(network.get_submodule(name), "downsample", None) is None)
    without = copy.deepcopy(network)
    parent, _, child = names[at].rpartition(".")
    last = nn.ReLU() if "layer" in parent else nn.Identity()
    without.get_submodule(parent)[int(child)] = last
    running = np.ones((3, len(names)), bool)
    running[1, at] = False
    found = scores(network, batch, running, 1.0)
    torch.testing.assert_close(found[1], without(batch)[1])
    torch.testing.assert_close(found[[0, 2]], network(batch)[[0, 2]])


def test_the_draws_are_those_of_torchvisions_module_in_training():
    last, count = 0.4, 12
    found = drawn(5, last, count=count, seed=3)
    torch.manual_seed(3)
    modules = [torchvision.ops.StochasticDepth(1 - chance, "row").train() for chance in survival(5, last).tolist()]
    own = [module(torch.ones(count, 2, 4, 4))[:, 0, 0, 0] for module in modules]
    np.testing.assert_array_equal(found, torch.stack(own, 1).numpy() > 0)


def test_survival_by_hand_and_in_the_mean():
    np.testing.assert_allclose(survival(4, 0.5), [0.875, 0.75, 0.625, 0.5])
    np.testing.assert_allclose(drawn(4, 0.5, count=4000, seed=0).mean(axis=0), survival(4, 0.5), atol=0.03)


def test_a_branch_that_runs_is_divided_by_its_probability(batch):
    torch.manual_seed(0)
    network = torchvision.models.efficientnet_b0(weights=None, stochastic_depth_prob=0.0).eval()
    blocks = len(blocks_of(network, batch))
    running = np.ones((3, blocks), bool)
    doubled = copy.deepcopy(network)
    own = [each.stochastic_depth for each in doubled.modules() if getattr(each, "use_res_connect", False)]
    for block, chance in zip(own, survival(blocks, 0.5).tolist(), strict=True):
        block.register_forward_hook(lambda module, given, output, chance=chance: output / chance)
    torch.testing.assert_close(scores(network, batch, running, 0.5), doubled(batch))


@pytest.mark.parametrize("name", ["regnet_x_400mf", "convnext_tiny"])
def test_every_network_that_adds_has_blocks(name, batch):
    """Whatever torchvision calls them: as many as are prepared there for it, or have a shortcut."""
    torch.manual_seed(0)
    network = torchvision.models.get_model(name, weights=None).eval()
    own = {at: each for at, each in network.named_modules() if type(each).__name__ in ("ResBottleneckBlock", "CNBlock")}
    assert blocks_of(network, batch) == list(own)
    running = np.ones((3, len(own)), bool)
    running[1, -1] = False
    found = scores(network, batch, running, 1.0)
    for block in list(own.values())[-1:]:
        last = block.f if hasattr(block, "f") else block.block
        last.register_forward_hook(
            lambda module, given, output: output * torch.tensor([1.0, 0, 1])[:, None, None, None]
        )
    torch.testing.assert_close(found, network(batch))


def test_the_recipes_own_residual_network_has_blocks():
    network, batch = cifar_resnet(8, residual=True).eval(), torch.randn(2, 1, 14, 14)
    blocks = len(blocks_of(network, batch))
    assert blocks == 3
    with torch.no_grad():
        torch.testing.assert_close(scores(network, batch, np.ones((2, blocks), bool), 1.0), network(batch))

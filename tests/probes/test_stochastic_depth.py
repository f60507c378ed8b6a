"""Stochastic depth against torchvision's own modules, and against blocks taken out by hand."""

import copy

import numpy as np
import pytest
import timm
import torch
import torchvision
from torch import nn

from cnnviz.probes.stochastic_depth import branches, drawn, scores, survival

SIDE = 32


@pytest.fixture(scope="module")
def batch():
    return torch.randn(3, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module", params=["resnet18", "efficientnet_b0", "tf_efficientnet_lite0"])
def network(request):
    torch.manual_seed(0)
    if request.param.startswith("tf_"):
        return timm.create_model(request.param, pretrained=False).eval()
    return torchvision.models.get_model(request.param, weights=None).eval()


def test_with_all_blocks_the_answer_is_the_networks(network, batch):
    blocks = len(branches(network))
    everything = np.ones((3, blocks), bool)
    torch.testing.assert_close(scores(network, batch, everything, 1.0), network(batch))
    # And it is left as it was.
    assert not any(module._forward_hooks for module in network.modules())


def test_a_block_that_is_left_out_hands_its_input_on(network, batch):
    names = list(branches(network))
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
    blocks = len(branches(network))
    running = np.ones((3, blocks), bool)
    doubled = copy.deepcopy(network)
    for block, chance in zip(branches(doubled).values(), survival(blocks, 0.5).tolist(), strict=True):
        block.register_forward_hook(lambda module, given, output, chance=chance: output / chance)
    torch.testing.assert_close(scores(network, batch, running, 0.5), doubled(batch))


def test_a_network_without_residual_blocks_has_none():
    assert branches(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())) == {}
    assert drawn(0, 0.5, count=12, seed=0).shape == (12, 0)

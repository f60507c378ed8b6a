"""Folding against torch's own, over random layers and in whole networks."""

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

from cnnviz import models
from cnnviz.errors import ModelError
from cnnviz.probes.batch_norm_folding import fold, pairs
from tests.conftest import some


def learned(norm, seed):
    """Give a normalisation statistics and weights as after training."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        norm.running_mean.copy_(torch.randn(norm.num_features, generator=generator))
        norm.running_var.copy_(0.1 + torch.rand(norm.num_features, generator=generator))
        if norm.affine:
            norm.weight.copy_(torch.randn(norm.num_features, generator=generator))
            norm.bias.copy_(torch.randn(norm.num_features, generator=generator))
    return norm


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.sampled_from(["plain", "biased", "grouped", "strided", "bare"]))
@example(262144, "plain")  # all scores are 0
def test_a_folded_convolution_is_torchs(seed, kind):
    torch.manual_seed(seed)
    options = {"grouped": {"groups": 2}, "strided": {"stride": 2, "padding": 1}}.get(kind, {})
    layer = nn.Conv2d(4, 6, 3, bias=kind == "biased", **options)
    net = nn.Sequential(layer, learned(nn.BatchNorm2d(6, affine=kind != "bare"), seed), nn.ReLU(inplace=True)).eval()
    batch = torch.randn(1, 4, 7, 7)
    found = fold(net, batch, "1", rounds=1)
    if kind != "bare":
        wanted = fuse_conv_bn_eval(layer, net[1])
        np.testing.assert_allclose(found.folded_weights, wanted.weight.detach(), atol=1e-6)
        np.testing.assert_allclose(found.folded_bias, wanted.bias.detach(), atol=1e-5)
    with torch.no_grad():
        np.testing.assert_allclose(found.before, layer(batch)[0].flatten(1), atol=1e-6)
        np.testing.assert_allclose(found.after, net[1](layer(batch))[0].flatten(1), atol=1e-5)
    assert found.gap < 1e-4
    assert found.scores_gap < 1e-4
    (pair,) = pairs(net, batch)
    assert (pair.layer, pair.norm, pair.after) == ("0", "1", "ReLU")
    assert pair.operations == 2 * layer(batch).numel()


def test_a_linear_layer_folds():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(5, 4), learned(nn.BatchNorm1d(4), 0)).eval()
    found = fold(net, torch.randn(1, 5), "1", rounds=1)
    wanted = fuse_linear_bn_eval(net[0], net[1])
    np.testing.assert_allclose(found.folded_weights, wanted.weight.detach(), atol=1e-6)
    np.testing.assert_allclose(found.folded_bias, wanted.bias.detach(), atol=1e-5)
    assert pairs(net, torch.randn(1, 5))[0].macs == 20


@pytest.mark.parametrize(("name", "count"), [("efficientnet-lite0", 49), ("smallvgg-tiny", 0), ("cnn-r-mnist", 0)])
def test_every_pair_of_a_shipped_network_folds(name, count):
    net = models.load(name)
    batch = torch.randn(1, *models.card(name).input_size, generator=torch.Generator().manual_seed(0))
    found = pairs(net, batch)
    norms = [each for each in net.modules() if isinstance(each, nn.modules.batchnorm._BatchNorm)]
    assert len(found) == len(norms)
    assert count in (0, len(found))
    before = net(batch)
    for pair in some(found, 5):
        seen = fold(net, batch, pair.norm, rounds=1)
        assert seen.pairs == len(found)
        assert seen.gap < 1e-4, pair
        assert seen.scores_gap < 1e-4, pair
    assert torch.equal(net(batch), before)


def test_what_has_no_pair_is_told():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()).eval()
    with pytest.raises(ModelError, match="no batch normalisation"):
        pairs(net, torch.zeros(1, 1, 5, 5))
    with pytest.raises(ModelError, match="no batch normalisation other"):
        fold(net, torch.zeros(1, 1, 5, 5), "other")
    # In training a normalisation depends on the batch, and nothing can be folded.
    training = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).train()
    with pytest.raises(ModelError):
        pairs(training, torch.zeros(1, 1, 5, 5))

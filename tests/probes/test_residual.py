"""Residual additions: F(x), x and their sum are what torch's own hooks see, and F = 0 is what a hook makes 0."""

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models import mobilenet_v2, resnet18, swin_t

from cnnviz import models
from cnnviz.errors import ModelError
from cnnviz.models.cifar_resnet import network
from cnnviz.probes.residual import additions, scores_without, take_apart


def seen(model, module: nn.Module, batch, *, inputs=False):
    """Return what a module gives, or reads, as a hook of torch sees it."""
    found = []
    handle = module.register_forward_hook(
        lambda module, arguments, output: found.append((arguments[0] if inputs else output).detach().clone())
    )
    with torch.no_grad():
        model(batch)
    handle.remove()
    return found[0][0].numpy()


def scores_with_zeros(model, module: nn.Module, batch):
    handle = module.register_forward_hook(lambda module, arguments, output: torch.zeros_like(output))
    with torch.no_grad():
        scores = model(batch)[0]
    handle.remove()
    return scores.numpy()


@pytest.fixture(scope="module")
def resnet():
    torch.manual_seed(0)
    return resnet18(weights=None).eval()


@pytest.fixture(scope="module")
def photo():
    return torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))


def cases(resnet):
    """Return a network's blocks as (block, last module of F)."""
    stages = (resnet.layer1, resnet.layer2, resnet.layer3, resnet.layer4)
    return [(block, block.bn2) for stage in stages for block in stage]


def test_every_block_of_resnet18_is_what_hooks_see(resnet, photo):
    blocks = cases(resnet)
    found = additions(resnet, photo)
    assert [each.name.rsplit(".", 1)[0] for each in found] == [f"layer{n}.{k}" for n in (1, 2, 3, 4) for k in (0, 1)]
    assert [each.identity for each in found] == [block.downsample is None for block, _ in blocks]
    for at, (block, last) in enumerate(blocks):
        branch = seen(resnet, last, photo)
        shortcut = seen(resnet, block.downsample or block, photo, inputs=block.downsample is None)
        apart = take_apart(resnet, photo, at)
        np.testing.assert_array_equal(apart.branch, branch)
        np.testing.assert_array_equal(apart.shortcut, shortcut)
        np.testing.assert_array_equal(apart.total, branch + shortcut)
        assert found[at].size == branch.shape
        assert found[at].branch == pytest.approx(np.sqrt(np.square(branch, dtype=float).mean()), rel=1e-6)
        assert found[at].shortcut == pytest.approx(np.sqrt(np.square(shortcut, dtype=float).mean()), rel=1e-6)


def test_without_a_block_the_scores_are_those_with_zeros_in_its_branch(resnet, photo):
    with torch.no_grad():
        np.testing.assert_array_equal(scores_without(resnet, photo, None), resnet(photo)[0].numpy())
    for at, (_, last) in enumerate(cases(resnet)):
        wanted = scores_with_zeros(resnet, last, photo)
        np.testing.assert_allclose(scores_without(resnet, photo, at), wanted, atol=1e-6)
        assert np.abs(wanted - scores_without(resnet, photo, None)).max() > 1e-3


def test_in_either_order_of_the_sum_x_is_what_the_branch_read():
    torch.manual_seed(0)
    model, batch = mobilenet_v2(weights=None).eval(), torch.randn(1, 3, 64, 64)
    blocks = [each for each in model.features if getattr(each, "use_res_connect", False)]
    assert len(additions(model, batch)) == len(blocks)
    for at in (0, len(blocks) - 1):
        apart = take_apart(model, batch, at)
        np.testing.assert_array_equal(apart.branch, seen(model, blocks[at].conv, batch))
        np.testing.assert_array_equal(apart.shortcut, seen(model, blocks[at], batch, inputs=True))


def test_where_channels_come_last_maps_are_channels_rows_columns():
    torch.manual_seed(2)
    model, batch = swin_t(weights=None).eval(), torch.randn(1, 3, 96, 64)
    found = additions(model, batch)
    # A patch is 4x4 pixels, and every stage halves the maps and doubles the channels.
    assert [each.size for each in found[:5]] == [(96, 24, 16)] * 4 + [(192, 12, 8)]
    assert found[-1].size == (768, 3, 2)
    apart, block = take_apart(model, batch, 1), model.get_submodule("features.1.0")
    branch, whole = seen(model, block.mlp, batch), seen(model, block, batch)
    np.testing.assert_array_equal(apart.branch, branch.transpose(2, 0, 1))
    np.testing.assert_array_equal(apart.total, whole.transpose(2, 0, 1))


def test_of_efficientnet_lite0():
    model, batch = models.load("efficientnet-lite0"), torch.randn(1, 3, 224, 224)
    found = additions(model, batch)
    assert [each.name.rsplit(".", 1)[0] for each in found] == [
        name for name, each in model.named_modules() if getattr(each, "has_skip", False)
    ]
    block = model.get_submodule(found[4].name.rsplit(".", 1)[0])
    np.testing.assert_array_equal(take_apart(model, batch, 4).shortcut, seen(model, block, batch, inputs=True))
    wanted = scores_with_zeros(model, block.bn3, batch)
    np.testing.assert_allclose(scores_without(model, batch, 4), wanted, atol=1e-5)


def test_of_the_recipes_own_network_a_removed_block_is_no_branch():
    model, batch = network(20, residual=True).eval(), torch.randn(1, 1, 14, 14)
    found = additions(model, batch)
    assert [each.identity for each in found] == [block.removable for block in model.blocks]
    for at, block in enumerate(model.blocks):
        if block.removable:
            block.removed = True
            with torch.no_grad():
                wanted = model(batch)[0].numpy()
            block.removed = False
            np.testing.assert_allclose(scores_without(model, batch, at), wanted, atol=1e-6)


def test_a_network_without_additions_is_told_so():
    with pytest.raises(ModelError, match="there is no residual block to take apart"):
        additions(nn.Conv2d(1, 1, 3), torch.zeros(1, 1, 8, 8))

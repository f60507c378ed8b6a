"""The networks of 6n + 2 layers: their layers, parameters and sums, by hand and by torch."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from cnnviz.errors import ModelError
from cnnviz.models.cifar_resnet import network

DEPTHS = (8, 20, 44)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("normalised", [False, True])
def test_shortcuts_cost_no_parameters_and_the_depth_is_that_of_the_name(depth, normalised):
    plain, residual = (network(depth, residual=each, normalised=normalised) for each in (False, True))
    for made in (plain, residual):
        assert sum(isinstance(each, nn.Conv2d | nn.Linear) for each in made.modules()) == depth
        assert made(torch.zeros(2, 1, 14, 14)).shape == (2, 10)
    assert [each.shape for each in plain.parameters()] == [each.shape for each in residual.parameters()]
    n = (depth - 2) // 6
    weights = 9 * (8 + 2 * n * 8 * 8 + 8 * 16 + (2 * n - 1) * 16 * 16 + 16 * 32 + (2 * n - 1) * 32 * 32)
    channels = 8 + 2 * n * (8 + 16 + 32)
    # gamma and beta instead of a bias
    assert sum(each.numel() for each in plain.parameters()) == weights + channels * (1 + normalised) + 330


@pytest.mark.parametrize("residual", [False, True])
def test_a_block_is_its_formula_in_torchs_own_functions(residual):
    model = network(8, residual=residual, seed=1).eval()
    block = model.stages[1][0]
    maps = torch.randn(2, 8, 14, 14).relu()
    norm = {"running_mean": torch.zeros(16), "running_var": torch.ones(16)}
    inside = functional.batch_norm(functional.conv2d(maps, block.conv1.weight, None, 2, 1), **norm).relu()
    wanted = functional.batch_norm(functional.conv2d(inside, block.conv2.weight, None, 1, 1), **norm)
    if residual:
        wanted[:, :8] += functional.max_pool2d(maps, 1, stride=2)
    with torch.no_grad():
        torch.testing.assert_close(block(maps), wanted.relu())


def test_the_seed_is_the_network_and_leaves_torchs_own_draws_alone():
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    one, same, other = (network(8, residual=True, seed=seed) for seed in (0, 0, 1))
    torch.testing.assert_close(torch.rand(3), wanted, rtol=0, atol=0)
    assert torch.equal(one.conv.weight, same.conv.weight)
    assert not torch.equal(one.conv.weight, other.conv.weight)


def test_without_normalisation_a_residual_network_begins_as_its_shortcuts():
    model = network(20, residual=True, normalised=False).eval()
    images = torch.randn(2, 1, 14, 14)
    maps = functional.conv2d(images, model.conv.weight, padding=1).relu()
    pooled = maps[:, :, ::4, ::4].mean(dim=(2, 3))
    wanted = functional.linear(functional.pad(pooled, (0, 24)), model.linear.weight, model.linear.bias)
    with torch.no_grad():
        torch.testing.assert_close(model(images), wanted)


def test_auxiliary_classifiers_read_the_first_two_stages():
    model = network(8, residual=False, auxiliary=True)
    found = model.scores(torch.zeros(2, 1, 14, 14))
    assert [each.shape for each in found] == [(2, 10)] * 3
    found[0].sum().backward()
    assert model.stages[0][0].conv1.weight.grad is not None
    assert model.stages[1][0].conv1.weight.grad is None


@pytest.mark.parametrize(("depth", "named"), [(2, "8 or 14"), (9, "8 or 14"), (45, "44 or 50")])
def test_other_depths_are_refused_with_those_that_can_be(depth, named):
    with pytest.raises(ModelError, match=named):
        network(depth, residual=True)

"""Where a class is seen: a linear layer's own weights over the maps, and what adds up to the score."""

import torch
from hypothesis import given, settings, strategies
from torch import nn

from cnnviz.probes.class_maps import class_maps


@settings(max_examples=30)
@given(strategies.integers(2, 6), strategies.integers(1, 9), strategies.integers(1, 5), strategies.integers(0, 999))
def test_of_a_linear_layer_a_map_is_its_weights_times_the_maps(classes, channels, side, seed):
    generator = torch.Generator().manual_seed(seed)
    last = torch.randn(1, channels, side, side + 1, generator=generator)
    head = nn.Linear(channels, classes)
    found = class_maps(head, last)
    # A convolution of 1x1 with the same weights is the layer at every place.
    wanted = nn.functional.conv2d(last, head.weight[:, :, None, None])[0]
    assert torch.allclose(found.maps, wanted, atol=1e-5)
    assert torch.allclose(found.biases, head.bias, atol=1e-4)
    assert torch.allclose(found.scores, head(last.mean((2, 3)))[0], atol=1e-5)
    assert not found.maps.requires_grad


@given(strategies.integers(0, 999))
def test_behind_relu_a_maps_mean_and_the_bias_are_the_score(seed):
    generator = torch.Generator().manual_seed(seed)
    last = torch.randn(1, 7, 3, 3, generator=generator)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        head = nn.Sequential(nn.Linear(7, 5), nn.ReLU(), nn.Linear(5, 3))
    with torch.no_grad():
        found = class_maps(head, last)
        assert torch.allclose(found.maps.mean((1, 2)) + found.biases, head(last.mean((2, 3)))[0], atol=1e-5)
        # The bias is what stays when the maps fade to where the same units are on: none of the slopes' share.
        on = head[1](head[0](last.mean((2, 3))))[0] > 0
        wanted = (head[2].weight[:, on] * head[0].bias[on]).sum(1) + head[2].bias
    assert torch.allclose(found.biases, wanted, atol=1e-5)

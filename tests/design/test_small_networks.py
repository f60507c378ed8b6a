"""The small networks that come with weights: each is the notes' network, a quarter as wide."""

import pytest
import torch
from torch import nn
from torchvision.models import resnet18, vgg11

from cnnviz import models
from cnnviz.design import evaluate, parse
from cnnviz.design.small_networks import SMALL
from tests.design.test_course_networks import course_googlenet, course_network_in_network

FULL = {
    "vgg-fashion": vgg11,
    "nin-fashion": course_network_in_network,
    "googlenet-fashion": course_googlenet,
    "resnet-fashion": resnet18,
}
KINDS = nn.Conv2d | nn.Linear | nn.MaxPool2d | nn.Dropout | nn.BatchNorm2d | nn.AdaptiveAvgPool2d


def layers(network, leave_out=()):
    """Return the layers that tell one of these networks from another, in their order."""
    named = [(name, each) for name, each in network.named_modules() if isinstance(each, KINDS)]
    return [each for name, each in named if not name.startswith(tuple(leave_out))]


def test_all_small_networks_are_compared():
    assert set(FULL) == set(SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_it_has_the_notes_layers_with_a_quarter_of_the_channels(name):
    with torch.device("meta"):
        full = layers(FULL[name]())
    small = layers(models.load(name, random_seed=0), ["early", "middle"])
    if name == "vgg-fashion":
        # Five halvings of 32 pixels leave one, which needs no pooling of its own.
        full = [each for each in full if not isinstance(each, nn.AdaptiveAvgPool2d)]
    assert [type(each) for each in small] == [type(each) for each in full]
    last = max(place for place, each in enumerate(full) if isinstance(each, nn.Conv2d | nn.Linear))
    for place, (one, other) in enumerate(zip(small, full, strict=True)):
        match one:
            case nn.Conv2d():
                ten = name == "nin-fashion" and other.out_channels == 10
                assert one.out_channels == (10 if ten else other.out_channels // 4)
                assert one.kernel_size == other.kernel_size
                # The course writes no batch normalisation; torchvision's ResNet leaves out the biases before it.
                assert (one.bias is None) == (other.bias is None)
                assert one.stride == (other.stride if place else (1, 1))
            case nn.Linear():
                assert one.out_features == (10 if place == last else 512)
            case nn.MaxPool2d():
                assert torch.tensor([one.kernel_size, one.stride]).tolist() == [other.kernel_size, other.stride]
            case nn.Dropout():
                assert one.p == other.p


@pytest.mark.parametrize("name", SMALL)
def test_what_is_shipped_is_what_the_calculator_counts(name):
    report = evaluate(parse(SMALL[name].text), SMALL[name].input_size)
    network = models.load(name, random_seed=0)
    heads = [network.early, network.middle] if name == "googlenet-fashion" else []
    auxiliary = sum(each.numel() for head in heads for each in head.parameters())
    assert sum(each.numel() for each in network.parameters()) - auxiliary == report.parameters
    assert network(torch.zeros(2, *SMALL[name].input_size[1:])).shape == (2, 10)
    assert models.card(name).input_size == SMALL[name].input_size[1:]

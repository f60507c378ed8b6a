"""Ways that are compared, against torch modules written by hand or taken from torchvision: parameters, MACs, sizes."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision.models.googlenet import GoogLeNet
from torchvision.models.resnet import BasicBlock, Bottleneck

from cnnviz.design.comparisons import COMPARISONS


class Inception(nn.Module):
    """Four branches; without reductions the 3x3 and the 5x5 read all channels."""

    def __init__(self, channels: int, reduced: bool) -> None:
        super().__init__()

        def branch(first: int, last: int, size: int) -> nn.Module:
            if not reduced:
                return nn.Conv2d(channels, last, size, padding=size // 2)
            return nn.Sequential(nn.Conv2d(channels, first, 1), nn.Conv2d(first, last, size, padding=size // 2))

        pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(channels, 32, 1))
        self.branches = nn.ModuleList([nn.Conv2d(channels, 64, 1), branch(96, 128, 3), branch(16, 32, 5), pool])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([each(x) for each in self.branches], 1)


def conv3(channels: int, groups: int = 1) -> nn.Module:
    return nn.Conv2d(channels, channels, 3, padding=1, groups=groups, bias=False)


def by_hand(name: str, c: int, side: int) -> tuple[nn.Module, ...]:
    norm = nn.BatchNorm2d
    projection = nn.Sequential(nn.Conv2d(c, c, 1, bias=False), norm(c))
    halving = nn.Sequential(nn.Conv2d(c, 2 * c, 1, stride=2, bias=False), norm(2 * c))
    return {
        "kernels": lambda: (
            nn.Sequential(nn.Conv2d(c, c, 3, padding=1), nn.Conv2d(c, c, 3, padding=1)),
            nn.Conv2d(c, c, 5, padding=2),
        ),
        "inception": lambda: (Inception(c, reduced=True), Inception(c, reduced=False)),
        "head": lambda: (
            nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, 1000)),
            nn.Sequential(nn.Flatten(), nn.Linear(c * side * side, 4096), nn.Linear(4096, 4096), nn.Linear(4096, 1000)),
        ),
        "block": lambda: (Bottleneck(4 * c, c), BasicBlock(4 * c, 4 * c)),
        "shortcut": lambda: (
            BasicBlock(c, c),
            BasicBlock(c, c, downsample=projection),
            BasicBlock(c, 2 * c, stride=2, downsample=halving),
        ),
        "stages": lambda: (conv3(c), conv3(2 * c), conv3(2 * c)),
        "separable": lambda: (
            nn.Sequential(conv3(c, groups=c), norm(c), nn.Conv2d(c, c, 1, bias=False), norm(c)),
            nn.Sequential(conv3(c), norm(c)),
        ),
    }[name]()


def macs_of(model: nn.Module, size: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    """Return the MACs of convolutions and linear layers, and the size of the output."""
    counted = []
    for each in model.modules():
        if isinstance(each, nn.Conv2d | nn.Linear):
            each.register_forward_hook(lambda layer, given, out: counted.append(out.numel() * layer.weight[0].numel()))
    output = model(torch.zeros(size, device="meta"))
    return sum(counted), tuple(output.shape)


@pytest.mark.parametrize("name", ["kernels", "inception", "head", "block", "shortcut", "stages", "separable"])
@given(st.integers(1, 96), st.integers(1, 20))
@settings(deadline=None, max_examples=25)
def test_parameters_macs_and_sizes_are_torchs(name, channels, side):
    with torch.device("meta"):
        models = by_hand(name, channels, side)
    for way, model in zip(COMPARISONS[name].ways(channels, side), models, strict=True):
        assert not way.totals.error
        assert way.totals.parameters == sum(each.numel() for each in model.parameters())
        macs, output = macs_of(model.eval(), way.input_size)
        assert sum(each.macs for each in way.convolutions_and_linear) == macs
        assert way.totals.working[-1].output_size == output


def test_two_small_kernels_see_what_a_large_one_sees_with_one_more_nonlinearity():
    two, one = COMPARISONS["kernels"].ways(64, 56)
    assert two.totals.working[-1].receptive_field.size == one.totals.working[-1].receptive_field.size == (5, 5)
    assert (two.nonlinearities, one.nonlinearities) == (2, 1)


def test_the_parts_of_alexnet_make_the_network():
    ways = COMPARISONS["alexnet"].ways(3, 227)
    # Caffe's reference AlexNet, of the paper's two towers.
    assert sum(each.totals.parameters for each in ways) == 60_965_224
    early, late, linear = (each.totals for each in ways)
    assert linear.parameters > 0.9 * 60_965_224
    assert early.macs + late.macs > 0.9 * (early.macs + late.macs + linear.macs)
    assert early.outputs > late.outputs + linear.outputs


def test_an_auxiliary_classifier_is_torchvisions_and_the_papers():
    auxiliary, last = COMPARISONS["auxiliary"].ways(512, 14)
    with torch.device("meta"):
        theirs = GoogLeNet(init_weights=False, aux_logits=True)
    # Theirs has batch normalisation and no bias in its convolution: 128 numbers more.
    assert auxiliary.totals.parameters == sum(each.numel() for each in theirs.aux1.parameters()) - 128
    assert last.totals.parameters == sum(each.numel() for each in theirs.fc.parameters())
    sizes = {each.kind: each.output_size for each in auxiliary.totals.leaves}
    assert sizes["AvgPool2d"] == (1, 512, 4, 4)
    assert last.input_size == (1, 1024, 7, 7)


def test_both_stems_lead_to_maps_of_28_and_googlenets_costs_a_small_part():
    googlenet, vgg = COMPARISONS["stem"].ways(3, 224)
    assert googlenet.totals.working[-1].output_size == (1, 192, 28, 28)
    assert vgg.totals.working[-1].output_size == (1, 256, 28, 28)
    with torch.device("meta"):
        theirs = GoogLeNet(init_weights=False, aux_logits=False)
    weights = sum(each.conv.weight.numel() for each in (theirs.conv1, theirs.conv2, theirs.conv3))
    assert googlenet.totals.parameters == weights + 64 + 64 + 192
    assert googlenet.totals.macs < vgg.totals.macs / 15


@pytest.mark.parametrize("name", COMPARISONS)
def test_every_comparison_works_at_its_ends(name):
    found = COMPARISONS[name]
    for channels in (1, found.channels, found.most):
        for side in (found.least, found.side, found.largest):
            assert not any(way.totals.error for way in found.ways(channels, side)), (channels, side)

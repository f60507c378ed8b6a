"""Shares of zeros, against hooks of torch that count them as each module returns."""

import pytest
import torch
import torchvision.models as tv
from torch import nn

from cnnviz import models
from cnnviz.calls import is_leaf
from cnnviz.probes.zero_shares import zero_shares

MAKES = {
    "resnet18": lambda: tv.resnet18(),
    "googlenet": lambda: tv.googlenet(weights=None, init_weights=False),
    "alexnet-tiny": lambda: models.load("alexnet-tiny"),
}


@pytest.mark.parametrize("name", MAKES)
def test_counts_are_those_of_hooks(name):
    torch.manual_seed(3)
    network, batch = MAKES[name]().eval(), torch.randn(2, 3, 64, 64)
    found = zero_shares(network, batch)
    expected: dict[str, tuple[int, int]] = {}

    def hook(called):
        def count(module, arguments, output):
            expected.setdefault(called, (int((output == 0).sum()), output.numel()))

        return count

    for called, module in network.named_modules():
        if is_leaf(module):
            module.register_forward_hook(hook(called))
    with torch.no_grad():
        network(batch)
    counts = {each: pair for each, *pair in zip(found.names, found.zeros.tolist(), found.sizes.tolist(), strict=True)}
    assert {each: tuple(counts[each]) for each in expected} == expected
    shares = dict(zip(found.names, found.shares.tolist(), strict=True))
    assert any(0.2 < share < 0.9 for share in shares.values())


def test_what_is_overwritten_later_is_counted_before():
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True)).eval()
    found = zero_shares(network, torch.randn(1, 1, 16, 16))
    convolution, rectified = found.shares.tolist()
    assert convolution == 0
    assert 0.1 < rectified < 0.9

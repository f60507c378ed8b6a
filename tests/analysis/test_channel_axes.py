"""The axis of the channels, against real runs: what is added to one channel of a convolution is seen at one index."""

import pytest
import torch
import torchvision.models as tv
from torch import nn
from torchvision.ops import Permute

from cnnviz.analysis import analyze
from cnnviz.probes.activations import activations


def axes_of(network, size):
    return {node.name: node.channels for node in analyze(network, size).graph.nodes if node.layer}


class Moves(nn.Module):
    """Takes maps through permutations and shapes that leave each channel in one place; sides are all as many."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 1)

    def forward(self, batch):
        maps = self.conv(batch)
        last = maps.permute(0, 2, 3, 1)
        padded = torch.roll(nn.functional.pad(last, (0, 0, 1, 1)), 2, 1)[:, :, 1:-1]
        windows = padded.reshape(1, 2, 3, 6, 6).relu()
        swapped = windows.transpose(2, -1)
        tokens = maps.flatten(2).transpose(1, 2)
        pooled = tokens.mean(1)
        thrice = last.unsqueeze(1) * 2.0
        return swapped.sum() + pooled.sum() + thrice.sum() + tokens.unflatten(1, (6, 6)).movedim(-1, 1).sum()


def test_the_axis_is_where_a_moved_channel_is_seen():
    torch.manual_seed(0)
    network, batch = Moves().eval(), torch.rand(1, 3, 6, 6)
    axes = axes_of(network, (1, 3, 6, 6))
    # A larger bias moves channel 4 and no other; all values stay positive.
    nn.init.uniform_(network.conv.weight, 0.1, 0.2)
    before = activations(network, batch)
    network.conv.bias.data[4] += 100.0
    after = activations(network, batch)
    told = 0
    for name, axis in axes.items():
        if axis is None or before[name].dim() < 2:
            continue
        moved = (after[name] - before[name]).abs() > 50
        along = moved.any(dim=[dim for dim in range(moved.dim()) if dim != axis])
        assert along.nonzero().flatten().tolist() == [4], (name, axis)
        told += 1
    assert told >= 10


@pytest.mark.parametrize(
    ("make", "size"), [(tv.swin_t, (1, 3, 64, 64)), (tv.convnext_tiny, (1, 3, 64, 64)), (tv.resnet18, (1, 3, 64, 64))]
)
def test_as_many_channels_as_the_layer_makes(make, size):
    network = make(weights=None).eval()
    modules = dict(network.named_modules())
    nodes = [node for node in analyze(network, size).graph.nodes if node.name in modules]
    told = 0
    for node in nodes:
        module = modules[node.name]
        made = getattr(module, "out_channels", None) or getattr(module, "out_features", None)
        made = made or getattr(module, "num_features", None)
        if made is None and isinstance(module, nn.LayerNorm):
            made = module.normalized_shape[0]
        if made:
            assert node.size[node.channels] == made
            told += 1
    assert told > 20


def test_in_a_swin_what_flows_between_blocks_is_channels_last_and_in_its_windows_nothing_tells():
    axes = axes_of(tv.swin_t(weights=None).eval(), (1, 3, 224, 224))
    assert axes["features.0.0"] == 1
    assert axes["features.0.1.permute"] == axes["features.1.0.add"] == axes["features.1.0.mlp.0"] == 3
    assert axes["features.1.0.attn.matmul"] is None


def test_equal_sides_and_channels_are_no_riddle():
    network = nn.Sequential(nn.Conv2d(3, 8, 1), Permute([0, 2, 3, 1]), nn.LayerNorm(8), Permute([0, 3, 1, 2])).eval()
    assert [*axes_of(network, (1, 3, 8, 8)).values()] == [1, 3, 3, 1]

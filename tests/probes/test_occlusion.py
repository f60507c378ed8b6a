"""Occlusion against one forward of its own for every hidden patch, and a network whose answer is known."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies
from torch import nn

from cnnviz.errors import ShapeError
from cnnviz.probes import occlusion
from cnnviz.probes.occlusion import steps


@settings(max_examples=20, deadline=None)
@given(strategies.integers(1, 5), strategies.integers(1, 4), strategies.integers(0, 999), strategies.booleans())
def test_every_patch_is_a_forward_of_its_own(size, stride, seed, is_picture):
    generator = torch.Generator().manual_seed(seed)
    batch = torch.randn(1, 3, 7, 9, generator=generator)
    filling = torch.randn((3, 7, 9) if is_picture else (3, 1, 1), generator=generator)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(140, 5)).eval()
    found = occlusion(model, batch, filling, 2, size=size, stride=stride)
    with torch.no_grad():
        whole = model(batch)[0]
        drops, counts = np.zeros((7, 9)), np.zeros((7, 9))
        for row in range(found.logits.shape[0]):
            for column in range(found.logits.shape[1]):
                hidden = batch.clone()
                mask = torch.zeros(7, 9, dtype=torch.bool)
                mask[row * stride : row * stride + size, column * stride : column * stride + size] = True
                hidden[0] = torch.where(mask, filling, hidden[0])
                logits = model(hidden)[0]
                assert np.allclose(found.logits[row, column], logits, atol=1e-5)
                drops += mask.numpy() * float(whole[2] - logits[2])
                counts += mask.numpy()
    assert np.allclose(found.map, drops / np.maximum(counts, 1), atol=1e-4)
    assert np.allclose(found.whole, whole, atol=1e-5)


def test_of_a_sum_of_pixels_a_black_patch_takes_its_pixels_away():
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 1, bias=False)).eval()
    with torch.no_grad():
        model[1].weight.fill_(1)
    batch = torch.arange(16.0).reshape(1, 1, 4, 4)
    found = occlusion(model, batch, torch.zeros(1, 1, 1), size=2, stride=2)
    assert found.whole.tolist() == [120]
    assert found.map[0].tolist() == [10, 10, 18, 18]
    assert found.logits[:, :, 0].tolist() == [[110, 102], [78, 70]]


def test_steps_reach_the_edge():
    assert steps(224, 32, 16) == [*range(0, 193, 16)]
    assert steps(7, 3, 3) == [0, 3, 6]
    with pytest.raises(ShapeError, match="9 pixels"):
        steps(8, 9, 1)

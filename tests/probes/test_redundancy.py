"""What units are worth and what averaging gives, against torch's own layers and losses."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies
from torch import nn

from cnnviz.probes.redundancy import averaged, removal


def drawn(seed, count=30, units=6, classes=3):
    generator = torch.Generator().manual_seed(seed)
    hidden = torch.randn(count, units, generator=generator).relu()
    last = nn.Linear(units, classes)
    with torch.no_grad():
        last.weight.copy_(torch.randn(classes, units, generator=generator))
        last.bias.copy_(torch.randn(classes, generator=generator))
    return hidden, last.requires_grad_(False), torch.randint(classes, (count,), generator=generator)


@settings(max_examples=15)
@given(strategies.integers(0, 999))
def test_a_unit_that_is_removed_leaves_a_smaller_layer(seed):
    hidden, last, labels = drawn(seed)
    found = removal(hidden, last.weight, last.bias, labels)
    assert found.loss == pytest.approx(nn.CrossEntropyLoss()(last(hidden), labels).item(), abs=1e-5)
    for unit, loss in enumerate(found.alone):
        rest = [each for each in range(6) if each != unit]
        smaller = nn.functional.linear(hidden[:, rest], last.weight[:, rest], last.bias)
        assert loss == pytest.approx(nn.CrossEntropyLoss()(smaller, labels).item(), abs=1e-5)
    assert (found.counts[0], found.losses[0]) == (0, pytest.approx(found.loss))
    # Without one of six units: in the mean over twenty draws, among the six losses.
    assert found.alone.min() - 1e-9 <= found.losses[1] <= found.alone.max() + 1e-9


def test_one_pass_is_what_torch_draws_and_many_come_to_the_mean_over_all_masks():
    hidden, last, labels = drawn(5)
    found = averaged(hidden, last.weight, last.bias, labels, keep=0.6, passes=400, seed=7)
    torch.manual_seed(7)
    first = last(nn.Dropout(0.4).train()(hidden))
    assert found.losses[0] == pytest.approx(nn.CrossEntropyLoss()(first, labels).item(), abs=1e-5)
    masks = torch.tensor(np.array(np.meshgrid(*[[0.0, 1.0]] * 6)).reshape(6, -1).T).float()
    exact = sum(
        0.6 ** mask.sum().item() * 0.4 ** (6 - mask.sum().item()) * last(hidden * mask / 0.6).softmax(dim=1)
        for mask in masks
    )
    assert found.losses[-1] == pytest.approx(nn.NLLLoss()(exact.log(), labels).item(), rel=0.03)
    assert found.loss == pytest.approx(nn.CrossEntropyLoss()(last(hidden), labels).item(), abs=1e-5)
    assert abs(found.losses[-1] - found.losses[0]) > 0

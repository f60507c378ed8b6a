"""Weights made random from the top, and how far two pictures keep their order: against pandas, and by hand."""

import copy

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, strategies
from torchvision import models as torchvision_models

from cnnviz.probes.randomised_weights import layers_with_weights, randomised, rank_correlation


@given(
    strategies.lists(strategies.tuples(strategies.integers(-4, 4), strategies.floats(-5, 5)), min_size=3, max_size=40)
)
def test_the_rank_correlation_is_that_of_pandas(pairs):
    one, other = (np.array(each, float) for each in zip(*pairs, strict=True))
    wanted = pd.DataFrame({"one": one, "other": other}).corr(method="spearman").iloc[0, 1]
    assert rank_correlation(one, other) == pytest.approx(0.0 if np.isnan(wanted) else wanted, abs=1e-9)


def test_only_the_named_layers_become_random_and_stay_so():
    model, batch = torchvision_models.resnet18(weights=None).eval(), torch.randn(1, 3, 64, 64)
    names = layers_with_weights(model, batch)
    assert names[0] == "conv1"
    assert names[-1] == "fc"
    assert len(names) == 21
    before, drawn = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    one, two = (randomised(model, names[-count:], seed=3) for count in (1, 3))
    assert torch.equal(torch.get_rng_state(), drawn)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    moved = [name for name, value in two.state_dict().items() if not torch.equal(value, before[name])]
    assert set(moved) == {f"{name}.weight" for name in names[-3:]} | {"fc.bias"}
    assert torch.equal(one.fc.weight, two.fc.weight)
    assert not torch.equal(randomised(model, ["fc"], seed=4).fc.weight, one.fc.weight)

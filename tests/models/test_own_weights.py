"""Weights of a person's own, through a file and back into a network."""

import pytest
import torch
from safetensors.torch import save

from cnnviz import models
from tests.models.saved import saved


@pytest.mark.parametrize("kind", ["pth", "safetensors"])
@pytest.mark.parametrize("name", ["lenet-relu-mnist", "resnet18", "mnasnet0_5"])
def test_a_persons_own_weights_come_back_as_they_were(name, kind):
    theirs = models.load(name, random_seed=5)
    state = theirs.state_dict()
    data = saved(state) if kind == "pth" else save(state)
    loaded = models.load(name, checkpoint=data, checkpoint_name=f"mine.{kind}")
    assert not loaded.training
    batch = torch.randn(2, *models.card(name).input_size)
    with torch.inference_mode():
        assert torch.equal(loaded(batch), theirs(batch))

"""Networks for classes of somebody's own: EfficientNet-Lite0 below, and layers that learnt on top."""

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torch import nn

from cnnviz import models
from cnnviz.errors import ModelError
from cnnviz.images import gallery_image, prepare
from cnnviz.models import own_classes
from cnnviz.probes import cam

NAME = own_classes.name_of(("cat", "coffee, black", "flower"))
HIDDEN = own_classes.name_of(("cat", "flower"), 16)


@pytest.fixture(scope="module")
def batch():
    how = models.card(NAME).preprocessing
    return torch.from_numpy(prepare(np.asarray(gallery_image("chelsea")), how).tensor)


def test_a_name_tells_the_classes_and_the_hidden_units():
    assert NAME == "photos: cat, coffee; black, flower"
    assert models.card(NAME).classes == ("cat", "coffee; black", "flower")
    assert HIDDEN == "photos+16: cat, flower"
    assert models.is_ready(NAME)
    assert models.is_unlisted(NAME)
    assert not models.is_designed(NAME)
    for name in (NAME, HIDDEN):
        assert models.card(name).parameters == sum(each.numel() for each in models.load(name).parameters())


@pytest.mark.parametrize("name", [NAME, HIDDEN])
def test_layers_of_a_file_read_the_features_of_the_trained_network(name, batch):
    kinds = len(models.card(name).classes)
    rows = [("fc1", nn.Linear(1280, kinds))]
    if name == HIDDEN:
        rows = [("fc1", nn.Linear(1280, 16)), ("relu1", nn.ReLU()), ("fc2", nn.Linear(16, kinds))]
    layers = nn.Sequential()
    for key, layer in rows:
        layers.add_module(key, layer)
    network = models.load(name, checkpoint=save(layers.state_dict()), checkpoint_name="layer.safetensors")
    whole = models.load("efficientnet-lite0")
    with torch.inference_mode():
        features = whole.forward_features(batch).mean(dim=(2, 3))
        torch.testing.assert_close(network(batch), layers(features), atol=1e-5, rtol=1e-4)


def test_one_layer_has_an_exact_map(batch):
    found = cam(models.load(NAME), batch, 1)
    assert found.map.mean() + found.bias == pytest.approx(found.logit, abs=1e-4)


@pytest.mark.parametrize("name", ["photos: cat", "photos: , ,", f"photos:{','.join('abcdefghijk')}"])
def test_fewer_than_two_classes_or_more_than_ten_are_refused(name):
    with pytest.raises(ModelError, match="should name two to ten classes"):
        models.card(name)

"""Networks of timm as models: their pictures are made ready as timm makes them, and each runs with random weights."""

import pytest
import timm
import torch
from timm.data import create_transform, resolve_data_config
from torchvision.transforms import CenterCrop, Normalize, Resize

from cnnviz import models
from cnnviz.errors import ModelError

NAMES = ("seresnet50", "vit_tiny_patch16_224", "inception_v4", "mobilevit_xxs", "test_efficientnet_gn")


@pytest.mark.parametrize("short", NAMES)
def test_the_card_has_timms_own_numbers(short):
    card = models.card(f"timm/{short}")
    with torch.device("meta"):
        network = timm.create_model(short)
    steps = {type(step): step for step in create_transform(**resolve_data_config({}, model=network)).transforms}
    how = card.preprocessing
    assert how.resize == steps[Resize].size
    assert how.crop == tuple(steps[CenterCrop].size) == card.input_size[1:]
    assert how.interpolation == steps[Resize].interpolation.value
    for ours, theirs in ((how.mean, steps[Normalize].mean), (how.std, steps[Normalize].std)):
        assert ours == pytest.approx(tuple(map(float, theirs)))
    assert card.parameters == sum(each.numel() for each in network.parameters())
    assert not card.trained
    assert card.accuracy is None


@pytest.mark.parametrize("short", ["test_resnet", "test_vit"])
def test_it_runs_with_random_weights_and_has_as_many_classes_as_scores(short):
    card, network = models.card(f"timm/{short}"), models.load(f"timm/{short}", random_seed=0)
    with torch.inference_mode():
        assert network(torch.zeros(1, *card.input_size)).shape == (1, len(card.classes))
    assert models.is_ready(card.name)
    assert models.is_unlisted(card.name)
    assert card.name not in models.names()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("timm/seresnet5", "There is no architecture 'timm/seresnet5'; did you mean"),
        ("timm/vit_giant_patch14_clip_224", r"has [0-9,]+ parameters; to be run here it may have 200,000,000"),
    ],
)
def test_one_that_is_none_or_too_large_is_told_why(name, told):
    with pytest.raises(ModelError, match=told):
        models.card(name)


def test_it_has_no_weights_but_those_of_a_file():
    with pytest.raises(ModelError, match="give a random_seed"):
        models.load("timm/test_resnet")

"""What every model that can be named owes its users."""

import subprocess
import sys

import pytest
import torch

from cnnviz import models
from cnnviz.errors import ModelError
from cnnviz.models.shipped import SHIPPED


@pytest.fixture(params=[*SHIPPED, "efficientnet-lite0", "squeezenet1_1", "shufflenet_v2_x0_5", "resnet18"])
def name(request):
    return request.param


def test_groups_hold_every_name_once():
    grouped = models.groups()
    assert list(grouped) == ["Trained here", "In a package", "torchvision"]
    assert [n for names in grouped.values() for n in names] == list(models.names())
    assert len(set(models.names())) == len(models.names())


def test_every_name_has_a_complete_card():
    for name in models.names():
        card = models.card(name)
        assert card.name == name
        assert card.origin in models.groups()
        assert name in models.groups()[card.origin]
        assert 1980 < card.year < 2100
        assert card.title
        assert card.source
        assert card.weights
        assert card.licence
        assert card.data
        assert len(set(card.classes)) > 1
        assert card.accuracy is None or 5 / len(card.classes) < card.accuracy < 1
        assert card.input_size == (card.preprocessing.channels, *card.preprocessing.crop)
        assert len(card.preprocessing.mean) == len(card.preprocessing.std) == card.preprocessing.channels


def test_card_agrees_with_the_network(name):
    card = models.card(name)
    network = models.load(name, random_seed=0)
    with torch.inference_mode():
        scores = network(torch.zeros(1, *card.input_size))
    assert scores.shape == (1, len(card.classes))
    if card.parameters is not None:
        assert sum(p.numel() for p in network.parameters()) == card.parameters


def test_a_seed_gives_the_same_weights_and_leaves_torchs_random_numbers_alone(name):
    torch.manual_seed(7)
    undisturbed = torch.rand(3)
    torch.manual_seed(7)
    first, again, other = (models.load(name, random_seed=seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.rand(3), undisturbed)
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)


def test_networks_come_in_eval_mode_and_single_precision(name):
    network = models.load(name, random_seed=0)
    assert not any(m.training for m in network.modules())
    assert {p.dtype for p in network.parameters()} == {torch.float32}
    assert {p.device.type for p in network.parameters()} == {"cpu"}


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("resnet81", "resnet18"), ("lenet5", "lenet5-mnist"), ("efficientnet_lite0", "efficientnet-lite0")],
)
@pytest.mark.parametrize("ask", [models.card, models.load, models.is_ready])
def test_an_unknown_name_is_answered_with_near_ones(wrong, near, ask):
    with pytest.raises(ModelError, match=f"no model '{wrong}'; did you mean .*{near}"):
        ask(wrong)


def test_a_name_like_no_other_is_answered_too():
    with pytest.raises(ModelError, match=r"names\(\) lists them all"):
        models.load("§§§")


def test_checkpoint_and_seed_exclude_each_other():
    with pytest.raises(ModelError, match="leave one of the two out"):
        models.load("mlp-mnist", checkpoint=b"x", random_seed=0)


def test_import_and_cards_without_torchvision_load_no_torch():
    code = (
        "import sys; from cnnviz import models; "
        "models.card('efficientnet-lite0'); models.card('lenet5-mnist'); models.is_ready('lenet5-mnist'); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

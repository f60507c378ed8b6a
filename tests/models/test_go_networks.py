"""The networks that propose a move of Go: their weights fit, and no list of models for pictures has them."""

import pytest
import torch
from safetensors.torch import load_file

from cnnviz import models
from cnnviz.assets import WEIGHTS
from cnnviz.errors import ModelError
from cnnviz.go.board import SIDE
from cnnviz.models import go_networks, shipped
from cnnviz.training.go_policy import VARIANTS


@pytest.mark.parametrize("name", [name for name in go_networks.NAMES if models.is_ready(name)])
def test_weights_on_disk_are_the_networks(name):
    stored, state = load_file(WEIGHTS / f"{name}.safetensors"), models.load(name).state_dict()
    assert stored.keys() == state.keys()
    assert all(torch.equal(state[key], stored[key].to(state[key].dtype)) for key in stored)
    facts, card = shipped.facts_of(name), models.card(name)
    assert (card.accuracy, card.parameters) == (facts["accuracy"], facts["parameters"])
    assert 1 / SIDE**2 < facts["accuracy"] < facts["among_five"] < 1


@pytest.mark.parametrize("name", go_networks.NAMES)
def test_they_are_what_the_recipe_trains_and_read_what_their_card_says(name):
    network, card = models.load(name, random_seed=0), models.card(name)
    trained = VARIANTS[name].build()
    assert [each.shape for each in network.state_dict().values()] == [
        each.shape for each in trained.state_dict().values()
    ]
    with torch.no_grad():
        assert network(torch.zeros(2, *card.input_size)).shape == (2, len(card.classes)) == (2, 361)
    assert (card.classes[0], card.classes[360]) == ("A19", "T1")


def test_they_stand_in_no_list_and_their_names_are_taken():
    assert not {*go_networks.NAMES} & {*models.names()}
    with pytest.raises(ModelError, match="There is a model 'go-policy' already"):
        models.register("go-policy", lambda: None)


def test_weights_that_are_missing_say_the_command(monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, "WEIGHTS", tmp_path)
    assert not models.is_ready("go-policy")
    with pytest.raises(ModelError, match=r"make them with python -m cnnviz\.training go-policy\.$"):
        models.load("go-policy")

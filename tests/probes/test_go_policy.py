"""What networks answer to positions of Go: against torch's own calls, and on a network that is symmetric."""

import numpy as np
import pytest
import torch

from cnnviz import models
from cnnviz.errors import ModelError
from cnnviz.go import games, planes
from cnnviz.probes.go_policy import channel_maps, move_scores, turned_scores

BOARDS = games.game("4").positions()[60:190]


def assert_close(found, wanted):
    """Random weights give scores of some 1e-4: what counts is the largest of them."""
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4 * np.abs(wanted).max())


def network(name="go-policy"):
    return models.load(name, random_seed=3), models.card(name).input_size[0]


@pytest.mark.parametrize("name", ["go-policy", "go-policy-pooled", "go-policy-liberties"])
def test_scores_are_those_of_the_network_position_by_position(name):
    model, count = network(name)
    scores = move_scores(model, BOARDS, count)
    assert scores.shape == (len(BOARDS), 361)
    see = planes.liberties if name.endswith("liberties") else planes.stones
    for number in (0, 64, 129):
        with torch.no_grad():
            alone = model(torch.tensor(see(BOARDS[number]), dtype=torch.float32)[None])[0].numpy()
        assert_close(scores[number], alone)


def test_a_network_with_symmetric_weights_turns_with_the_board():
    model, count = network()
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.Conv2d):
                weight = module.weight
                turned = [torch.rot90(each, k, (2, 3)) for each in (weight, weight.flip(3)) for k in range(4)]
                module.weight.copy_(torch.stack(turned).mean(0))
    scores = turned_scores(model, BOARDS[0], count)
    back = np.stack([planes.undone(each.reshape(19, 19), number) for number, each in enumerate(scores)])
    assert_close(back, np.broadcast_to(back[0], back.shape))
    plain, _ = network()
    scores = turned_scores(plain, BOARDS[0], count)
    back = np.stack([planes.undone(each.reshape(19, 19), number) for number, each in enumerate(scores)])
    assert np.abs(back - back[0]).max() > 0.1 * np.abs(back).max(), "random weights are not symmetric"


def test_maps_of_a_channel_are_what_a_hook_sees():
    model, count = network()
    layer = model.features[2]
    seen = []
    layer.register_forward_hook(lambda module, given, output: seen.append(output.clone()))
    with torch.no_grad():
        model(torch.tensor(np.stack([planes.stones(board) for board in BOARDS[:5]]), dtype=torch.float32))
    maps = channel_maps(model, BOARDS[:5], count, "features.2", 7)
    assert_close(maps, seen[0][:, 7].numpy())


def test_layers_and_channels_that_are_not_there_are_refused():
    model, count = network()
    width = model.move.in_channels
    with pytest.raises(ModelError, match=f"{width} channels; counted from 0, {width}"):
        channel_maps(model, BOARDS[:1], count, "features.2", width)
    with pytest.raises(ModelError, match="No call of this model is named nowhere"):
        channel_maps(model, BOARDS[:1], count, "nowhere", 0)
    pooled, count = network("go-policy-pooled")
    with pytest.raises(ModelError, match="no maps of 19 x 19"):
        channel_maps(pooled, BOARDS[:1], count, "move", 0)

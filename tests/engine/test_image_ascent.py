"""Images that excite a channel and pictures that fool a network, through the engine."""

import numpy as np
import pytest
import torch

from cnnviz import models
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import Classify, Excite, Fool, Input, ModelChoice, Picture
from cnnviz.probes import excite, noise_image

MODEL = ModelChoice("smallvgg-tiny")
HOW = models.card(MODEL.name).preprocessing
MEAN, STD = (torch.tensor(each)[:, None, None] for each in (HOW.mean, HOW.std))
ENDS = {"low": (0 - MEAN) / STD, "high": (1 - MEAN) / STD}
PICTURE = Picture.of(np.random.default_rng(1).integers(0, 255, (80, 90, 3), np.uint8))
SMOOTH = {"shift": 2, "blur": 0.4, "decay": 0.02}


@pytest.fixture(scope="module")
def engine():
    made = LocalEngine(device="cpu")
    yield made
    made.close()


@pytest.fixture(scope="module")
def model():
    return models.load(MODEL.name).eval()


def as_input(pixels):
    return (torch.tensor(pixels).permute(2, 0, 1) / 255 - MEAN) / STD


@pytest.mark.parametrize("from_photo", [False, True])
@pytest.mark.parametrize("middle", [False, True])
def test_an_image_in_turns_is_the_one_that_the_probe_makes_at_once(engine, model, from_photo, middle):
    picture = PICTURE if from_photo else None
    found = engine.ask(Excite(MODEL, "block2.conv1", 3, 19, middle=middle, seed=6, picture=picture, **SMOOTH))
    start = (
        torch.tensor(engine.ask(Input(MODEL, PICTURE)).values)[None]
        if from_photo
        else noise_image((3, *HOW.crop), seed=6, **ENDS)
    )
    wanted = excite(model, start, "block2.conv1", 3, steps=19, middle=middle, seed=6, **SMOOTH, **ENDS)
    assert np.allclose(found.values, wanted.image, atol=1e-5)
    assert (found.mean, found.middle, found.strongest) == pytest.approx(
        (wanted.mean, wanted.middle, wanted.strongest), abs=1e-4
    )
    assert found.pixels.shape == (*HOW.crop, 3)
    assert np.abs(as_input(found.pixels).numpy() - found.values).max() < 0.6 / 255 / min(HOW.std)


def test_what_came_before_is_not_computed_again(engine):
    request = Excite(MODEL, "block1.conv1", 0, 16, seed=11)
    before = engine.statistics().computed
    engine.ask(request)
    assert engine.statistics().computed - before == 2
    engine.ask(Excite(MODEL, "block1.conv1", 0, 24, seed=11))
    assert engine.statistics().computed - before == 3


@pytest.mark.parametrize(
    ("name", "toward"), [("smallvgg-tiny", False), ("smallvgg-tiny", True), ("lenet-relu-mnist", False)]
)
def test_every_level_is_a_picture_of_bytes_that_the_network_gets(engine, name, toward):
    choice, network, how = ModelChoice(name), models.load(name).eval(), models.card(name).preprocessing
    found = engine.ask(Fool(choice, PICTURE, 5, toward=toward, levels=9))
    assert np.array_equal(found.pixels(0), engine.ask(Input(choice, PICTURE)).view)
    assert np.allclose(found.probabilities[0], engine.ask(Classify(choice, PICTURE)).probabilities, atol=1e-5)
    assert not (found.raised & found.lowered).any()
    for levels in (1, 4, 9):
        pixels = found.pixels(levels)
        assert np.abs(pixels.astype(int) - found.view).max() == levels
        given = torch.tensor(pixels).permute(2, 0, 1)[: len(how.mean)] / 255
        given = (given - torch.tensor(how.mean)[:, None, None]) / torch.tensor(how.std)[:, None, None]
        with torch.no_grad():
            scores = network(given[None])[0]
        assert np.allclose(scores, found.logits[levels], atol=1e-3)
        assert np.allclose(scores.softmax(dim=0), found.probabilities[levels], atol=1e-4)
    loss = -np.log(found.probabilities[:, 5])
    assert (loss[1] < loss[0]) == toward

"""Networks that are their own name."""

import pytest
import torch
from PIL import Image

import cnnviz
from cnnviz import models
from cnnviz.design import PRESETS, evaluate, parse
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import Classify, Layers, Maps, ModelChoice, Picture
from cnnviz.errors import ModelError
from cnnviz.images import gallery_image, prepare
from cnnviz.models import own_networks
from cnnviz.training.live.examples import load, pixels_of

SMALL = "design:1x28x28: Conv 20 5 p2, ReLU, MaxPool 2, Basic 8, Flatten, Linear 10"
ROWS = parse(SMALL.split(":", 2)[2])


def test_the_network_is_the_one_that_was_designed():
    network, report = models.load(SMALL), evaluate(ROWS, (1, 1, 28, 28))
    assert cnnviz.analyze(network, (1, 1, 28, 28)).parameters == report.parameters == models.card(SMALL).parameters
    assert not any(module.training for module in network.modules())
    with torch.inference_mode():
        assert network(torch.zeros(1, 1, 28, 28)).shape == (1, 10)


def test_a_seed_gives_the_same_weights_and_none_is_seed_0():
    none, zero, one = (models.load(SMALL, random_seed=seed).state_dict() for seed in (None, 0, 1))
    assert all(torch.equal(none[key], zero[key]) for key in none)
    assert not torch.equal(zero["conv1.weight"], one["conv1.weight"])


def test_the_card_says_that_nobody_trained_it():
    card = models.card(SMALL)
    assert card.title == "A network of your own"
    assert "random" in card.weights
    assert card.input_size == (1, 28, 28) == (card.preprocessing.channels, *card.preprocessing.crop)
    assert card.classes[:2] == ("class 0", "class 1")
    assert len(card.classes) == 10
    assert card.accuracy is None
    assert models.is_designed(SMALL)
    assert models.is_ready(SMALL)
    assert SMALL not in models.names()


def test_a_name_is_made_of_rows():
    assert own_networks.name_of(ROWS, (1, 1, 28, 28)) == SMALL


@pytest.mark.parametrize("examples", ["mnist", "fashion-mnist", "patches"])
def test_one_that_learnt_reads_pictures_as_its_examples_were_read(examples):
    images, _ = pixels_of(examples, "test")
    size = (1, 1, 28, 28) if images.ndim == 3 else (1, 3, 32, 32)
    card = models.card(own_networks.name_of(ROWS, size, examples))
    given = load(examples).test_inputs
    for at in (0, 7, 999):
        made = prepare(Image.fromarray(images[at]).convert("RGB"), card.preprocessing)
        torch.testing.assert_close(torch.from_numpy(made.tensor), given[at : at + 1])
    assert card.classes == load(examples).classes
    assert not card.trained


def test_one_that_cannot_have_learnt_from_its_examples_is_told():
    with pytest.raises(ModelError, match="reads 1x28x28 and gives 10 scores; this network reads 1x28x28 and gives 7"):
        models.card("design:1x28x28 mnist: Flatten, Linear 7")


@pytest.mark.parametrize("shipped", ["lenet-relu-mnist", "lenet5-fashion"])
def test_one_that_learnt_reads_pictures_as_the_models_that_come_with_the_project(shipped):
    theirs = models.card(shipped)
    ours = models.card(own_networks.name_of(ROWS, (1, 1, 28, 28), theirs.data.split(",")[0].lower()))
    assert (ours.preprocessing, ours.classes) == (theirs.preprocessing, theirs.classes)


@pytest.mark.parametrize("name", ["lenet5", "alexnet-course", "nin", "googlenet-course", "resnet18"])
def test_presets_can_be_named(name):
    preset = PRESETS[name]
    assert models.card(own_networks.name_of(parse(preset.text), preset.input_size)).parameters > 0


def test_the_engine_runs_it_on_a_photo():
    engine = LocalEngine(device="cpu")
    try:
        model, picture = ModelChoice(SMALL, random_seed=0), Picture.of(gallery_image("chelsea"))
        names = [row.name for row in engine.ask(Layers(model)).rows]
        assert names[:4] == ["conv1", "relu1", "pool1", "basic1.main.conv1"]
        assert engine.ask(Maps(model, picture, "basic1.add")).values.shape == (8, 14, 14)
        assert engine.ask(Classify(model, picture)).classes == models.card(SMALL).classes
    finally:
        engine.close()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("design:", r"is no design; it should begin with its input, such as design:1x28x28: Conv 20 5"),
        ("design:1x28: Conv 20 5", r"is no design"),
        ("design:1x28x28: ReLU\nReLU", r"is no design"),
        ("design:1x28x28:", r"no rows"),
        ("design:2x28x28: Conv 20 5", r"reads 2 channels; to be shown a picture it should read 1 or 3"),
        ("design:1x0x28: Conv 20 5", r"reads 0x28 pixels; to be run here a side should have 1 to 1024"),
        ("design:1x9999x28: Conv 20 5", r"9999x28 pixels"),
        ("design:1x28x28: Konv 20 5", r"no layer 'Konv'"),
        ("design:1x28x28: Conv 20 5, Conv 20 40", r"Row 2, Conv 20 40, cannot work: .*40"),
        (
            "design:1x28x28: Flatten, Linear 1000000, ReLU",
            r"785,000,000 parameters; to be run here it may have 200,000,000",
        ),
        ("design:1x1000x1000: Conv 1000 1", r"4,000,000,000 bytes of outputs; to be run here it may have 536,870,912"),
        (
            "design:3x512x512: Conv 200 21 p10, Conv 200 21 p10",
            r"[\d,]+ MACs; to be run here it may have 50,000,000,000",
        ),
        ("design:3x224x224: Conv 8 3", r"394,272 numbers in its output; to be run here it may have 100,000"),
    ],
)
@pytest.mark.parametrize("ask", [models.card, models.load])
def test_what_cannot_be_run_is_told_why(ask, name, sentence):
    with pytest.raises(ModelError, match=sentence):
        ask(name)

"""The models trained here: what the course says they are, and what their cards promise."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch.nn import functional
from torchvision import datasets

from cnnviz import models
from cnnviz.assets import WEIGHTS
from cnnviz.errors import ModelError
from cnnviz.models import shipped
from cnnviz.models.shipped import SHIPPED
from cnnviz.training import data
from tests.conftest import some

DATA = Path(__file__).parents[2].parent / "shared" / "data"
# The bars are the paper's, whose networks saw each digit some 640 times and have over twice the parameters.
BELOW_THEIR_BAR = {"stn-rts-mnist"}
READY = [name for name in SHIPPED if models.is_ready(name)]


def test_all_are_named():
    assert set(models.groups()["Trained here"]) == {
        "lenet5-mnist", "lenet5-fashion", "lenet-relu-mnist", "linear-mnist",
        "mlp-mnist", "linear-tiny", "mlp-tiny", "smallvgg-tiny", "alexnet-tiny",
        "cnn-r-mnist", "stn-r-mnist", "cnn-rts-mnist", "stn-rts-mnist", "stn-tps-rts-mnist", "stn-cluttered-mnist",
        "lenet-relu-shuffled-mnist", "lenet-relu-plain-mnist", "lenet-relu-augmented-mnist",
        "nin-fashion", "vgg-fashion", "googlenet-fashion", "resnet-fashion",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("lenet5-mnist", 61_706),  # Dive into Deep Learning's LeNet: 156 + 2416 + 48120 + 10164 + 850
        ("lenet-relu-mnist", 1_256_080),  # 520 + 25050 + 1225500 + 5010
        ("linear-mnist", 7_850),
        ("linear-tiny", 614_450),
    ],
)
def test_sizes_worked_by_hand(name, parameters):
    assert sum(p.numel() for p in models.load(name, random_seed=0).parameters()) == parameters


def test_alexnets_first_layer_has_64_filters_of_11x11():
    assert models.load("alexnet-tiny", random_seed=0).conv1.weight.shape == (64, 3, 11, 11)


@pytest.mark.parametrize("kind", ["r", "rts"])
def test_a_transformer_costs_no_parameters(kind):
    """Jaderberg et al. compare networks of the same size; what the localisation network takes, the classifier gives."""
    plain, transformer = (
        sum(p.numel() for p in models.load(f"{net}-{kind}-mnist", random_seed=0).parameters()) for net in ("cnn", "stn")
    )
    assert transformer == pytest.approx(plain, rel=0.03)


@pytest.mark.parametrize("name", READY)
def test_weights_on_disk_are_the_networks(name):
    stored = load_file(WEIGHTS / f"{name}.safetensors")
    state = models.load(name).state_dict()
    assert stored.keys() == state.keys()
    assert {t.dtype for t in stored.values() if t.is_floating_point()} == {torch.float16}
    assert all(torch.equal(state[key], stored[key].to(state[key].dtype)) for key in stored)


@pytest.mark.parametrize("name", READY)
def test_cards_tell_the_training(name):
    card, written = models.card(name), json.loads((WEIGHTS / f"{name}.json").read_text())
    assert card.accuracy == written["accuracy"]
    assert (card.accuracy >= (written["bar"] or 0)) == (name not in BELOW_THEIR_BAR)
    assert card.weights.startswith(f"python -m cnnviz.training {name}")
    assert not any("_" in c for c in card.classes)
    if name.endswith("tiny"):
        assert card.classes[0] == "african elephant"


@pytest.mark.skipif(not (DATA / "MNIST").exists(), reason="the data sets are not here")
@pytest.mark.parametrize("name", some([n for n in READY if SHIPPED[n].dataset.endswith("mnist")], every=8))
def test_accuracy_on_the_card_is_true(name):
    card = models.card(name)
    kind = datasets.FashionMNIST if name.endswith("fashion") else datasets.MNIST
    test = kind(str(DATA), train=False)
    network = models.load(name)
    images = test.data[:, None]
    if (distorted := SHIPPED[name].dataset) not in ("mnist", "fashion-mnist"):
        images = data.load(distorted, DATA).test_images
    edge = (card.input_size[-1] - images.shape[-1]) // 2
    images = functional.pad(images, (edge,) * 4)
    batch = (images.float() / 255 - card.preprocessing.mean[0]) / card.preprocessing.std[0]
    with torch.inference_mode():
        right = torch.cat([network(part).argmax(dim=1) for part in batch.split(1000)]) == test.targets
    assert right.float().mean().item() == pytest.approx(card.accuracy, abs=5e-4)


def test_weights_that_are_missing_say_the_command(monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, "WEIGHTS", tmp_path)
    assert not models.is_ready("lenet5-mnist")
    with pytest.raises(ModelError, match=r"make them with python -m cnnviz\.training lenet5-mnist\.$"):
        models.load("lenet5-mnist")
    card = models.card("lenet5-mnist")
    assert card.accuracy is None
    assert len(card.classes) == 10


def test_weights_that_are_damaged_say_the_command(monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, "WEIGHTS", tmp_path)
    (tmp_path / "mlp-mnist.safetensors").write_bytes(b"version https://git-lfs")
    with pytest.raises(ModelError, match=r"mlp-mnist\.safetensors is damaged; make it again with"):
        models.load("mlp-mnist")

"""Training: it learns, it goes on where it stopped, and it writes what it says."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from cnnviz import models
from cnnviz.models import shipped
from cnnviz.training import data, loop
from cnnviz.training.recipes import RECIPES
from tests.conftest import some


class StoppedError(Exception):
    pass


def stop_at_epoch(monkeypatch, epoch):
    """Let training die in the evaluation of an epoch, counted from 1, after its weights have changed."""
    real, seen = loop.evaluate, []

    def evaluate(*arguments):
        seen.append(1)
        if len(seen) == epoch:
            raise StoppedError
        return real(*arguments)

    monkeypatch.setattr(loop, "evaluate", evaluate)
    return lambda: monkeypatch.setattr(loop, "evaluate", real)


def weights(folder, name):
    return load_file(folder / f"{name}.safetensors")


@pytest.mark.parametrize(
    ("name", "source"),
    some(
        [
            ("lenet-relu-mnist", "digits"),
            ("smallvgg-tiny", "things"),
            ("stn-r-mnist", "digits"),
            ("googlenet-fashion", "clothes"),
        ],
        every=2,
    ),
)
def test_a_stopped_run_goes_on_to_the_same_weights(name, source, request, tmp_path, cache, monkeypatch):
    found = request.getfixturevalue(source)
    root = found[0] if source == "digits" else found
    unbroken = loop.train(name, data_root=root, seed=3, epochs=2, out=tmp_path / "unbroken")
    goes_on = stop_at_epoch(monkeypatch, 2)
    with pytest.raises(StoppedError):
        loop.train(name, data_root=root, seed=3, epochs=2, out=tmp_path / "resumed")
    assert len(list((cache / "training").iterdir())) == 1
    goes_on()
    epochs = []
    real = loop._epoch
    monkeypatch.setattr(loop, "_epoch", lambda *arguments: epochs.append(arguments[5]) or real(*arguments))
    resumed = loop.train(name, data_root=root, seed=3, epochs=2, out=tmp_path / "resumed")
    assert epochs == [1]
    assert resumed == unbroken
    first, second = (weights(tmp_path / run, name) for run in ("unbroken", "resumed"))
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert not list((cache / "training").iterdir())


@pytest.mark.parametrize("rate", [0.0, 0.25])
def test_a_localisation_network_learns_at_its_own_rate(digits, tmp_path, monkeypatch, rate):
    monkeypatch.setitem(RECIPES, "stn-r-mnist", replace(RECIPES["stn-r-mnist"], localisation_rate=rate))
    loop.train("stn-r-mnist", data_root=digits[0], epochs=1, out=tmp_path)
    after = weights(tmp_path, "stn-r-mnist")
    still = torch.tensor([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]).half()
    assert torch.equal(after["localisation.regression.bias"], still) == (rate == 0)
    assert bool((after["localisation.regression.weight"] == 0).all()) == (rate == 0)


@pytest.mark.parametrize("weight", [0.0, 0.3])
def test_auxiliary_classifiers_learn_from_losses_of_their_own(clothes, tmp_path, monkeypatch, weight):
    monkeypatch.setitem(RECIPES, "googlenet-fashion", replace(RECIPES["googlenet-fashion"], auxiliary_weight=weight))
    loop.train("googlenet-fashion", data_root=clothes, epochs=1, out=tmp_path)
    after = weights(tmp_path, "googlenet-fashion")
    for name in ("early", "middle"):
        assert bool((after[f"{name}.fc2.bias"] == 0).all()) == (weight == 0)
    assert bool((after["fc1.bias"] != 0).any())


def test_images_are_put_in_the_middle_of_larger_ones_for_a_network_that_reads_those(clothes, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(loop, "evaluate", lambda model, images, *rest: seen.append(images) or 0.0)
    loop.train("vgg-fashion", data_root=clothes, epochs=1, out=tmp_path)
    plain = data.load("fashion-mnist", clothes).test_images
    assert seen[0].shape == (1000, 1, 32, 32)
    assert torch.equal(seen[0][..., 2:30, 2:30], plain)
    assert seen[0].sum() == plain.sum()


def test_another_seed_gives_other_weights(digits, tmp_path):
    root, _ = digits
    for seed in (3, 4):
        assert loop.train("linear-mnist", data_root=root, seed=seed, epochs=1, out=tmp_path / str(seed))["seed"] == seed
    first, second = (weights(tmp_path / seed, "linear-mnist") for seed in "34")
    assert all(not torch.equal(first[key], second[key]) for key in first)


def test_a_changed_recipe_starts_again(digits, tmp_path, monkeypatch):
    root, _ = digits
    goes_on = stop_at_epoch(monkeypatch, 2)
    with pytest.raises(StoppedError):
        loop.train("linear-mnist", data_root=root, epochs=2, out=tmp_path / "out")
    goes_on()
    monkeypatch.setitem(RECIPES, "linear-mnist", RECIPES["mlp-mnist"])
    epochs = []
    real = loop._epoch
    monkeypatch.setattr(loop, "_epoch", lambda *arguments: epochs.append(arguments[5]) or real(*arguments))
    loop.train("linear-mnist", data_root=root, epochs=2, out=tmp_path / "out")
    assert epochs == [0, 1]


def test_what_is_written_is_what_is_loaded(digits, tmp_path, monkeypatch):
    root, written = digits
    monkeypatch.setattr(shipped, "WEIGHTS", tmp_path)
    said = loop.train("linear-mnist", data_root=root, epochs=30, out=tmp_path)
    assert json.loads((tmp_path / "linear-mnist.json").read_text()) == said
    assert said["command"] == "python -m cnnviz.training linear-mnist --seed 0 --epochs 30"
    card, network = models.card("linear-mnist"), models.load("linear-mnist")
    assert card.accuracy == said["accuracy"] > 0.8
    images, labels = written["t10k"]
    batch = (torch.tensor(images)[:, None] / 255 - 0.1307) / 0.3081
    right = (network(batch).argmax(dim=1) == torch.tensor(labels)).float().mean().item()
    assert right == pytest.approx(card.accuracy, abs=1e-4)
    assert card.parameters == sum(p.numel() for p in network.parameters())
    assert card.data == "MNIST, 60 test images"

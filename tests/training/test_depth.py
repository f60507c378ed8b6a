"""The recipe of the curves by depth, in small, and that the shipped file is of it."""

import json

import pytest
import torch
from torch.nn import functional

from cnnviz.assets import CURVES
from cnnviz.models.cifar_resnet import network
from cnnviz.training import depth as recipe


@pytest.fixture
def few(monkeypatch):
    images = tuple(each[:80] for each in recipe.examples())
    monkeypatch.setattr(recipe, "examples", lambda: images)
    monkeypatch.setattr(recipe, "DEPTHS", (8,))
    monkeypatch.setattr(recipe, "KEPT", 8)
    monkeypatch.setattr(recipe, "SEEDS", 1)
    return images


def test_it_writes_every_run_with_its_card(few, tmp_path, monkeypatch):
    said = recipe.measure(out=tmp_path, epochs=2, seed=4)
    found = json.loads((tmp_path / "depth.json").read_text())
    assert found["card"]["seeds"] == [4]
    assert found["card"]["command"] == "cnnviz train depth --seed 4 --epochs 2"
    assert {(name, int(depth)) for name, runs in found["runs"].items() for depth in runs} == {*recipe.runs()}
    one = found["runs"]["residual"]["8"]
    assert [len(one[key][0]) for key in ("loss", "train", "test", "removed")] == [2, 2, 2, 3]
    assert [each is None for each in one["removed"][0]] == [False, True, True]
    assert "8 layers" in said
    # The weights that are kept are those whose errors were written.
    monkeypatch.setattr(recipe, "CURVES", tmp_path)
    for name in recipe.MAIN:
        made = recipe.trained(name)
        assert recipe.wrong(made, *few[2:]) == found["runs"][name]["8"]["test"][0][-1]
        assert recipe.without_each(made, *few[2:]) == found["runs"][name]["8"]["removed"][0]


def test_the_shipped_weights_are_of_the_recipe():
    assert (CURVES / recipe.WEIGHTS).stat().st_size < 600_000
    runs, images = json.loads((CURVES / "depth.json").read_text())["runs"], recipe.examples()
    least = {}
    for name in recipe.MAIN:
        made, run = recipe.trained(name), runs[name][str(recipe.KEPT)]
        assert recipe.wrong(made, *images[2:]) == pytest.approx(run["test"][0][-1], abs=0.02)
        errors = [each for each in recipe.without_each(made, *images[2:]) if each is not None]
        recorded = [each for each in run["removed"][0] if each is not None]
        assert len(errors) == len(recorded) == 7
        least[name] = min(errors)
    # Each block of the plain network is missed more than the residual one misses some.
    assert least["plain"] > 0.5 > least["residual"]


def test_images_are_means_of_four_pixels():
    images, labels, *_ = recipe.examples()
    whole = recipe.load("fashion-mnist").inputs
    assert images.shape == (5000, 1, 14, 14)
    assert images[7, 0, 3, 5] == pytest.approx(whole[7, 0, 6:8, 10:12].mean().item(), abs=1e-6)
    assert labels.shape == (5000,)


def test_an_epoch_is_torchs_own_steps(few):
    made, other = (network(8, residual=True, seed=2) for _ in range(2))
    curves = recipe.train(made, few, 1, 2)
    order = torch.randperm(80, generator=torch.Generator().manual_seed(2))
    other.train()
    scores = other(few[0][order])
    loss = functional.cross_entropy(scores, few[1][order])
    assert curves["loss"] == [pytest.approx(loss.item(), abs=1e-4)]
    assert curves["train"] == [pytest.approx((scores.argmax(1) != few[1][order]).float().mean().item(), abs=1e-4)]
    loss.backward()
    with torch.no_grad():
        for each in other.parameters():
            # The first step of momentum is that of plain gradient descent.
            each -= recipe.RATE * each.grad
    torch.testing.assert_close(made.linear.weight, other.linear.weight)
    # Another layout of the maps in memory, another order of the sums.
    torch.testing.assert_close(made.conv.weight, other.conv.weight, rtol=1e-3, atol=1e-4)


def test_the_shipped_curves_are_of_this_recipe():
    file = CURVES / "depth.json"
    assert file.stat().st_size < 200_000
    found = json.loads(file.read_text())
    assert found["card"]["epochs"] == recipe.EPOCHS
    assert found["card"]["learning_rate"] == recipe.RATE
    assert found["card"]["command"] == "cnnviz train depth --seed 0"
    for name, depth in recipe.runs():
        for key in ("train", "test"):
            runs = found["runs"][name][str(depth)][key]
            assert [len(each) for each in runs] == [recipe.EPOCHS] * recipe.SEEDS

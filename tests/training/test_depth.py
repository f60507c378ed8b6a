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
    monkeypatch.setattr(recipe, "SEEDS", 1)
    return images


def test_it_writes_every_run_with_its_card(few, tmp_path):
    said = recipe.measure(out=tmp_path, epochs=2, seed=4)
    found = json.loads((tmp_path / "depth.json").read_text())
    assert found["card"]["seeds"] == [4]
    assert found["card"]["command"] == "cnnviz train depth --seed 4 --epochs 2"
    assert {(name, int(depth)) for name, runs in found["runs"].items() for depth in runs} == {*recipe.runs()}
    one = found["runs"]["residual"]["8"]
    assert [len(one[key][0]) for key in ("loss", "train", "test", "removed")] == [2, 2, 2, 3]
    assert [each is None for each in one["removed"][0]] == [False, True, True]
    assert "8 layers" in said


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

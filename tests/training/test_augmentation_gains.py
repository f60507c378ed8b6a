"""The recipe of what each augmentation buys: on a tiny data set, and the shipped file."""

import json
import shutil
import sys

import numpy as np
import pytest
import torch
from torchvision.ops import StochasticDepth

from cnnviz.assets import CURVES
from cnnviz.training import augmentation_gains as recipe
from cnnviz.training.__main__ import main
from cnnviz.ui.augmentation.gains import _AS
from cnnviz.ui.augmentation.state import NAMES

FILE = CURVES / f"{recipe.NAME}.json"


def test_a_run_writes_the_curves_and_tells_the_best(tmp_path, clothes, monkeypatch, capsys):
    monkeypatch.setattr(recipe, "VARIANTS", {name: recipe.VARIANTS[name] for name in ("none", "cutmix")})
    monkeypatch.setattr(recipe, "EVERY", 1)
    arguments = [recipe.NAME, "--data-root", str(clothes), "--epochs", "1", "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["cnnviz.training", *arguments])
    assert main() == 0
    assert "without augmentation" in capsys.readouterr().out
    found = json.loads((tmp_path / "out" / f"{recipe.NAME}.json").read_text())
    assert found["epochs"] == [0, 1]
    assert np.array(found["validation"]["cutmix"]).shape == (3, 2)
    assert np.array(found["test"]["none"]).shape == (3,)
    # Before training both are the same network.
    assert [run[0] for run in found["validation"]["none"]] == [run[0] for run in found["validation"]["cutmix"]]
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("name", recipe.VARIANTS)
def test_a_batch_of_every_variant_has_what_a_loss_wants(name):
    variant = recipe.VARIANTS[name]()
    images = torch.randint(0, 256, (6, 1, 28, 28)).byte()
    inputs, targets = recipe.augmented(variant, images, torch.arange(6))
    assert inputs.shape == (6, 1, 28, 28)
    assert targets.shape in ((6,), (6, 10))
    assert targets.ndim == 1 or torch.allclose(targets.sum(dim=1), torch.ones(6))
    made = recipe.network(variant)
    assert torch.isfinite(torch.nn.functional.cross_entropy(made(inputs), targets))


def test_equal_seeds_begin_with_equal_weights_whatever_the_variant():
    starts = []
    for name in recipe.VARIANTS:
        torch.manual_seed(4)
        starts.append(torch.cat([each.flatten() for each in recipe.network(recipe.VARIANTS[name]()).parameters()]))
    assert all(torch.equal(each, starts[0]) for each in starts)


def test_survival_falls_with_depth():
    made = recipe.network(recipe.Variant(drop=0.5))
    drops = [each.p for each in made.modules() if isinstance(each, StochasticDepth)]
    assert drops == [0.125, 0.25, 0.375, 0.5]


@pytest.mark.skipif(not FILE.exists(), reason="the curves have not been measured")
def test_the_shipped_curves_are_of_this_recipe_and_of_every_kind_on_the_screen():
    found = json.loads(FILE.read_text())
    assert found["card"]["epochs"] == recipe.EPOCHS == found["epochs"][-1]
    assert found["card"]["command"] == f"cnnviz train {recipe.NAME} --seed 0"
    assert found["card"]["parameters"] == sum(p.numel() for p in recipe.network(recipe.Variant()).parameters())
    for part in ("validation", "training", "test"):
        assert set(found[part]) == set(recipe.VARIANTS)
        assert {_AS.get(name, name) for name in NAMES} <= set(found[part])
    for runs in found["validation"].values():
        assert np.array(runs).shape == (recipe.SEEDS, len(found["epochs"]))

"""The recipe of the curves with and without batch normalisation: on a tiny data set, and the shipped file."""

import json
import shutil
import struct
import sys

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.assets import CURVES
from cnnviz.training import normalization_rates as recipe
from cnnviz.training.__main__ import main


def clothes(folder):
    """Write IDX files of 300 and 1,000 images whose class is a bright bar."""
    raw = folder / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    random = np.random.default_rng(0)
    for split, count in (("train", 300), ("t10k", 1000)):
        labels = random.integers(0, 10, count, dtype=np.uint8)
        images = random.integers(0, 100, (count, 28, 28), dtype=np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[2 * label : 2 * label + 4] = 255
        (raw / f"{split}-images-idx3-ubyte").write_bytes(struct.pack(">4I", 0x803, *images.shape) + images.tobytes())
        (raw / f"{split}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 0x801, count) + labels.tobytes())
    return folder


def test_a_run_writes_the_curves_and_tells_the_best(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(recipe, "RATES", (0.1, 100.0))
    monkeypatch.setattr(recipe, "EVERY", 2)
    arguments = [recipe.NAME, "--data-root", str(clothes(tmp_path)), "--epochs", "2", "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["cnnviz.training", *arguments])
    assert main() == 0
    assert "with normalisation" in capsys.readouterr().out
    found = json.loads((tmp_path / "out" / f"{recipe.NAME}.json").read_text())
    assert np.array(found["losses"]["normalised"], float).shape == (2, 3, 3)
    assert found["losses"]["plain"][1][0][-1] is None
    assert np.array(found["accuracy"]["plain"]).shape == (2, 3)
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("normalised", [False, True])
def test_both_networks_begin_as_he_has_it(normalised):
    torch.manual_seed(0)
    made = recipe.network(normalised).eval()
    for layer in made:
        if isinstance(layer, nn.Conv2d):
            fan_in = layer.weight[0].numel()
            assert layer.weight.std().item() == pytest.approx((2 / fan_in) ** 0.5, rel=0.25)
            assert normalised == (layer.bias is None)
            assert normalised or not layer.bias.any()
    assert sum(isinstance(layer, nn.BatchNorm2d) for layer in made) == 5 * normalised
    assert made(torch.randn(2, 1, 28, 28)).shape == (2, 10)


def test_the_shipped_curves_are_of_this_recipe():
    found = json.loads((CURVES / f"{recipe.NAME}.json").read_text())
    assert tuple(found["rates"]) == recipe.RATES
    assert found["card"]["epochs"] == recipe.EPOCHS
    assert found["card"]["command"] == f"cnnviz train {recipe.NAME} --seed 0"
    count = sum(p.numel() for p in recipe.network(True).parameters())
    assert found["card"]["parameters"]["normalised"] == count
    for variant in recipe.VARIANTS:
        assert np.array(found["losses"][variant], float).shape[:2] == (len(recipe.RATES), recipe.SEEDS)

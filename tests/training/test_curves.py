"""Errors over the angle: measured on turned digits, and the shipped file is about the shipped models."""

import json
import sys

import pytest
import torch
from torch import nn

from cnnviz import models
from cnnviz.training import curves, data


class Tall(nn.Module):
    """Says 1 where the ink is taller than wide, else 0."""

    def forward(self, batch):
        inked = batch[:, 0] > 0.5
        taller = inked.any(dim=2).sum(dim=1) > inked.any(dim=1).sum(dim=1)
        return torch.stack([~taller, taller], dim=1).float()


def bars(count):
    image = torch.zeros(count, 1, 28, 28, dtype=torch.uint8)
    image[:, :, 6:22, 12:16] = 255
    return image


@pytest.mark.parametrize("name", ["cnn-r-mnist", "cnn-rts-mnist"])
def test_a_bar_that_is_turned_lies_down(name):
    images, labels = bars(8), torch.tensor([1, 1, 1, 1, 1, 1, 0, 0])
    plain = data.Splits(images, labels, images, labels, ("lies", "stands"))
    assert curves.errors(Tall(), name, plain, (-90, 0, 20, 90, 180)) == [0.75, 0.25, 0.25, 0.75, 0.25]


def test_the_file_is_what_was_measured(digits, tmp_path, monkeypatch):
    root, _ = digits
    monkeypatch.setattr(curves, "FILE", tmp_path / "new" / "rotation.json")
    monkeypatch.setattr(curves, "DEGREES", (0, 45))
    monkeypatch.setattr(curves, "NAMES", ("cnn-r-mnist",))
    monkeypatch.setattr(models, "is_ready", lambda name: True)
    monkeypatch.setattr(models, "load", lambda name: Tall())
    monkeypatch.setattr(sys, "argv", ["curves", "--data-root", str(root)])
    curves.main()
    expected = curves.errors(Tall(), "cnn-r-mnist", data.load("mnist", root), (0, 45))
    written = json.loads((tmp_path / "new" / "rotation.json").read_text())
    assert written == {"images": 60, "degrees": [0, 45], "errors": {"cnn-r-mnist": expected}}


@pytest.mark.skipif(not curves.FILE.exists(), reason="the curves have not been made")
def test_the_shipped_curves_agree_with_the_cards():
    """A network trained on turned digits alone has, over its angles, the error of its card, give or take."""
    shipped = json.loads(curves.FILE.read_text())
    assert set(shipped["errors"]) == {name for name in curves.NAMES if models.is_ready(name)}
    assert all(len(errors) == len(shipped["degrees"]) for errors in shipped["errors"].values())
    for name in {"cnn-r-mnist", "stn-r-mnist"} & set(shipped["errors"]):
        errors = shipped["errors"][name]
        # The two ends are half a step wide.
        mean = (sum(errors) - (errors[0] + errors[-1]) / 2) / (len(errors) - 1)
        assert mean == pytest.approx(1 - models.card(name).accuracy, abs=0.003)

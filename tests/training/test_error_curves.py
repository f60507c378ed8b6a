"""Errors over the angle: measured on turned digits, and the shipped file is about the shipped models."""

import json
import sys

import pytest
import torch
from torch import nn

from cnnviz import models
from cnnviz.training import data, error_curves


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
    assert error_curves.errors(Tall(), name, plain, "degrees", (-90, 0, 20, 90, 180)) == [0.75, 0.25, 0.25, 0.75, 0.25]


class Placed(nn.Module):
    """Says 1 where there is less ink than in the digits as they are and all of it is on the right, else 0."""

    def forward(self, batch):
        inked = batch[:, 0] > 0.5
        small = (inked.sum(dim=(1, 2)) < 60) & ~inked[:, :, :14].any(dim=2).any(dim=1)
        return torch.stack([~small, small], dim=1).float()


def test_a_bar_is_scaled_about_the_middle_and_moved_to_the_right():
    images, labels = bars(4), torch.tensor([1, 1, 1, 0])
    plain = data.Splits(images, labels, images, labels, ("no", "yes"))
    # 16 x 4 pixels are 64; half of a half-sized bar stays on the left; two columns to the right all of it is gone.
    assert error_curves.errors(Placed(), "cnn-r-mnist", plain, "scale", (1.0, 0.5)) == [0.75, 0.75]
    assert error_curves.errors(Placed(), "cnn-r-mnist", plain, "right", (2, 13)) == [0.75, 0.25]


def test_the_files_are_what_was_measured(digits, tmp_path, monkeypatch):
    root, _ = digits
    amounts = {"degrees": (0, 45), "scale": (0.5, 1.0)}
    asked = {f"over-{axis}": error_curves.Curve(axis, these, ("cnn-r-mnist",)) for axis, these in amounts.items()}
    monkeypatch.setattr(error_curves, "FOLDER", tmp_path / "new")
    monkeypatch.setattr(error_curves, "CURVES", asked)
    monkeypatch.setattr(models, "is_ready", lambda name: True)
    monkeypatch.setattr(models, "load", lambda name: Tall())
    monkeypatch.setattr(sys, "argv", ["curves", "over-scale", "--data-root", str(root)])
    error_curves.main()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["over-scale.json"]
    monkeypatch.setattr(sys, "argv", ["curves", "--data-root", str(root)])
    error_curves.main()
    for axis, these in amounts.items():
        expected = error_curves.errors(Tall(), "cnn-r-mnist", data.load("mnist", root), axis, these)
        written = json.loads((tmp_path / "new" / f"over-{axis}.json").read_text())
        assert written == {"images": 60, axis: list(these), "errors": {"cnn-r-mnist": expected}}


def test_a_curve_that_is_not_there_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["curves", "rotations"])
    with pytest.raises(SystemExit):
        error_curves.main()
    assert "there is no curve rotations; there are rotation, " in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", [name for name in error_curves.CURVES if (error_curves.FOLDER / f"{name}.json").exists()]
)
def test_the_shipped_files_are_of_the_shipped_models(name):
    curve, shipped = error_curves.CURVES[name], json.loads((error_curves.FOLDER / f"{name}.json").read_text())
    assert set(shipped["errors"]) == {model for model in curve.models if models.is_ready(model)}
    assert tuple(shipped[curve.axis]) == curve.amounts
    assert all(len(errors) == len(curve.amounts) for errors in shipped["errors"].values())


@pytest.mark.parametrize("name", [name for name in error_curves.CURVES if name.startswith("augmentation")])
def test_where_nothing_is_distorted_the_error_is_that_of_the_card(name):
    file, curve = error_curves.FOLDER / f"{name}.json", error_curves.CURVES[name]
    if not file.exists():
        pytest.skip("the curves have not been made")
    shipped = json.loads(file.read_text())
    at = curve.amounts.index(1 if curve.axis == "scale" else 0)
    for model, errors in shipped["errors"].items():
        assert errors[at] == pytest.approx(1 - models.card(model).accuracy, abs=2e-4)


@pytest.mark.skipif(not (error_curves.FOLDER / "rotation.json").exists(), reason="the curves have not been made")
def test_the_shipped_curves_agree_with_the_cards():
    """A network trained on turned digits alone has, over its angles, the error of its card, give or take."""
    shipped = json.loads((error_curves.FOLDER / "rotation.json").read_text())
    for name in {"cnn-r-mnist", "stn-r-mnist"} & set(shipped["errors"]):
        errors = shipped["errors"][name]
        # The two ends are half a step wide.
        mean = (sum(errors) - (errors[0] + errors[-1]) / 2) / (len(errors) - 1)
        assert mean == pytest.approx(1 - models.card(name).accuracy, abs=0.003)

"""The screen on regularisation without a browser: its runs are torch's, and its links lead where they say."""

import csv
import io
import re
from decimal import Decimal
from functools import partial

import numpy as np
import pytest
import torch
from torchvision import datasets, models

from cnnviz.probes.dropout import draw_network, subnetworks
from cnnviz.probes.redundancy import Removal
from cnnviz.training.live.examples import sheet
from cnnviz.training.live.run import LiveRun
from cnnviz.training.live.settings import Settings
from cnnviz.ui.menu import SCREENS
from cnnviz.ui.regularization import dropout, pattern, penalties, redundancy
from cnnviz.ui.regularization.pooled import head
from cnnviz.ui.regularization.state import PRESETS
from tests.conftest import some
from tests.pages import opening
from tests.pages.opening import assert_well, kept, said, unfold
from tests.ui.opened import opened

open_screen = partial(opening.open_screen, "pages/train/regularization.py")
NET = "Linear 6, ReLU, Linear 2"
POINTS = {"examples": "xor", "net": NET, "count": "40", "l1": "0.03"}


def run_of(app):
    return app.session_state["regularization.run"]


def press(app, name):
    app.button(key=f"regularization.{name}").click().run()
    assert run_of(app).wait(30)
    return app.run()


def numbers(app):
    return {each.label: each.value for each in app.metric}


def test_the_gap_and_the_zeros_are_those_of_the_same_run_alone():
    app = press(press(open_screen(**POINTS), "ten_epochs"), "ten_epochs")
    assert_well(app)
    alone = LiveRun(Settings(NET, "xor", 0.3, "SGD", 0.1, 20, 0.03, count=40, proximal=True))
    alone.advance(steps=40)
    alone.finish_test()
    weights = torch.cat([each.detach().flatten() for each in alone.network.parameters() if each.ndim > 1])
    shown = numbers(app)
    assert shown["Steps"] == "40"
    assert shown["Validation"] == f"{alone.tested[-1].accuracy:.1%}"
    assert shown["Training"] == f"{alone.learnt[-1][2]:.1%}"
    assert shown["Loss gap"] == f"{alone.tested[-1].loss - alone.learnt[-1][1]:.3f}".replace("-", "−")
    assert shown["Weights at 0"] == f"{(weights == 0).double().mean().item():.1%}"
    view = run_of(app).look()
    rows = list(csv.DictReader(io.StringIO(penalties.curves(view))))
    assert float(rows[-1]["validation_loss"]) == pytest.approx(alone.tested[-1].loss)
    assert [int(row["step"]) for row in rows] == [int(step) for step in view.tests[:, 0]]


def test_the_same_settings_make_the_same_run_and_others_keep_its_curve():
    app = press(open_screen(**POINTS), "ten_epochs")
    first = run_of(app).look().losses.tolist()
    app.button(key="regularization.anew").click().run()
    assert numbers(app)["Steps"] == "0"
    assert run_of(press(app, "ten_epochs")).look().losses.tolist() == first
    app.toggle(key="regularization.threshold").set_value(False).run()
    assert_well(app)
    assert numbers(app)["Steps"] == "0"
    assert "the run before this one, with L1 by soft thresholds on." in " ".join(each.value for each in app.caption)
    assert app.query_params["threshold"] in ("false", ["false"])
    assert numbers(press(app, "ten_epochs"))["Weights at 0"] == "0.0%"


@pytest.mark.parametrize("name", some(list(PRESETS), 2))
def test_every_preset_opens(name):
    app = kept(open_screen)
    app.pills(key="regularization.preset").set_value(name).run()
    assert_well(app)
    assert app.pills(key="regularization.preset").value == name


def test_all_subnetworks_are_told():
    app = open_screen(part="Dropout", first="3", second="2", keep="0.8", at="5", seed="8")
    assert_well(app)
    found = subnetworks(draw_network((3, 2), seed=8), "relu", keep=0.8)
    assert f"{found.mean:.4f}".replace("-", "−") in said(app)
    assert f"{found.scaled:.4f}".replace("-", "−") in said(app)
    assert "`nn.Dropout(0.2)`" in said(app)
    assert any(f"= {0.8**2 * 0.2**3:.3g}" in each.value for each in app.latex)
    code = app.code[0].value
    made: dict[str, object] = {}
    exec(code.replace("torch.randn", "torch.ones"), made)
    # Torch's own network, with its own weights: the printed mean is over 32 masks.
    total = sum(
        np.prod([0.8 if number >> unit & 1 else 0.2 for unit in range(5)])
        * made["forward"](torch.tensor([float(number >> unit & 1) for unit in range(5)]))
        for number in range(32)
    )
    assert made["mean"] == pytest.approx(total, abs=1e-5)


@pytest.mark.parametrize("link", [{"activation": "linear"}, {"first": "6", "second": "0"}, {"scaling": "none"}])
def test_what_is_equal_is_told_so(link):
    app = open_screen(part="Dropout", **link)
    assert_well(app)
    assert ("Equal, not just close" in said(app)) == ("scaling" not in link)


def test_what_global_average_pooling_saves_is_what_torchvision_has():
    for name, made in (("vgg16", models.vgg16), ("resnet50", models.resnet50)):
        with torch.device("meta"):
            model = made()
        linear = [each for each in model.modules() if isinstance(each, torch.nn.Linear)]
        shown = head(name)
        assert shown.parameters == sum(each.numel() for each in model.parameters())
        assert shown.linear == sum(each.weight.numel() + each.bias.numel() for each in linear)
    assert head("vgg16").pooled == shown_without_linear(models.vgg16) + 512 * 1000 + 1000
    assert head("resnet50").pooled is None
    assert head("nin").pooled is None


def shown_without_linear(made):
    with torch.device("meta"):
        return sum(each.numel() for each in made().features.parameters())


def test_redundancy_and_averages_are_those_of_the_trained_runs(monkeypatch):
    app = open_screen(part="Redundancy", units="8", steps="400")
    assert_well(app)
    assert "Without 4 of 8 units" in said(app)
    pixels, labels = sheet("mnist", "train")
    data = type("Data", (), {"data": torch.tensor(pixels), "targets": torch.tensor(labels).long()})
    monkeypatch.setattr(datasets, "MNIST", lambda *_, **__: data)
    made: dict[str, object] = {}
    exec(app.code[0].value.replace("while step < 400", "while step < 40"), made)
    assert made["less"].shape == (1000, 8)
    assert made["hidden"].min() >= 0
    assert made["losses"][-1] < made["losses"][0]


def test_every_method_opens_its_demonstration():
    app = open_screen(part="Random and averaged", passes="10")
    assert_well(app)
    assert "the mean of 10 passes" in said(app)
    paths = {screen.name: screen.path for screen in SCREENS}
    for method, (screen, link) in pattern.METHODS.items():
        if screen not in paths:
            continue
        # Without a word a link opens a screen as it was left, whatever that was.
        assert link, method
        target = opening.open_screen(paths[screen], **link)
        assert_well(target)
        assert target.query_params == link, method
        assert not [each.value for each in target.caption if "The link asks for" in each.value]
    opener = next(each for each in app.button if each.label == "All subnetworks")
    opener.click().run()
    assert_well(app)
    assert app.query_params == {"part": "Dropout"}


@pytest.mark.parametrize("part", ["", "Dropout", "Redundancy", "Random and averaged"])
def test_questions_have_one_right_answer(part):
    app = unfold(
        open_screen(**({"part": part, "steps": "400"} if part == "Redundancy" else {"part": part} if part else {})),
        ".".join(filter(None, ("regularization", part, "predict"))),
    )
    for _ in range(5):
        assert_well(app)
        question = next(each for each in app.radio if "predict" in each.key)
        assert 2 <= len(set(question.options)) == len(question.options) <= 4, question.label
        app.button(key=".".join(filter(None, ("regularization", part, "predict-next")))).click().run()


def test_answers_are_what_torch_makes_of_the_numbers():
    for number in range(0, 80, 4):
        soft = penalties.question(None, None, number)
        weight, threshold = (float(each.replace("−", "-")) for each in re.findall(r"−?\d+\.?\d*", soft.asked)[:2])
        wanted = torch.nn.functional.softshrink(torch.tensor(weight).double(), threshold).item()
        assert float(str(soft.right).replace("−", "-")) == pytest.approx(wanted, abs=1e-6)
    for number in range(4, 60, 5):
        inverted = dropout.question(None, None, number)
        drop, value = (float(each) for each in re.findall(r"Dropout\((\d\.\d+)\).*value is (\d+)", inverted.asked)[0])
        torch.manual_seed(0)
        given = torch.nn.Dropout(drop).train()(torch.full((200,), value)).max().item()
        assert float(inverted.right) == pytest.approx(given, rel=2e-3)
    a_loss = partial(Removal, counts=tuple(range(8)), losses=np.ones(8), accuracy=0.9)
    without = a_loss(0.49949, alone=np.array([0.59851, 0.7]), accuracies=np.linspace(0.9, 0.1, 8))
    dropped = a_loss(0.5, alone=np.array([0.4, 0.612]), accuracies=np.linspace(0.9, 0.1, 8))
    for number in range(0, 30, 3):
        rise = redundancy.question(None, redundancy.Both(without, dropped), number)
        whole, rest = re.findall(r"\d\.\d+", rise.asked)
        assert rise.right == str(Decimal(rest) - Decimal(whole)).replace("-", "−")
        alike = redundancy.question(None, redundancy.Both(without, dropped), number + 1)
        assert alike.right == "both alike"
    asked = [redundancy.question(None, None, number) for number in range(2, 40, 3)]
    assert all(question.right not in question.distractors for question in asked)


def test_a_mask_of_another_network_is_all_units():
    with opened(first=2, second=1, at=99):
        assert dropout.read().mask == 7

"""Equivariance without a browser: the numbers on the screen are torch's, and every state opens."""

import re
from functools import partial

import pytest
import torch

from cnnviz import images, models
from cnnviz.arithmetic.signals import read_signal
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import ModelChoice, Picture, ShiftLayers
from cnnviz.probes.equivariance_table import columns
from cnnviz.probes.placement import thetas
from cnnviz.probes.resampling import resampled
from cnnviz.ui.invariance.equivariance.poses import poses_of
from tests.pages import opening
from tests.pages.opening import assert_well, said, unfold

open_screen = partial(opening.open_screen, "pages/transform/invariance.py", part="Equivariance")


def rolled(layers, right, down=0):
    """What torch makes of test digit 70 up to a layer of LeNet: of the digit, and of the digit rolled."""
    network = models.load("lenet-relu-mnist")[:layers]
    digit = torch.tensor((images.sheet("digits")[70] / 255 - 0.1307) / 0.3081, dtype=torch.float32)[None, None]
    with torch.no_grad():
        return network(digit)[0], network(digit.roll((down, right), (2, 3)))[0]


def test_it_opens_with_a_digit_whose_maps_inside_are_the_same():
    app = open_screen()
    assert_well(app)
    assert "6 of the 6 layers that have positions move by a whole number of units" in said(app)
    assert re.search(r"Inside, 120 places: \*\*the same\*\*", said(app))
    assert app.latex
    still, there = rolled(3, 4)
    gap = (there - still.roll(2, 2)).abs().max().item()
    assert f"they differ by up to **{gap:.2g}**" in said(app)


def test_in_a_circle_the_border_is_the_same_too():
    app = open_screen(padding="in a circle", dx="8", dy="-4")
    assert_well(app)
    assert "places: the same too" in said(app)
    assert "The border is the same as well in all 6" in said(app)
    assert "move by 4 across and -2 down" in said(app)


def test_a_shift_that_the_stride_does_not_divide_is_told():
    app = open_screen(dx="1")
    assert_well(app)
    assert "**between two units**" in said(app)
    assert "4 layers cannot follow the shift. The first is pool1" in said(app)
    still, there = rolled(3, 1)
    nearest = min((there - still.roll(step, 2)).norm() / still.norm() for step in (0, 1))
    assert "nearest whole shift they would differ by up to" in said(app)
    assert f"relatively {nearest:.1%}." in said(app)


def test_no_shift_is_no_difference():
    app = open_screen(dx="0", dy="0")
    assert_well(app)
    assert "has not been shifted" in said(app)
    assert not unfold(app, "invariance.Equivariance.predict").radio


def test_the_head_has_no_positions():
    app = open_screen(layer="fc1")
    assert_well(app)
    still, there = rolled(8, 4)
    assert f"the relative one {((there - still).norm() / still.norm()).item():.1%}" in said(app)


def test_the_signal_of_the_paper_and_another_one():
    app = open_screen()
    assert "0, 1, 0, 1 becomes 1, 1, 1, 1" in said(app)
    assert "0.5, 1, 0.5, 1 becomes 0.75, 0.75, 0.75, 0.75" in said(app)
    app = open_screen(signal="0 3 0 0", bx="2", blur="Rect-2")
    # In a circle the maxima of two are 3 3 0 0, their means of two 3 1.5 0 1.5; every second one is kept.
    assert "3, 0 becomes 0, 3; shifted along, by 1, it would be 0, 3" in said(app)
    assert "**With blur** 3, 0 becomes 0, 3" in said(app)


@pytest.mark.parametrize("typed", ["1 2 3", "", "a b", "1 nan", " ".join("1" * 40)])
def test_what_is_no_signal_gets_one_sentence_and_the_network_stays(typed):
    app = open_screen(signal=typed or " ")
    assert not app.exception
    assert len(app.error) == 1
    assert app.error[0].value.endswith(".")
    assert "**The network.**" in said(app)


def test_a_signal_is_read_with_commas_or_spaces():
    assert read_signal("1, 2.5  -3 4e1") == (1, 2.5, -3, 40)


def test_blur_mends_on_the_screen():
    app = open_screen(blur="Bin-5")
    own, mended = re.search(r"\*\*pool1\*\* .*relative (\S+)% without blur; \S+, (\S+)% with it", said(app)).groups()
    assert 0 < float(mended) < float(own)


def test_the_digits_and_the_turns_are_there():
    app = open_screen()
    network = models.load("lenet-relu-mnist")
    batch = torch.tensor((images.sheet("digits") / 255 - 0.1307) / 0.3081, dtype=torch.float32)[:, None]
    there = torch.full_like(batch, -0.1307 / 0.3081)
    there[..., 14:] = batch[..., :14]
    labels = torch.tensor(images.sheet_labels())
    with torch.no_grad():
        right = (network(there).argmax(1) == labels).float().mean()
    assert f"14 pixels: {right:.0%}, with" in said(app)
    assert "Rotated by 45°" in said(app)


def test_moves_have_each_their_name():
    assert len(poses_of(1, 28)) == 8
    assert len(poses_of(4, 28)) == 9
    assert len(poses_of(14, 28)) == 8


@pytest.mark.parametrize("link", [
    {"source": "Gallery", "model": "alexnet-tiny", "dx": "6", "dy": "2"},
    {"model": "linear-mnist", "source": "Digits"},
    {"model": "design:1x28x28: Conv 4 3, ReLU, Flatten, Linear 10", "source": "Digits", "dx": "-3"},
    {"dx": "9999", "padding": "none", "blur": "Hann", "bx": "x", "layer": "conv9", "channel": "77"},
])  # fmt: skip
def test_other_networks_and_nonsense_open(link):
    assert_well(open_screen(**link))


def test_the_prediction_is_marked():
    app = unfold(open_screen(dx="6", layer="pool2"), "invariance.Equivariance.predict")
    question = next(each for each in app.radio if "The units of pool2 are 4 pixels apart" in each.label)
    assert "3/2" in question.options
    question.set_value("3/2").run()
    assert any("Right" in each.value for each in app.success)


@pytest.mark.parametrize(("layer", "dx"), [("conv1", "3"), ("pool1", "4"), ("pool2", "-8"), ("fc1", "0")])
def test_the_code_on_the_screen_runs_and_inside_is_the_same(layer, dx, capsys):
    app = open_screen(layer=layer, dx=dx)
    lines = next(each.value for each in app.code if "roll" in each.value)
    exec(lines, {})
    everywhere, inside = (float(line.split()[1]) for line in capsys.readouterr().out.splitlines())
    assert inside < 1e-5 <= everywhere or dx == "0"


def test_the_table_holds_what_the_probe_found():
    engine = LocalEngine(device="cpu")
    try:
        picture = Picture.of(images.sheet("digits")[70])
        found = engine.ask(ShiftLayers(ModelChoice("lenet-relu-mnist"), picture, right=2)).found
    finally:
        engine.close()
    table = columns(found)
    assert table["layer"] == [gap.name for gap in found]
    pool = table["layer"].index("pool2")
    assert (table["units right"][pool], table["stride"][pool]) == ("1/2", "4×4")
    assert table["all, largest"][pool] == found[5].whole.largest


def test_the_second_question_asks_for_a_shift_that_a_layer_follows():
    app = open_screen()
    app.session_state["invariance.Equivariance.predict-number"] = 1
    question = unfold(app, "invariance.Equivariance.predict").radio[0]
    stride = (
        int(re.search(r"are (\d+) pixels apart", question.label)[1])
        if "By how many pixels may" in question.label
        else 0
    )
    if stride:
        (right,) = [option for option in question.options if int(option) % stride == 0]
        question.set_value(right).run()
        assert app.success


def test_a_link_opens_the_very_state():
    app = open_screen(digit_number="60", dx="3")
    app.selectbox(key="invariance.Equivariance.layer").set_value("conv1").run()
    app.number_input(key="invariance.Equivariance.channel").set_value(3).run()
    app.selectbox(key="invariance.Equivariance.padding").set_value("in a circle").run()
    app.number_input(key="invariance.Equivariance.bx").set_value(2).run()
    assert_well(app)
    link = {name: text[0] if isinstance(text, list) else text for name, text in app.query_params.items()}
    link.pop("part")
    again = open_screen(**link)
    assert_well(again)
    assert said(again) == said(app)
    assert again.selectbox(key="invariance.Equivariance.layer").value == "conv1"
    assert again.number_input(key="invariance.Equivariance.channel").value == 3
    assert again.number_input(key="invariance.Equivariance.digit_number").value == 60


def test_the_single_output_of_a_network_is_no_probability():
    name = "design:1x28x28: Conv 4 5, ReLU, MaxPool 2, Flatten, Linear 1"
    app = open_screen(source="Digits", model=name)
    assert_well(app)
    table = next(each.value for each in app.dataframe if "movement" in each.value)
    assert "probability" not in table
    assert "prediction" not in table
    network, how = models.load(name), models.card(name).preprocessing
    digit = torch.tensor(images.prepare(images.sheet("digits")[70], how).tensor)
    poses = poses_of(2, 28).values()
    moved = resampled(digit, thetas(list(poses), (28, 28)), padding_mode="border")
    with torch.no_grad():
        assert table["output"].tolist() == pytest.approx(network(moved).flatten().tolist(), abs=1e-4)

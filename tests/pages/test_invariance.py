"""The part "Move it" of the screen on invariance without a browser: every state opens, and says what torch says."""

import csv
import io
import json
import re
from functools import partial
from random import Random

import numpy as np
import pytest
import torch
from PIL import Image

from cnnviz import models
from cnnviz.arithmetic.pose import similarity
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import ModelChoice, Picture, Sweep, View
from cnnviz.images import prepare, sheet
from cnnviz.probes.placement import place
from cnnviz.probes.sweep_summary import table
from cnnviz.ui.invariance.sweep.state import AXES, PRESETS
from tests.pages import opening
from tests.pages.opening import assert_well, kept, said, unfold

open_screen = partial(opening.open_screen, "pages/transform/invariance.py")


@pytest.mark.parametrize("sweep", AXES)
def test_every_sweep_opens(sweep):
    app = open_screen(sweep=sweep)
    assert_well(app)
    assert "The network predicts **6** for the unmoved picture" in said(app)
    assert app.latex


def test_it_opens_with_a_six_that_becomes_a_nine():
    app = open_screen()
    assert_well(app)
    assert app.selectbox(key="invariance.model").value == "lenet-relu-mnist"
    assert app.number_input(key="invariance.rotation").value == 180
    assert re.search(r"and for \*\*\d+\*\* of the 25 states of this sweep", said(app))


def test_a_link_opens_the_very_state():
    app = open_screen(
        source="Clothes", model="lenet5-fashion", sweep="right", right="-3", rotation="20", steps="9", edge="mirror"
    )
    assert_well(app)
    assert app.number_input(key="invariance.right").value == -3
    assert app.number_input(key="invariance.rotation").value == 20
    assert app.selectbox(key="invariance.edge").value == "mirror"
    assert "mirroring" in " ".join(each.value for each in app.caption)


def test_nonsense_in_a_link_opens_with_the_defaults():
    app = open_screen(
        sweep="sideways", rotation="999", steps="-4", edge="wrap", right="x", layer="nowhere", channels="77"
    )
    assert_well(app)
    assert app.number_input(key="invariance.rotation").value == 180


def test_another_sweep_begins_from_the_unmoved_picture():
    app = open_screen(rotation="45")
    app.segmented_control(key="invariance.sweep").set_value("scale").run()
    assert_well(app)
    assert app.number_input(key="invariance.rotation").value == 0
    assert app.number_input(key="invariance.scale").value == 60


def test_the_unmoved_picture_changes_nothing():
    app = open_screen(rotation="0", right="0")
    app.button(key="invariance.unmove").click().run()
    assert_well(app)
    assert app.latex[-1].value.strip("$\n").endswith("= 0")


def test_a_network_that_reads_smaller_pictures_takes_over_a_range_that_is_too_wide():
    app = open_screen(source="Gallery", model="alexnet-tiny", sweep="right", right="30", steps="5")
    assert_well(app)
    app.selectbox(key="invariance.model").select("lenet-relu-mnist").run()
    assert_well(app)
    assert app.number_input(key="invariance.right").value <= 14


@pytest.mark.parametrize("layer", ["pool2", "fc2", "flatten"])
def test_every_kind_of_layer_can_be_watched(layer):
    app = open_screen(layer=layer)
    assert_well(app)
    assert app.selectbox(key="invariance.layer").value == layer


def test_a_question_is_marked_and_the_next_one_asks_of_layers():
    app = unfold(open_screen(), "invariance.predict")
    first = next(each for each in app.radio if "scaled to 50% of its size" in each.label)
    assert len(first.options) == 4
    assert "6" in first.options
    first.set_value(first.options[0]).run()
    assert len(app.success) + len(app.warning) == 1
    app.button(key="invariance.predict-next").click().run()
    pixel = next(each for each in app.radio if "to the right by 1 px" in each.label)
    assert len(pixel.options) == 4
    assert "the input" in pixel.options
    pixel.set_value("the input").run()
    assert len(app.success) + len(app.warning) == 1


@pytest.mark.parametrize(("number", "pose"), [(0, similarity(scale=0.5)), (2, similarity(degrees=90))])
def test_the_right_answer_is_what_torch_predicts(number, pose):
    app = open_screen()
    app.session_state["invariance.predict-number"] = number
    unfold(app, "invariance.predict")
    digit = torch.tensor(sheet("digits")[60] / 255, dtype=torch.float32)[None, None]
    with torch.no_grad():
        right = int(models.load("lenet-relu-mnist")((place(digit, [pose], 28) - 0.1307) / 0.3081).argmax())
    app.radio[0].set_value(str(right)).run()
    assert app.success


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_opens(name):
    app = kept(open_screen)
    app.pills(key="invariance.preset").set_value(name).run()
    assert_well(app)
    assert dict(app.query_params).get("sweep", "rotation") == PRESETS[name].get("sweep", "rotation")


def test_a_link_holds_all_that_is_set():
    app = open_screen(source="Clothes", model="lenet5-fashion")
    app.segmented_control(key="invariance.sweep").set_value("scale").run()
    app.number_input(key="invariance.scale").set_value(130).run()
    app.slider(key="invariance.scale_range").set_value((80, 150)).run()
    app.selectbox(key="invariance.layer").set_value("conv2").run()
    app.multiselect(key="invariance.channels").set_value([1, 4]).run()
    assert_well(app)
    link = {name: text[0] if isinstance(text, list) else text for name, text in app.query_params.items()}
    again = open_screen(**link)
    assert_well(again)
    assert again.number_input(key="invariance.scale").value == 130
    assert again.slider(key="invariance.scale_range").value == (80, 150)
    assert again.selectbox(key="invariance.layer").value == "conv2"
    assert again.multiselect(key="invariance.channels").value == [1, 4]
    assert said(again) == said(app)


def test_what_one_part_shows_is_not_carried_into_another():
    app = open_screen(digit_number="61", layer="pool1", scale="80", channels="1,2")
    app.segmented_control(key="invariance.part").set_value("Equivariance").run()
    assert_well(app)
    assert dict(app.query_params) == {"part": "Equivariance"}
    assert app.number_input(key="invariance.Equivariance.digit_number").value == 70
    app.segmented_control(key="invariance.part").set_value("").run()
    assert app.number_input(key="invariance.digit_number").value == 61
    assert app.multiselect(key="invariance.channels").value == [1, 2]


@pytest.mark.parametrize("link", [{}, {"sweep": "scale", "edge": "edge"}, {"sweep": "down", "steps": "6"}])
def test_the_code_on_the_screen_runs(link, tmp_path, monkeypatch, capsys):
    app = open_screen(**link)
    Image.fromarray(sheet("digits")[60]).save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    exec(compile(app.code[0].value, "code", "exec"), {})
    assert "values=" in capsys.readouterr().out


def test_the_table_holds_the_whole_sweep():
    engine = LocalEngine(device="cpu")
    moves = tuple(View(similarity(degrees=degrees)) for degrees in (-90, 0, 90))
    found = engine.ask(Sweep(ModelChoice("lenet-relu-mnist"), Picture.of(sheet("digits")[60]), moves)).found
    engine.close()
    rows = list(csv.DictReader(io.StringIO(table("degrees", (-90, 0, 90), found, tuple("0123456789"), [6]))))
    assert [row["degrees"] for row in rows] == ["-90", "0", "90"]
    assert rows[1]["answer"] == "6"
    for index, row in enumerate(rows):
        says = [float(row[f"probability of {digit}"]) for digit in range(10)]
        np.testing.assert_allclose(says, found.probabilities[index], atol=1e-5)
        changed = [float(row[f"change of {layer or 'input'}"]) for layer in found.layers]
        np.testing.assert_allclose(changed, found.changes[:, index], rtol=1e-5)


def test_a_network_of_ones_own_is_moved_too():
    app = open_screen(
        source="Digits", model="design:1x28x28: Conv 4 3, ReLU, MaxPool 2, Flatten, Linear 10", sweep="right"
    )
    assert_well(app)
    assert "The network predicts **class" in said(app)


@pytest.mark.parametrize(
    ("link", "source"),
    [({}, "Digits"), ({"model": "lenet-relu-mnist"}, "Digits"), ({"photo": "coffee"}, "Gallery")],
)
def test_a_link_that_leaves_out_the_kind_of_picture_means_a_digit_unless_it_names_a_photo(link, source):
    app = open_screen(**link)
    assert_well(app)
    assert app.pills(key="invariance.source").value == source


def test_what_did_not_move_is_not_in_the_formula():
    assert "u' \\\\ v'" in open_screen().latex[0].value
    assert "u'−3 \\\\ v'+2" in open_screen(right="3", down="-2").latex[0].value


@pytest.mark.parametrize("seed", range(3))
def test_a_random_state_comes_back_from_its_link(seed):
    drawn = Random(seed)
    part = ("", "Equivariance", "Augmentation")[seed]
    controls = {
        "": {"rotation": (-180, 180), "right": (-14, 14), "down": (-14, 14), "scale": (50, 200), "steps": (2, 30)},
        "Equivariance": {"dx": (-30, 30), "dy": (-30, 30), "bx": (-8, 8), "digit_number": (0, 99)},
        "Augmentation": {"turned": (-180, 180), "sized": (40, 160), "shifted": (-14, 14), "digit_number": (0, 99)},
    }[part]
    app = open_screen(**({"part": part} if part else {}))
    for name, (low, high) in controls.items():
        key = ".".join(filter(None, ("invariance", part, name)))
        app.number_input(key=key).set_value(drawn.randint(low, high)).run()
    assert_well(app)
    again = open_screen(**app.query_params)
    assert_well(again)
    assert said(again) == said(app)
    numbers = {each.key: each.value for each in app.number_input}
    assert {each.key: each.value for each in again.number_input} == numbers


@pytest.mark.parametrize("part", ["", "Equivariance", "Augmentation"])
@pytest.mark.parametrize("source", ["Upload", "Draw"])
def test_without_a_picture_it_says_how_to_come_to_one_and_the_settings_stay(part, source):
    app = open_screen(source=source, **({"part": part} if part else {}))
    assert_well(app)
    assert app.info
    assert app.slider


ONE = "design:1x28x28: Conv 4 5, ReLU, Flatten, Linear 1"


def outputs_of_one(poses):
    """What torch makes of the six in some poses."""
    network, how = models.load(ONE), models.card(ONE).preprocessing
    digit = torch.tensor(prepare(sheet("digits")[60], how).tensor)
    with torch.no_grad():
        pixels = (digit * how.std[0] + how.mean[0]).expand(len(poses), 1, 28, 28)
        return network((place(pixels, poses, 28) - how.mean[0]) / how.std[0]).flatten().tolist()


def test_a_single_output_is_shown_as_it_is_and_never_as_a_probability():
    app = open_screen(model=ONE, source="Digits", steps="5")
    assert_well(app)
    before, *states = outputs_of_one([similarity(degrees=each) for each in (0, -180, -90, 0, 90, 180)])
    told = re.search(
        r"one output, .*: \*\*(\S+)\*\* for the unmoved picture, and from (\S+) to (\S+) for the 5 states", said(app)
    )
    numbers = [float(each.replace("\N{MINUS SIGN}", "-")) for each in told.groups()]
    assert numbers == pytest.approx([before, min(states), max(states)], rel=1e-3, abs=1e-4)
    for words in (said(app), " ".join(caption.value for caption in app.caption)):
        assert "100%" not in words
        assert "predicts" not in words
    assert "print(found.outputs)" in app.code[0].value
    drawn = [json.loads(each.proto.spec)["data"] for each in app.get("plotly_chart")]
    (line,) = next(data for data in drawn if any(trace.get("name") == "the output" for trace in data))
    assert line["x"] == [-180, -90, 0, 90, 180]


def test_of_a_single_output_layers_alone_are_asked_about():
    app = unfold(open_screen(model=ONE, source="Digits", steps="5"), "invariance.predict")
    assert_well(app)
    assert len(app.radio[0].options) > 1
    assert "relative change" in app.radio[0].label


def test_the_table_of_a_single_output_has_it_in_a_column():
    poses = [similarity(degrees=each) for each in (0, 90)]
    engine = LocalEngine(device="cpu")
    moves = tuple(map(View, poses))
    found = engine.ask(Sweep(ModelChoice(ONE, random_seed=0), Picture.of(sheet("digits")[60]), moves)).found
    engine.close()
    rows = list(csv.DictReader(io.StringIO(table("degrees", (0, 90), found, ("class 0",), [0]))))
    assert [float(row["output"]) for row in rows] == pytest.approx(outputs_of_one(poses), rel=1e-4, abs=1e-5)
    assert not any("probability" in name or name == "answer" for name in rows[0])

"""The part "Move it" of the screen on invariance without a browser: every state opens, and says what torch says."""

import csv
import io
import re
from functools import partial

import numpy as np
import pytest
from PIL import Image

from cnnviz.images import sheet
from cnnviz.ui.transform.moving_form import SWEEPS
from tests.pages import opening
from tests.pages.opening import assert_well, said

open_screen = partial(opening.open_screen, "pages/transform/invariance.py")


@pytest.mark.parametrize("sweep", SWEEPS)
def test_every_sweep_opens(sweep):
    app = open_screen(sweep=sweep)
    assert_well(app)
    assert "As it is, the network says **6**" in said(app)
    assert app.latex


def test_it_opens_with_a_six_that_becomes_a_nine():
    app = open_screen()
    assert_well(app)
    assert app.selectbox(key="model").value == "lenet-relu-mnist"
    assert app.number_input(key="rotation").value == 180
    assert re.search(r"Of the 25 states of this sweep, this one among them, it says so of \*\*\d+\*\*", said(app))


def test_a_link_opens_the_very_state():
    app = open_screen(
        source="Clothes", model="lenet5-fashion", sweep="right", right="-3", rotation="20", steps="9", edge="mirror"
    )
    assert_well(app)
    assert app.number_input(key="right").value == -3
    assert app.number_input(key="rotation").value == 20
    assert app.selectbox(key="edge").value == "mirror"
    assert "mirroring" in " ".join(each.value for each in app.caption)


def test_nonsense_in_a_link_opens_with_the_defaults():
    app = open_screen(
        sweep="sideways", rotation="999", steps="-4", edge="wrap", right="x", layer="nowhere", channels="77"
    )
    assert_well(app)
    assert app.number_input(key="rotation").value == 180


def test_another_sweep_begins_from_the_unmoved_picture():
    app = open_screen(rotation="45")
    app.segmented_control(key="sweep").set_value("scale").run()
    assert_well(app)
    assert app.number_input(key="rotation").value == 0
    assert app.number_input(key="scale").value == 60


def test_the_unmoved_picture_changes_nothing():
    app = open_screen(rotation="0", right="0")
    next(each for each in app.button if "unmoved" in each.label).click().run()
    assert_well(app)
    assert app.latex[-1].value.strip("$\n").endswith("= 0")


def test_a_network_that_reads_smaller_pictures_takes_over_a_range_that_is_too_wide():
    app = open_screen(source="Gallery", model="alexnet-tiny", sweep="right", right="30", steps="5")
    assert_well(app)
    app.selectbox(key="model").select("lenet-relu-mnist").run()
    assert_well(app)
    assert app.number_input(key="right").value <= 14


@pytest.mark.parametrize("layer", ["pool2", "fc2", "flatten"])
def test_every_kind_of_layer_can_be_watched(layer):
    app = open_screen(layer=layer)
    assert_well(app)
    assert app.selectbox(key="layer").value == layer


def test_both_questions_are_marked():
    app = open_screen()
    half = next(each for each in app.radio if "half as large" in each.label)
    half.set_value("no").run()
    pixel = next(each for each in app.radio if "one pixel to the right" in each.label)
    assert "the input" in pixel.options
    pixel.set_value(pixel.options[0]).run()
    assert len(app.success) + len(app.warning) == 2


@pytest.mark.parametrize("link", [{}, {"sweep": "scale", "edge": "edge"}, {"sweep": "down", "steps": "6"}])
def test_the_code_on_the_screen_runs(link, tmp_path, monkeypatch, capsys):
    app = open_screen(**link)
    Image.fromarray(sheet("digits")[60]).save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    exec(compile(app.code[0].value, "code", "exec"), {})
    assert "values=" in capsys.readouterr().out


def test_the_table_holds_the_whole_sweep():
    from cnnviz.arithmetic.pose import similarity
    from cnnviz.engine.local import LocalEngine
    from cnnviz.engine.requests import ModelChoice, Picture, Sweep, View
    from cnnviz.probes.sweep_summary import table

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
    assert "the network says **class" in said(app)


@pytest.mark.parametrize(
    ("link", "source"),
    [({}, "Digits"), ({"model": "lenet-relu-mnist"}, "Digits"), ({"photo": "coffee"}, "Gallery")],
)
def test_a_link_that_leaves_out_the_kind_of_picture_means_a_digit_unless_it_names_a_photo(link, source):
    app = open_screen(**link)
    assert_well(app)
    assert app.session_state["source"] == source


def test_what_did_not_move_is_not_in_the_formula():
    assert "u' \\\\ v'" in open_screen().latex[0].value
    assert "u'-3 \\\\ v'+2" in open_screen(right="3", down="-2").latex[0].value

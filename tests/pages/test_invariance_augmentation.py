"""Augmentation without a browser: the answers are the networks', and the curves the files'."""

import json
from functools import partial

import pytest
import torch

from cnnviz import images, models
from cnnviz.arithmetic.pose import similarity
from cnnviz.models.shipped import SHIPPED
from cnnviz.probes.placement import place
from cnnviz.training.recipes import RECIPES
from cnnviz.ui.invariance.augmentation import curves
from cnnviz.ui.invariance.augmentation.curves import AUGMENTED, CURVES, PLAIN
from tests.pages import opening
from tests.pages.opening import assert_well, said, unfold

open_screen = partial(opening.open_screen, "pages/transform/invariance.py", part="Augmentation")
READY = models.is_ready(PLAIN) and models.is_ready(AUGMENTED)
needs_weights = pytest.mark.skipif(not READY, reason="the networks have not been trained")
needs_curves = pytest.mark.skipif(
    not (READY and (CURVES / "augmentation-shift.json").exists()), reason="the curves have not been measured"
)


def answer(name, index, degrees, percent, right):
    """What a network says to a test digit placed as its training places digits."""
    how = SHIPPED[name].preprocessing
    digit = torch.tensor(images.sheet("digits")[index] / 255, dtype=torch.float32)[None, None]
    pose = similarity(degrees=degrees, scale=percent / 100, right=right)
    seen = place(digit, [pose], 28)
    with torch.no_grad():
        scores = models.load(name)((seen - how.mean[0]) / how.std[0]).softmax(1)[0]
    return int(scores.argmax()), float(scores.max())


def test_the_two_recipes_differ_in_augmentation_alone():
    plain, augmented = vars(RECIPES[PLAIN]), vars(RECIPES[AUGMENTED])
    assert {key for key in plain if plain[key] != augmented[key]} == {"rotation", "shift", "zoom"}
    assert plain["rotation"] == plain["shift"] == plain["zoom"] == 0
    assert SHIPPED[PLAIN].module == SHIPPED[AUGMENTED].module == SHIPPED["lenet-relu-mnist"].module


@needs_weights
@pytest.mark.parametrize(("degrees", "percent", "right"), [(-45, 100, 0), (60, 80, 4), (0, 130, -3)])
def test_both_answers_are_the_networks(degrees, percent, right):
    app = open_screen(turned=str(degrees), sized=str(percent), shifted=str(right))
    assert_well(app)
    (plain, sure), (augmented, surer) = (answer(name, 70, degrees, percent, right) for name in (PLAIN, AUGMENTED))
    assert f"without augmentation **{plain}** ({sure:.0%})" in said(app)
    assert f"with augmentation **{augmented}** ({surer:.0%})" in said(app)


@needs_weights
def test_it_opens_where_only_augmentation_knows_the_digit():
    app = open_screen()
    assert_well(app)
    assert "without augmentation **2**" in said(app)
    assert "with augmentation **7**" in said(app)
    assert app.latex


@needs_curves
def test_the_sentence_below_the_curves_has_their_numbers():
    app = open_screen()
    turned = json.loads((CURVES / "augmentation-rotation.json").read_text())
    at = turned["degrees"].index(45)
    plain, augmented = (turned["errors"][name][at] for name in (PLAIN, AUGMENTED))
    errors = f"the error rate is {plain:.1%} without augmentation and {augmented:.1%} with it"
    assert f"Rotated counter-clockwise by 45°, {errors}" in said(app)
    assert augmented < plain / 3


@needs_curves
def test_the_prediction_is_marked_by_the_curve():
    app = unfold(open_screen(turned="40"), "invariance.Augmentation.predict")
    question = next(each for each in app.radio if "rotated by 45°" in each.label)
    turned = json.loads((CURVES / "augmentation-rotation.json").read_text())
    wrong = turned["errors"][PLAIN][turned["degrees"].index(45)] * turned["images"]
    right = next(
        option
        for option in question.options
        if not option.startswith("fewer") and int(option.split()[0].replace(",", "")) <= wrong
        and ("or more" in option or wrong < int(option.split()[2].replace(",", "")))
    )  # fmt: skip
    question.set_value(right).run()
    assert any("Right" in each.value for each in app.success)


def test_without_weights_it_says_the_command(monkeypatch):
    monkeypatch.setattr(models, "is_ready", lambda name: False)
    app = open_screen()
    assert_well(app)
    assert f"python -m cnnviz.training {PLAIN}" in said(app)


@needs_weights
def test_without_curves_it_says_so_and_the_rest_stays(monkeypatch, tmp_path):
    monkeypatch.setattr(curves, "CURVES", tmp_path)
    curves.curves.clear()
    try:
        app = open_screen()
        assert_well(app)
        assert "python -m cnnviz.training.error_curves" in said(app)
        assert "with augmentation **" in said(app)
    finally:
        curves.curves.clear()


@needs_weights
def test_a_photo_and_nonsense_open():
    assert_well(open_screen(source="Gallery", turned="400", sized="-3", shifted="x"))


def test_the_code_on_the_screen_runs(capsys):
    app = open_screen()
    if READY:
        exec(app.code[0].value, {})
        assert "True" in capsys.readouterr().out


@needs_weights
def test_a_link_opens_the_very_state_and_the_digit_of_another_part_stays_there():
    app = open_screen(turned="30", shifted="2")
    app.number_input(key="invariance.Augmentation.digit_number").set_value(12).run()
    app.number_input(key="invariance.Augmentation.sized").set_value(80).run()
    assert_well(app)
    link = {name: text[0] if isinstance(text, list) else text for name, text in app.query_params.items()}
    assert link == {"part": "Augmentation", "turned": "30", "shifted": "2", "digit_number": "12", "sized": "80"}
    link.pop("part")
    again = open_screen(**link)
    assert said(again) == said(app)
    again.segmented_control(key="invariance.part").set_value("Equivariance").run()
    assert again.number_input(key="invariance.Equivariance.digit_number").value == 70


@needs_weights
@pytest.mark.parametrize(("name", "digits"), [(PLAIN, "0"), (AUGMENTED, "7")])
def test_the_opening_angle_tells_the_networks_apart(name, digits):
    assert (answer(name, 70, -45, 100, 0)[0] == 7) is (digits == "7")

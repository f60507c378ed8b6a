"""The screen on why a network answers as it does, without a browser."""

import re

import pytest

from tests.pages.opening import answered_in_turn, assert_well, open_screen, said, unfold

SCREEN = "pages/inspect/why.py"


def test_cam_adds_up_to_the_logit_of_any_class():
    app = open_screen(SCREEN, model="smallvgg-tiny", target="7")
    assert_well(app)
    assert "the logit" in said(app)
    assert app.number_input(key="why.row").value < 4


def test_a_network_with_another_end_is_told_so_in_a_sentence():
    app = open_screen(SCREEN, model="alexnet-tiny")
    assert_well(app)
    assert "relu6 (ReLU)" in app.info[0].value


def test_what_is_looked_at_comes_along_to_another_part():
    app = open_screen(SCREEN, model="smallvgg-tiny", photo="astronaut", target="9")
    app.segmented_control(key="why.part").set_value("Grad-CAM").run()
    assert_well(app)
    assert app.query_params == {"part": "Grad-CAM", "model": "smallvgg-tiny", "photo": "astronaut", "target": "9"}
    app.selectbox(key="why.Grad-CAM.target").set_value(4).run()
    app.segmented_control(key="why.part").set_value("").run()
    assert app.query_params == {"model": "smallvgg-tiny", "photo": "astronaut", "target": "4"}


def test_two_classes_at_a_layer():
    app = open_screen(SCREEN, part="Grad-CAM", model="smallvgg-tiny", target="3", other="5", layer="block2.relu2")
    assert_well(app)
    assert "at block2.relu2" in said(app)


@pytest.mark.parametrize("part", ["", "Grad-CAM", "Occlusion", "Gradients", "Honest"])
def test_questions(part):
    app = open_screen(SCREEN, model="smallvgg-tiny", **({"part": part} if part else {}))
    name = f"why.{part}" if part else "why"
    app = unfold(app, f"{name}.predict")
    assert len(answered_in_turn(app, f"{name}.predict-next", 4)) == 4


def test_a_patch_and_the_whole_grid():
    app = open_screen(SCREEN, part="Occlusion", model="smallvgg-tiny", size="16", stride="16", top="8", filling="blur")
    assert_well(app)
    assert "The patch at every place of the grid takes 16 forward passes." in said(app)
    app.toggle(key="why.Occlusion.grid").set_value(True).run()
    assert_well(app)
    assert "16 patches of 16×16" in said(app)


def test_integrated_gradients_say_what_they_add_up_to():
    app = open_screen(SCREEN, part="Gradients", model="smallvgg-tiny", steps="24", samples="2")
    assert_well(app)
    total, gap = re.search(r"with 24 steps all pixels sum to \*\*(−?[\d.]+)\*\*, ([\d.]+) off", said(app)).groups()
    assert float(gap) < 0.02 * abs(float(total.replace("−", "-"))) + 0.1


def test_random_layers_from_the_top():
    app = open_screen(SCREEN, part="Honest", model="smallvgg-tiny", random="1")
    assert_well(app)
    assert "with **1 of " in said(app)
    assert len(app.dataframe[0].value) >= 5


def test_a_link_to_a_class_that_is_not_there():
    app = open_screen(SCREEN, model="smallvgg-tiny", target="50")
    assert_well(app)
    assert any("0–49" in each.value for each in app.caption)

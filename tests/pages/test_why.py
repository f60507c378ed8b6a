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


@pytest.mark.parametrize("part", ["", "Grad-CAM", "Occlusion", "Gradients", "Excite", "Fool", "Honest"])
def test_questions(part):
    link = {"": {}, "Excite": {"part": part, "steps": "8"}}.get(part, {"part": part})
    app = open_screen(SCREEN, model="smallvgg-tiny", **link)
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
    assert re.search(r"The strongest colour is [\d.]+ percentage points\.", said(app))


def test_integrated_gradients_say_what_they_add_up_to():
    app = open_screen(SCREEN, part="Gradients", model="smallvgg-tiny", steps="24", samples="2")
    assert_well(app)
    change, total, gap, share = (
        float(each.replace("−", "-"))
        for each in re.search(
            r"by (−?[\d.]+); with 24 steps all pixels sum to \*\*(−?[\d.]+)\*\*. "
            r"\*\*The completeness gap is ([\d.]+), or ([\d.]+)% of that change\*\*",
            said(app),
        ).groups()
    )
    assert gap < 0.02 * abs(total) + 0.1
    assert gap == pytest.approx(abs(total - change), abs=2e-4)
    assert share == pytest.approx(100 * gap / abs(change), abs=0.1)


def test_the_gap_of_other_numbers_of_steps_is_computed_when_it_is_asked_for():
    app = open_screen(SCREEN, part="Gradients", model="smallvgg-tiny", steps="24", samples="1")
    assert "and with those that are set, take 272 backward passes" in said(app)
    assert not app.dataframe
    app.toggle(key="why.Gradients.gaps").set_value(True).run()
    assert_well(app)
    table = app.dataframe[0].value
    assert list(table["steps"]) == [8, 16, 24, 32, 64, 128]
    gaps = [float(each) for each in table["gap"]]
    assert gaps[-1] == min(gaps) < gaps[0]
    other = open_screen(SCREEN, part="Gradients", model="smallvgg-tiny", steps="128", samples="1")
    assert f"The completeness gap is {gaps[-1]:.4f}, or {table['of the change'].iloc[-1]} of" in said(other)


def test_random_layers_from_the_top():
    app = open_screen(SCREEN, part="Honest", model="smallvgg-tiny", random="1")
    assert_well(app)
    assert "with **1 of " in said(app)
    assert len(app.dataframe[0].value) >= 5


def test_a_link_to_a_class_that_is_not_there():
    app = open_screen(SCREEN, model="smallvgg-tiny", target="50")
    assert_well(app)
    assert any("0–49" in each.value for each in app.caption)


def test_an_image_rises_and_beats_the_shipped_pictures():
    app = open_screen(SCREEN, part="Excite", model="smallvgg-tiny", layer="block2.conv1", channel="5", steps="24")
    assert_well(app)
    told = re.search(
        r"In 24 steps its middle unit goes from (\S+) to \*\*(\S+)\*\*. The channel's strongest unit answers (\S+) to "
        r"this image, and (\S+) to the best of \d+",
        said(app),
    )
    before, after, strongest, best = (float(each.replace("−", "-")) for each in told.groups())
    assert after > before
    assert strongest > best
    app.segmented_control(key="why.Excite.aim").set_value("channel").run()
    assert_well(app)
    assert "the mean over its map goes from" in said(app)


def test_the_last_layers_channels_are_classes():
    app = open_screen(SCREEN, part="Excite", source="Digits", layer="fc2", channel="8", steps="8")
    assert_well(app)
    assert "fc2, channel 8: 8" in said(app)


def test_units_that_nothing_wakes_are_told_of():
    # Without a step there and with a step from black the ReLU of this channel stays at 0.
    app = open_screen(SCREEN, part="Excite", source="Digits", layer="relu3", channel="0", steps="8")
    assert_well(app)
    values = re.search(r"goes from (\S+) to \*\*(\S+)\*\*", said(app)).groups()
    assert ("had no gradient to follow" in "".join(each.value for each in app.info)) == (values == ("0", "0"))


def test_a_step_by_the_sign_changes_the_answer():
    app = open_screen(SCREEN, part="Fool", model="smallvgg-tiny", levels="16")
    assert_well(app)
    first = re.search(
        r"\*\*(\d+) levels? of 255 (?:is|are) enough\*\*: there the answer goes from (.+) to (.+)\.", said(app)
    )
    assert 1 <= int(first[1]) <= 16
    assert first[2] != first[3]
    app.number_input(key="why.Fool.levels").set_value(0).run()
    assert_well(app)
    assert f"The network now predicts **{first[2]}**" in said(app)
    app.segmented_control(key="why.Fool.way").set_value("toward").run()
    assert_well(app)
    other = app.selectbox(key="why.Fool.other").value
    app.number_input(key="why.Fool.levels").set_value(8).run()
    assert_well(app)
    assert app.query_params["way"] == "toward"
    assert other is not None

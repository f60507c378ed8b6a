"""The part "By hand" without a browser: it opens in every state, and says what torch computes."""

from functools import partial
from random import Random

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnnviz import images
from cnnviz.arithmetic.affine import IDENTITY
from cnnviz.arithmetic.pose import pose_of
from cnnviz.ui.form_controls import written
from cnnviz.ui.spatial_transformer.by_hand.question import question
from cnnviz.ui.spatial_transformer.by_hand.state import BOXES, PRESETS, THETA
from cnnviz.ui.spatial_transformer.theta import made_of
from tests.pages import opening
from tests.pages.opening import assert_well, kept, said, unfold

open_screen = partial(opening.open_screen, "pages/transform/spatial_transformer.py")
DEFAULT = THETA.default
KEY = "spatial_transformer"
DIGIT = torch.tensor(images.sheet("digits")[32] / 255)[None, None]


def latex(app):
    return "\n".join(each.value for each in app.latex)


def by_torch(theta, size=28, mode="bilinear", padding="zeros", grid_align=False, sample_align=False, image=DIGIT):
    matrix = torch.tensor(theta, dtype=torch.float64).view(1, 2, 3)
    grid = functional.affine_grid(matrix, [1, 1, size, size], align_corners=grid_align)
    return functional.grid_sample(image, grid, mode, padding, sample_align)[0, 0]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_opens(name):
    app = kept(open_screen)
    app.pills(key=f"{KEY}.preset").set_value(name).run()
    assert_well(app)
    assert app.latex
    theta = made_of(BOXES[name])
    assert [app.number_input(key=f"{KEY}.theta-{place}").value for place in range(6)] == list(theta)
    assert app.slider(key=f"{KEY}.box_width").value == BOXES[name].scale[0]


def test_a_link_opens_the_very_state():
    app = open_screen(theta="0.5,0.25,0.1,-0.25,0.5,-0.2", sampling="nearest", outside="border", align_grid="true",
                      height="9", digit_number="7")  # fmt: skip
    assert_well(app)
    assert app.number_input(key=f"{KEY}.theta-1").value == 0.25
    assert app.slider(key=f"{KEY}.rotation").value == pytest.approx(np.degrees(np.arctan2(-0.25, 0.5)), abs=1e-3)
    assert app.selectbox(key=f"{KEY}.sampling").value == "nearest"
    assert app.toggle(key=f"{KEY}.align_grid").value is True
    assert app.number_input(key=f"{KEY}.height").value == 9
    assert "of the 9×28 output" in said(app)


def test_nonsense_in_a_link_opens_with_the_defaults():
    app = open_screen(theta="1,2,x", sampling="cubic", height="0", digit_number="100")
    assert_well(app)
    assert app.number_input(key=f"{KEY}.theta-0").value == DEFAULT[0]
    assert app.selectbox(key=f"{KEY}.sampling").value == "bilinear"
    assert_well(open_screen(theta="nan,0,0,0,1,0"))


def test_a_slider_changes_the_six_numbers_and_they_change_the_sliders():
    app = open_screen(theta="1,0,0,0,1,0")
    app.slider(key=f"{KEY}.rotation").set_value(90.0).run()
    assert [app.number_input(key=f"{KEY}.theta-{place}").value for place in range(6)] == [
        0,
        -1,
        0,
        1,
        0,
        0,
    ]
    app.slider(key=f"{KEY}.box_width").set_value(-0.5).run()
    assert app.slider(key=f"{KEY}.box_width").value == -0.5
    assert app.slider(key=f"{KEY}.rotation").value == 90
    assert [app.number_input(key=f"{KEY}.theta-{place}").value for place in range(6)] == [
        0,
        -1,
        0,
        -0.5,
        0,
        0,
    ]
    app.number_input(key=f"{KEY}.theta-3").set_value(0.5).run()
    assert app.slider(key=f"{KEY}.box_width").value == 0.5
    assert_well(app)


def test_the_pinned_pixel_is_torchs():
    app = open_screen()
    value = by_torch(DEFAULT)[16, 14]
    assert 0.2 < value < 0.8
    assert rf"\mathbf{{{f'{value:.4f}'.rstrip('0')}}}" in latex(app)
    app = open_screen(theta="1.5,0.25,0.1,-0.25,1.5,-0.2", sampling="bicubic", outside="reflection", align_grid="true")
    value = by_torch((1.5, 0.25, 0.1, -0.25, 1.5, -0.2), 28, "bicubic", "reflection", True)[16, 14]
    assert rf"\mathbf{{{f'{value:.4f}'.rstrip('0')}}}" in latex(app)


def test_mixing_align_corners_is_told_in_numbers():
    app = open_screen(align_grid="true", theta="1,0,0,0,1,0")
    gap = (by_torch(IDENTITY, grid_align=True) - DIGIT[0, 0]).abs()
    assert f"| **True** | **False** | **{gap.max():.3f}** | **{gap.mean():.3f}** |" in said(app)
    assert "| True | True | 0 | 0 |" in said(app)
    assert "You have them mixed now: True in `affine_grid`" in said(app)
    assert "they agree" in said(open_screen())


def test_there_and_back_loses_something_and_a_singular_theta_gets_one_sentence():
    app = open_screen(theta="0.5,0,0,0,0.5,0")
    there = by_torch((0.5, 0, 0, 0, 0.5, 0))
    back = by_torch((2.0, 0, 0, 0, 2.0, 0), image=there[None, None])
    gap = (back - DIGIT[0, 0]).abs()
    assert f"by {gap.mean():.3f} on average and by {gap.max():.3f} at most" in said(app)
    app.selectbox(key=f"{KEY}.then").set_value("quarter turn").run()
    assert_well(app)
    assert "first warp stands on the left" in said(app)
    app = open_screen(theta="1,0,0,0,0,0")
    assert_well(app)
    assert [each.value for each in app.warning if "determinant 1 · 0 − 0 · 0 = 0" in each.value]
    assert "The determinant is 0" in said(app)


def test_the_prediction_is_made_from_theta_and_marked():
    app = unfold(open_screen(theta="0,-1,0,1,0,0"), f"{KEY}.predict")
    asked = next(each for each in app.radio if "θ₁₃" in each.label)
    # The box is turned clockwise by a quarter, so to the right on the input is up in the output: the picture goes down.
    asked.set_value("down").run()
    assert any("Right" in each.value for each in app.success)
    column = by_torch((0, -1, 0.5, 1, 0, 0)).nonzero()[:, 0].double().mean()
    assert column > by_torch((0, -1, 0, 1, 0, 0)).nonzero()[:, 0].double().mean() + 3
    app = unfold(open_screen(theta="0.5,-0.5,0,0.5,0.5,0"), f"{KEY}.predict")
    assert any("were multiplied by 0.5" in each.label for each in app.radio)


def test_the_code_on_the_screen_runs_and_gives_the_output_size():
    app = open_screen(height="7", sampling="bicubic", outside="reflection", align_sample="true")
    scope: dict[str, object] = {}
    exec(app.code[0].value, scope)
    assert scope["warped"].shape == (1, 1, 7, 28)


def test_a_photo_has_three_channels_and_its_own_choice():
    app = open_screen(image="photo", plane="blue")
    assert_well(app)
    assert app.selectbox(key=f"{KEY}.plane").value == "blue"
    assert any("blue channel" in each.value for each in app.caption)


def test_a_theta_survives_the_link():
    theta = made_of(pose_of((0.123456, -1.9, 3, 0.5, 0.25, -10), 2))
    assert THETA.parse(written(theta)) == theta
    assert THETA.parse("1,0,0,0,1") is None


@pytest.mark.parametrize("theta", ["nan,0,0,0,1,0", "1,2", "nonsense"])
def test_a_link_with_no_theta_opens_the_default_and_says_so(theta):
    app = open_screen(theta=theta)
    assert_well(app)
    assert app.number_input(key=f"{KEY}.theta-0").value == DEFAULT[0]
    assert any(f"The link asks for θ = {theta}" in each.value for each in app.caption)


@pytest.mark.parametrize("part", ["By hand", "Nowhere"])
def test_a_part_that_the_screen_does_not_have_is_the_first(part):
    app = open_screen(part=part, theta="0.5,0,0,0,0.5,0")
    assert_well(app)
    assert app.number_input(key=f"{KEY}.theta-0").value == 0.5
    app.number_input(key=f"{KEY}.theta-0").set_value(0.25).run()
    assert app.query_params == {"theta": "0.25,0,0,0,0.5,0"}


def test_a_part_is_found_as_it_was_left():
    app = open_screen(theta="0.5,0,0,0,0.5,0")
    app.segmented_control(key=f"{KEY}.part").set_value("Learned").run()
    assert app.query_params == {"part": "Learned"}
    app.number_input(key=f"{KEY}.Learned.degrees").set_value(10).run()
    app.segmented_control(key=f"{KEY}.part").set_value("").run()
    assert_well(app)
    assert app.query_params == {"theta": "0.5,0,0,0,0.5,0"}
    app.segmented_control(key=f"{KEY}.part").set_value("Learned").run()
    assert app.query_params == {"part": "Learned", "degrees": "10"}
    assert app.number_input(key=f"{KEY}.Learned.degrees").value == 10


def test_a_pinned_pixel_is_in_the_link_and_moves_into_a_smaller_output():
    assert "Row 10, column 8 of the 28×28 output" in said(open_screen(at="10.8"))
    assert "Row 4, column 4 of the 5×5 output" in said(open_screen(at="10.8", height="5", width="5"))
    assert_well(open_screen(at="x.y"))


def test_questions_have_four_answers_that_differ_and_not_always_the_same_right_one():
    rights = set()
    for box in BOXES.values():
        for number in range(12):
            made = question(made_of(box), number)
            assert len(set(made.options)) >= 4
            assert made.right in made.options
            rights.add(made.options.index(made.right))
    assert rights == {0, 1, 2, 3}


def test_what_a_place_reads_is_what_torchs_grid_says():
    theta = (0.6, 0.3, 0.1, -0.2, 0.8, -0.4)
    made = question(theta, 1)
    assert "(1.00, −1.00)" in made.asked
    matrix = torch.tensor(theta, dtype=torch.float64).view(1, 2, 3)
    x, y = functional.affine_grid(matrix, [1, 1, 2, 2], align_corners=True)[0, 0, 1].tolist()
    assert made.right == f"({x:.2f}, {y:.2f})".replace("-", "−")


PARTS = ("", "Why interpolation", "Learned", "Inside a network")


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("part", PARTS)
def test_a_random_state_goes_through_its_link(part, seed):
    random = Random(f"{part}{seed}")
    link = {"part": part} if part else {}
    app = open_screen(**link)
    key = ".".join(filter(None, (KEY, part)))
    for each in random.sample([*app.number_input], 3):
        if each.min is not None and each.max is not None and not each.disabled:
            low, high = max(each.min, -10), min(each.max, 40)
            value = random.randint(int(low), int(high))
            app.number_input(key=each.key).set_value(type(each.value)(value)).run()
    box = random.choice([*app.selectbox])
    app.selectbox(key=box.key).select_index(random.randrange(len(box.options))).run()
    for each in app.toggle:
        app.toggle(key=each.key).set_value(random.random() < 0.5).run()
    assert_well(app)
    again = open_screen(**app.query_params)
    assert_well(again)
    assert state_of(again, key) == state_of(app, key)
    assert again.query_params == app.query_params


def state_of(app, key: str) -> dict[str, object]:
    """Return what every widget of a form shows."""
    widgets = [*app.number_input, *app.slider, *app.selectbox, *app.select_slider, *app.toggle]
    return {each.key: each.value for each in widgets if each.key.startswith(key)}

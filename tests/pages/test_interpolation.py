"""The part "Why interpolation" without a browser: it opens in every state, and says what torch computes."""

import re
from functools import partial

import pytest
import torch
from torch.nn import functional

from cnnviz import images
from cnnviz.ui.spatial_transformer.interpolation.state import PRESETS
from tests.pages import opening
from tests.pages.opening import assert_well, kept, said, unfold

KEY = "spatial_transformer.Why interpolation"
open_screen = partial(opening.open_screen, "pages/transform/spatial_transformer.py", part="Why interpolation")
IDENTITY = torch.tensor([[1.0, 0, 0], [0, 1, 0]])


def number(written: str) -> float:
    return float(written.strip(" ↯").replace("−", "-"))


def table_of(app) -> dict[str, list[str]]:
    return {row[0]: list(row[1:]) for row in app.table[0].value.itertuples(index=False)}


def formulas(app) -> str:
    return "\n".join(each.value for each in app.latex)


def test_the_lectures_example_is_what_opens():
    app = open_screen()
    assert_well(app)
    assert "**Rounding** takes [1.6, 2.4] to [2, 2] and reads 9" in said(app)
    assert "computes 5.96 from four pixels" in said(app)
    assert r"0.24 \cdot 4 + 0.36 \cdot 9" in formulas(app)
    assert r"\mathbf{4.6}" in formulas(app)
    assert r"\mathbf{-2.6}" in formulas(app)
    table = table_of(app)
    assert [number(cell) for cell in table["θ₁₃"]] == [11.5, 11.5, 0, 0]
    assert all(number(row[2]) == 0 for row in table.values())
    assert all(number(row[0]) != 0 for row in table.values())


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_opens(name):
    app = kept(open_screen)
    app.pills(key=f"{KEY}.preset").set_value(name).run()
    assert_well(app)
    assert app.selectbox(key=f"{KEY}.picture").value == PRESETS[name].get("picture", "numbers")
    assert app.table


def test_the_presets_show_what_their_names_say():
    app = open_screen()
    app.pills(key=f"{KEY}.preset").set_value("step_across").run()
    assert "↯" in table_of(app)["θ₁₃"][1]
    assert "a step of 0.5 leads over a border" in said(app)
    app.pills(key=f"{KEY}.preset").set_value("between").run()
    assert number(table_of(app)["θ₁₃"][3]) == pytest.approx(50, abs=0.1)
    assert "Rounding seems to have a derivative" in said(app)
    app.pills(key=f"{KEY}.preset").set_value("kink").run()
    assert "The slope along y is 2 before it and 1 after it" in said(app)
    assert number(table_of(app)["θ₂₃"][1]) == pytest.approx(2.5 * 1.5)
    app.pills(key=f"{KEY}.preset").set_value("digit").run()
    table = table_of(app)
    assert all(number(row[0]) == pytest.approx(number(row[1]), abs=1e-3) for row in table.values())
    assert all(number(row[0]) for row in table.values())


def test_a_link_opens_the_very_state_and_the_derivatives_are_torchs():
    link = {
        "picture": "digit", "digit": "12", "row": "11", "column": "11", "theta": "0.9,-0.2,0.1,0.3,1.1,-0.05",
        "step": "0.001",
    }  # fmt: skip
    app = open_screen(**link)
    assert_well(app)
    assert app.number_input(key=f"{KEY}.theta-1").value == -0.2
    image = torch.tensor(images.sheet("digits")[12])[None, None].double() / 255
    theta = torch.tensor([[0.9, -0.2, 0.1], [0.3, 1.1, -0.05]], dtype=torch.float64, requires_grad=True)
    grid = functional.affine_grid(theta[None], image.shape, align_corners=False)
    value = functional.grid_sample(image, grid, align_corners=False)[0, 0, 11, 11]
    (expected,) = torch.autograd.grad(value, theta)
    shown = [number(row[0]) for row in table_of(app).values()]
    assert shown == pytest.approx(expected.flatten().tolist(), rel=1e-3, abs=1e-6)
    assert all(shown)


def test_nonsense_in_a_link_opens_with_the_defaults():
    app = open_screen(theta="x", row="9", step="2", rate="fast", right="99", at="-1", steps="0")
    assert_well(app)
    assert app.number_input(key=f"{KEY}.theta-2").value == 0.24
    assert app.number_input(key=f"{KEY}.row").value == 3


def test_a_point_beyond_the_picture_is_told():
    app = open_screen(theta="1,0,3,0,1,-0.24")
    assert_well(app)
    assert "**Outside.**" in said(app)


def test_descent_is_told_with_torchs_own_loss_and_rounding_stays():
    app = open_screen(steps="80")
    target = torch.tensor(images.sheet("digits")[36])[None, None].double() / 255
    first = functional.mse_loss(target.roll((2, 3), dims=(2, 3)), target).item()
    assert f"in 80 steps the loss falls from {first:.3g} to" in said(app)
    assert "The digit is back" in said(app)
    assert f"after 80 steps the loss is still {first:.3g}, and θ has changed by 0." in said(app)
    stairs = re.search(r"in 481 places along θ₁₃ rounding has only (\d+) different losses", said(app))
    assert int(stairs[1]) <= 1.2 / (2 / 28) + 3


def test_a_rate_too_large_and_a_move_too_far_are_told():
    assert "The digit is back" not in said(open_screen(rate="1"))
    assert "The digit is back" not in said(open_screen(right="-8", down="8", pulled="11"))
    assert "Nothing was moved" in said(open_screen(right="0", down="0"))


def test_the_next_step_is_written_out_for_any_step_and_number():
    for link in ({"at": "0"}, {"at": "100"}, {"momentum": "false"}, {"all_six": "true"}):
        app = open_screen(loss="θ₂₂", **link)
        assert_well(app)
        assert r"\theta_{22} \leftarrow 1 - 0" in formulas(app).replace("&", "")
    assert "θ₂₂ is held" in said(open_screen(loss="θ₂₂"))


def test_fewer_steps_than_the_one_shown_take_the_default():
    app = open_screen(at="90")
    app.number_input(key=f"{KEY}.steps").set_value(40).run()
    assert_well(app)
    assert app.number_input(key=f"{KEY}.at").value <= 40


def test_the_prediction_is_marked():
    app = unfold(open_screen(), f"{KEY}.predict")
    question = next(each for each in app.radio if "slope along x" in each.label)
    assert len(set(question.options)) == 4
    # Between the same four pixels, at the same y: 0.6 * (9 - 4) + 0.4 * (6 - 2).
    question.set_value("4.6").run()
    assert any("Right" in each.value for each in app.success)
    down = unfold(open_screen(column="0"), f"{KEY}.predict")
    question = next(each for each in down.radio if "slope along x" in each.label)
    assert len(question.options) == 4


@pytest.mark.parametrize("link", [{}, {"picture": "digit", "all_six": "true", "momentum": "false"}])
def test_the_code_on_the_screen_runs_and_gives_the_same(link, capsys):
    app = open_screen(**link)
    exec(app.code[0].value, {})
    bilinear, nearest = capsys.readouterr().out.splitlines()
    shown = [number(row[0]) for row in table_of(app).values()]
    assert [float(each) for each in re.findall(r"[-\d.e]+", bilinear.split("[")[1])] == pytest.approx(shown, abs=1e-2)
    assert re.findall(r"[-\d.]+", nearest.split("[")[1]) == ["0.0"] * 6
    scope: dict[str, object] = {}
    exec(app.code[1].value, scope)
    assert scope["loss"].item() < 0.01

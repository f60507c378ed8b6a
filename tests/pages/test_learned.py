"""The parts "Learned" and "Inside a network" without a browser: they open in every state, and say what torch finds."""

import json
import re
from functools import partial

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnnviz import images, models
from cnnviz.arithmetic.pose import similarity
from cnnviz.models.spatial_transformer import SpatialTransformer
from cnnviz.probes.placement import place
from cnnviz.training.distortions import DISTORTIONS
from cnnviz.ui.spatial_transformer.inside import state as inside_form
from cnnviz.ui.spatial_transformer.learned import boxes as learned_boxes
from cnnviz.ui.spatial_transformer.learned import curves as learned_curves
from cnnviz.ui.spatial_transformer.learned import state as learned_form
from tests.pages import opening
from tests.pages.opening import assert_well, kept, said, unfold

SCREEN = "pages/transform/spatial_transformer.py"
LEARNED, INSIDE = "spatial_transformer.Learned", "spatial_transformer.Inside a network"
open_learned = partial(opening.open_screen, SCREEN, part="Learned")
open_inside = partial(opening.open_screen, SCREEN, part="Inside a network")


def one(digit: int, *, side: int, degrees: float, scale: float, right: float, down: float) -> torch.Tensor:
    """Return a test digit as it is placed, in bytes, as a batch of one in [0, 1]."""
    image = torch.tensor(images.sheet("digits")[digit])[None, None] / 255
    pose = similarity(degrees=degrees, scale=scale, right=right, down=down)
    placed = place(image, [pose], side)
    return (placed * 255).round() / 255


@pytest.mark.parametrize("name", learned_form.PRESETS)
def test_every_preset_of_learned_opens(name):
    app = kept(open_learned)
    app.pills(key=f"{LEARNED}.preset").set_value(name).run()
    assert_well(app)
    for key, value in learned_form.PRESETS[name].items():
        assert app.session_state[f"{LEARNED}.{key}"] == value


@pytest.mark.parametrize("name", inside_form.PRESETS)
def test_every_preset_of_inside_opens(name):
    app = kept(open_inside)
    app.pills(key=f"{INSIDE}.preset").set_value(name).run()
    assert_well(app)
    for key, value in inside_form.PRESETS[name].items():
        assert app.session_state[f"{INSIDE}.{key}"] == value


def test_the_tasks_are_those_of_the_training():
    kinds = {"turned": "r", "turned, scaled, moved": "rts", "the same, with a spline": "rts"}
    kinds["moved, among clutter"] = "cluttered"
    assert kinds.keys() == learned_form.TASKS.keys()
    for name, task in learned_form.TASKS.items():
        trained = DISTORTIONS[kinds[name]]
        assert (task.side, task.degrees, task.scale, task.moved) == (
            trained.side,
            trained.degrees,
            trained.scale,
            trained.moved,
        )
        assert task.clutter == bool(trained.clutter)
        for model in filter(None, (task.transformer, task.plain)):
            assert models.card(model).preprocessing.crop == (task.side, task.side)


def test_a_link_opens_the_very_state_and_the_answers_are_those_of_the_networks():
    link = {"degrees": "-20", "scale": "90", "right": "3", "down": "-2"}
    app = open_learned(**link, digit_number="33")
    assert_well(app)
    batch = one(33, side=42, degrees=-20, scale=0.9, right=3, down=-2)
    with torch.inference_mode():
        chances = [models.load(name)(batch).softmax(1)[0] for name in ("stn-rts-mnist", "cnn-rts-mnist")]
    written = [f"**{int(each.argmax())}** ({float(each.max()):.1%})" for each in chances]
    assert f"With the transformer the answer is {written[0]}, without it {written[1]}" in said(app)
    assert "It is a 3." in said(app)


def test_the_longer_names_of_old_links_are_understood():
    app = open_learned(learned_degrees="-20", learned_task="turned")
    assert_well(app)
    assert app.number_input(key=f"{LEARNED}.degrees").value == -20
    app.number_input(key=f"{LEARNED}.degrees").set_value(10).run()
    assert app.query_params == {"part": "Learned", "degrees": "10", "task": "turned"}


@pytest.mark.parametrize("task", ["turned", "turned, scaled, moved"])
def test_theta_is_the_localisation_networks(task):
    app = open_learned(task=task, digit_number="12", degrees="25")
    assert_well(app)
    row = learned_form.TASKS[task]
    network = models.load(row.transformer)
    with torch.inference_mode():
        theta = network.theta(one(12, side=row.side, degrees=25, scale=0.7, right=9, down=-9))[0]
    numbers = [float(each) for each in re.findall(r"-?\d+\.\d\d", app.latex[0].value)]
    np.testing.assert_allclose(numbers, theta.flatten(), atol=0.0051)
    turned = next(line for line in said(app).splitlines() if line.startswith("| rotated counter-clockwise"))
    learned, identity, hand = (int(each) for each in re.findall(r"(-?\d+)°", turned))
    assert learned == pytest.approx(float(-torch.rad2deg(torch.atan2(theta[1, 0], theta[0, 0]))), abs=0.51)
    assert (identity, hand) == (0, 25)


def test_what_exactly_undoes_is_read_as_the_upright_digit():
    app = open_learned(task="turned", degrees="30", right="0", down="0", scale="100", digit_number="70")
    classifier = models.load("stn-r-mnist").classifier
    matrix = [float(each) for each in re.findall(r"-?\d+\.\d\d", app.latex[2].value)]
    batch = one(70, side=28, degrees=30, scale=1, right=0, down=0)
    angle = np.radians(30)
    theta = torch.tensor([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0]], dtype=torch.float32)
    np.testing.assert_allclose(matrix, theta.flatten(), atol=0.0051)
    grid = functional.affine_grid(theta[None], [1, 1, 28, 28], align_corners=False)
    with torch.inference_mode():
        chances = classifier(functional.grid_sample(batch, grid, align_corners=False)).softmax(1)[0]
    assert f"**exactly undoing**: {int(chances.argmax())} ({float(chances.max()):.1%})" in said(app)


def test_the_row_counts_what_is_right():
    app = open_learned(digit_number="74")
    batch = torch.cat([one(10 * each + 4, side=42, degrees=30, scale=0.7, right=9, down=-9) for each in range(10)])
    with torch.inference_mode():
        right = [
            int((models.load(name)(batch).argmax(1) == torch.arange(10)).sum())
            for name in ("stn-rts-mnist", "cnn-rts-mnist")
        ]
    assert f"With the transformer {right[0]} of 10 are read right, without it {right[1]}." in said(app)


def test_what_is_beyond_the_training_is_told():
    assert "beyond its training" not in said(open_learned())
    assert "beyond its training" in said(open_learned(degrees="60"))
    assert "beyond its training" in said(open_learned(task="moved, among clutter"))
    assert "beyond its training" not in said(open_learned(task="moved, among clutter", degrees="0", scale="100"))


def test_clutter_has_a_seed():
    def inputs(**link):
        app = open_learned(task="moved, among clutter", **link)
        assert_well(app)
        return said(app)

    assert inputs(seed="5") != inputs(clutter="false")
    assert inputs(seed="5") == inputs(seed="5")


def test_the_errors_are_those_of_the_file():
    found = json.loads(learned_curves.CURVES.read_text(encoding="utf-8"))
    app = open_learned(degrees="-44")
    at = found["degrees"].index(-45)
    for name, word in (("stn-rts-mnist", "affine"), ("cnn-rts-mnist", "without")):
        line = next(line for line in said(app).splitlines() if line.startswith(f"| {word}"))
        assert f" {found['errors'][name][at]:.2%} " in line
        trained = [e for d, e in zip(found["degrees"], found["errors"][name], strict=True) if abs(d) <= 45]
        assert f" {np.mean(trained):.2%} " in line


def test_without_curves_there_is_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(learned_curves, "CURVES", tmp_path / "none.json")
    app = open_learned()
    assert_well(app)
    assert "There is no curve over the angle" in said(app)


@pytest.mark.parametrize(
    ("slope", "word"), [(1, "yes"), (0.5, "partly"), (0, "no"), (-1, "no"), (1.5, "partly"), (3, "no")]
)
def test_a_box_follows_when_it_changes_as_the_digit_does(slope, word):
    assert learned_boxes.degree(slope) == word


def test_nonsense_in_a_link_opens_with_the_defaults():
    app = open_learned(task="x", degrees="400", scale="-1", digit_number="500", source="x")
    assert_well(app)
    app = open_inside(network="x", layer="fc9", degrees="x", right="99")
    assert_well(app)


def test_another_task_may_not_have_what_changed_before():
    app = open_learned(follow="size")
    assert_well(app)
    app.selectbox(key=f"{LEARNED}.task").set_value("turned").run()
    assert_well(app)
    app.selectbox(key=f"{LEARNED}.task").set_value("moved, among clutter").run()
    assert_well(app)


def test_without_a_drawing_there_is_a_sentence():
    for app in (open_learned(source="Draw"), open_inside(source="Draw")):
        assert_well(app)
        assert "There is no picture yet" in app.info[0].value


def test_predictions_are_marked():
    app = unfold(open_learned(), f"{LEARNED}.predict")
    question = next(each for each in app.radio if "0.50 times its size" in each.label)
    right = f"{28 * 0.5 / 42 * np.cos(np.radians(60)):.2f}"
    question.set_value(right).run()
    assert any("Right" in each.value for each in app.success)
    app = unfold(open_inside(layer="conv2"), f"{INSIDE}.predict")
    question = next(each for each in app.radio if "shifted by 6 pixels" in each.label)
    question.set_value("3 units").run()
    assert any("Right" in each.value for each in app.success)


@pytest.mark.parametrize("link", [{}, {"task": "the same, with a spline", "digit_number": "3"}])
def test_the_code_of_learned_gives_the_networks_answer(link, capsys):
    app = open_learned(**link)
    scope: dict = {}
    exec(app.code[0].value, scope)
    capsys.readouterr()
    with torch.inference_mode():
        expected = scope["network"](scope["image"]).softmax(1)
    torch.testing.assert_close(scope["probabilities"], expected)


@pytest.mark.parametrize("link", [{}, {"network": "cnn-r-mnist", "layer": "bn2"}, {"network": "lenet5-mnist"}])
def test_the_code_of_inside_gives_the_screens_difference(link, capsys):
    app = open_inside(**link, right="3")
    assert_well(app)
    scope: dict = {}
    exec(app.code[0].value, scope)
    most = float((scope["after"] - scope["before"]).abs().max())
    assert f"at most {most:.3g} where" in said(app)
    answer = re.search(r"\| the maps after `\w+` warped \| (\d)", said(app)).group(1)
    printed = capsys.readouterr().out.splitlines()[1:]
    chances = torch.tensor(json.loads("".join(printed).removeprefix("tensor(").removesuffix(")")))
    assert int(chances.argmax()) == int(answer)


@pytest.mark.parametrize("network", inside_form.NETWORK.options)
def test_every_layer_that_is_offered_can_be_warped(network):
    app = open_inside(network=network)
    for layer in app.selectbox(key=f"{INSIDE}.layer").options:
        app.selectbox(key=f"{INSIDE}.layer").set_value(layer).run()
        assert_well(app)
        assert f"After `{layer}` the two orders" in said(app)


def test_what_is_said_of_a_shift_depends_on_the_layers_stride():
    link = {"degrees": "0", "right": "1"}
    assert "A shift by whole units" in said(open_inside(**link, layer="conv1"))
    assert "A shift between units" in said(open_inside(**link, layer="pool1"))
    assert "A rotation or a change of size" in said(open_inside(right="1"))
    assert "θ is the identity" in said(open_inside(degrees="0"))


def test_the_sheet_is_counted():
    app = open_inside(degrees="90")
    network = models.load("lenet-relu-mnist")
    how = models.card("lenet-relu-mnist").preprocessing
    turned = np.rot90(images.sheet("digits"), axes=(1, 2)).copy()
    batch = (torch.tensor(turned)[:, None] / 255 - how.mean[0]) / how.std[0]
    with torch.inference_mode():
        right = int((network(batch).argmax(1) == torch.tensor(images.sheet_labels())).sum())
    assert re.search(rf"\| the picture warped \| .* \| {right} \|", said(app))


def test_the_localisation_network_is_counted():
    app = open_inside(layer="pool1")
    made = SpatialTransformer(channels=20, side=14, warped=14)
    count = sum(each.numel() for each in made.parameters())
    assert f"**{count:,} parameters**" in said(app)

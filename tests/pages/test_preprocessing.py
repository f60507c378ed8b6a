"""The screen on preprocessing without a browser: it opens in every state, and says what torch and NumPy compute."""

import re
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image

from cnnviz.engine.requests import PreparePoints
from cnnviz.probes.preprocessing import cloud, five_ways, place
from cnnviz.ui.preprocessing.components.state import PRESETS as COMPONENT_PRESETS
from cnnviz.ui.preprocessing.photos.state import PRESETS as PHOTO_PRESETS
from cnnviz.ui.preprocessing.points.state import PRESETS, read
from tests.pages import opening
from tests.pages.opening import assert_well, kept, said
from tests.ui.opened import opened

open_screen = partial(opening.open_screen, "pages/train/preprocessing.py")
PARTS = {
    "preprocessing": ("", PRESETS),
    "preprocessing.Photos": ("Photos", PHOTO_PRESETS),
    "preprocessing.Principal components": ("Principal components", COMPONENT_PRESETS),
}


@pytest.mark.parametrize(
    ("prefix", "name"), [(prefix, name) for prefix, (_, presets) in PARTS.items() for name in presets]
)
def test_every_preset_opens_and_has_its_own_link(prefix, name):
    part, presets = PARTS[prefix]
    app = kept(open_screen, **({"part": part} if part else {}))
    app.pills(key=f"{prefix}.preset").set_value(name).run()
    assert_well(app)
    assert app.pills(key=f"{prefix}.preset").value == name
    assert app.latex
    assert set(app.query_params) == {*presets[name], *(["part"] if part else [])}


@pytest.mark.parametrize("link", [
    {"x": "-1.5", "turn": "-30", "rate": "0.1", "at": "12", "rotate": "-8", "points": "50", "seed": "7", "point": "9"},
    {"part": "Photos", "photo": "rocket", "model": "resnet50", "row": "3", "column": "200"},
    {"part": "Principal components", "patches": "colour patches", "kept": "40", "component": "190", "patch": "12"},
    {"part": "Principal components", "patches": "clothes", "image": "5", "kept": "0"},
])  # fmt: skip
def test_a_link_opens_the_very_state_and_stays(link):
    app = open_screen(**link)
    assert_well(app)
    assert app.query_params == link
    assert not [each.value for each in app.caption if "The link asks for" in each.value]


@pytest.mark.parametrize("link", [
    {"x": "99", "long": "0", "turn": "north", "rate": "-1", "points": "2", "at": "x", "point": "400"},
    {"part": "Photos", "row": "-1", "column": "224", "model": "no-network"},
    {"part": "Principal components", "patches": "sounds", "kept": "65", "component": "0", "patch": "999"},
    {"part": "Nowhere"},
])  # fmt: skip
def test_nonsense_in_a_link_opens_with_the_defaults(link):
    app = open_screen(**link)
    assert not app.exception


@pytest.mark.parametrize("part", ["Photos", "Principal components"])
def test_without_a_photo_of_ones_own_a_sentence_says_how_to_get_one(part):
    app = open_screen(part=part, source="Upload")
    assert_well(app)
    assert len(app.info) == 1
    assert not app.latex


def test_the_notes_and_the_table_have_numpys_numbers():
    app = open_screen(x="1", y="-2", long="3", short="0.5", turn="20", rate="0.01", at="10")
    with opened(x=1.0, y=-2.0, long=3.0, short=0.5, turn=20.0):
        asked: PreparePoints = read().request()
    base, labels = cloud(asked.count, asked.apart, asked.seed)
    points = place(base, asked.centre, asked.spread, asked.turn)
    conditions = [np.linalg.cond(each.numpy().T @ each.numpy()) for each in five_ways(torch.tensor(points)).values()]
    table = app.dataframe[0].value
    np.testing.assert_allclose(table["κ"].astype(float), conditions, rtol=6e-3)
    assert table["λ₁"].tolist()[:2] == ["9.000", "9.000"]
    weights, losses = np.zeros(2), []
    for _ in range(11):
        losses.append(np.mean((points @ weights - labels) ** 2))
        weights = weights - 0.01 * 2 * points.T @ (points @ weights - labels) / len(points)
    assert float(table.iloc[0]["Loss after 10 steps"]) == pytest.approx(losses[10], rel=1e-3)
    assert "(1.00, −2.00)" in said(app)


def test_a_rate_that_is_too_large_is_named_with_those_that_it_is_too_large_for():
    assert "diverges" not in said(open_screen())
    app = open_screen(rate="0.06")
    assert re.search(r"At a learning rate of 0.06 the descent diverges:\*\* as it is\.", said(app))


def test_the_photo_part_has_the_numbers_of_torchvision_and_of_the_network():
    app = open_screen(part="Photos", model="lenet5-mnist")
    assert "0.485 · 0.456 · 0.406" in said(app)
    assert "0.229 · 0.224 · 0.225" in said(app)
    assert re.search(r"lenet5-mnist\*\* gets 1×28×28 numbers .* less 0.131, divided by 0.308", said(app))
    app.number_input(key="preprocessing.Photos.row").set_value(10).run()
    assert_well(app)
    assert app.query_params["row"] == "10"


def test_what_is_kept_is_told_with_its_share():
    app = open_screen(part="Principal components", patches="digits", kept="99")
    assert "**The first 99** hold 100.0%" in said(app)
    assert "span no more directions" in said(app)


@pytest.mark.parametrize("part", ["", "Photos", "Principal components"])
def test_the_code_on_the_screen_runs_and_a_question_is_marked(part, tmp_path, monkeypatch, capsys):
    link = {"part": part} if part else {}
    prefix = ".".join(filter(None, ("preprocessing", part)))
    app = opening.unfold(open_screen(**link), f"{prefix}.predict")
    question = next(each for each in app.radio if each.key.startswith(f"{prefix}.predict-"))
    assert len(question.options) >= 3
    question.set_value(question.options[0]).run()
    assert app.success or app.warning
    Image.effect_noise((400, 300), 60).convert("RGB").save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    exec(compile(app.code[0].value, "code", "exec"), {})
    assert capsys.readouterr().out.strip()


def test_the_code_whitens_and_rebuilds_as_the_screen_does(capsys):
    app = open_screen(part="Principal components", patches="digits", kept="20", image="12")
    exec(compile(app.code[0].value, "code", "exec"), {})
    printed = float(re.search(r"tensor\(([\d.e-]+)", capsys.readouterr().out)[1])
    told = float(re.search(r"mean squared error of ([\d.]+)", said(app))[1])
    assert told == pytest.approx(printed, rel=6e-3)

"""The screen on augmentation without a browser: every kind, the answers on it, and code that makes the same pixels."""

import io
import re
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image

from cnnviz import images, models
from cnnviz.assets import CURVES, GALLERY
from cnnviz.engine.compute.augmentation import _small
from cnnviz.engine.requests import Augment, LeaveOutBlocks, ModelChoice, Picture
from cnnviz.ui.augmentation.state import CONTROLS, KIND, NAMES, SEED, partner_control
from cnnviz.ui.engine import engine
from tests.pages import opening
from tests.pages.opening import assert_sliders_show_their_numbers, assert_well, said, unfold

open_screen = partial(opening.open_screen, "pages/train/augmentation.py", model="alexnet-tiny")
PHOTO = Picture.of(images.gallery_image("chelsea"))
OTHER = Picture.of(images.gallery_image("coffee"))
PICTURES = [name for name in NAMES if name not in ("label_smoothing", "stochastic_depth")]
needs_curves = pytest.mark.skipif(
    not (CURVES / "augmentation-gains.json").exists(), reason="the curves have not been measured"
)


def asked(kind, model="alexnet-tiny"):
    """The engine's answer to what the screen begins with."""
    settings = {control.name: float(control.default) for control in CONTROLS[kind]}
    settings |= {"ratio": 4 / 3} if kind == "crop" else {}
    mixed = {"partner": OTHER} if kind in ("mixup", "cutmix") else {}
    request = Augment(ModelChoice(model), PHOTO, kind, tuple(settings.items()), SEED.default, **mixed)
    return engine().ask(request).found


@pytest.mark.parametrize("kind", PICTURES)
def test_the_code_makes_the_very_draws_and_the_very_answers(kind, tmp_path, monkeypatch, capsys):
    app = open_screen(augmentation=kind)
    assert_well(app)
    assert_sliders_show_their_numbers(app)
    for name, photo in (("photo.jpg", "chelsea"), ("other.jpg", "coffee")):
        (tmp_path / name).write_bytes((GALLERY / f"{photo}.jpg").read_bytes())
    monkeypatch.chdir(tmp_path)
    found: dict = {}
    exec(app.code[0].value, found)
    draws = found["draws"] if found["draws"].is_floating_point() else found["draws"] / 255
    answer = asked(kind)
    np.testing.assert_array_equal(_small(draws), answer.pictures)
    np.testing.assert_allclose(found["shares"], answer.probabilities, atol=1e-4)
    if answer.targets is not None:
        np.testing.assert_array_equal(found["targets"], answer.targets)
    best = int(answer.plain.argmax())
    mean, spread = map(float, re.findall(r"tensor\(([\d.e-]+)", capsys.readouterr().out))
    assert mean == pytest.approx(answer.probabilities[:, best].mean(), abs=1e-3)
    assert spread == pytest.approx(answer.probabilities[:, best].std(), abs=1e-3)
    name = models.card("alexnet-tiny").classes[best]
    told = next(each for each in said(app).splitlines() if each.startswith(f"**{name}**"))
    plain, over, deviation = map(float, re.findall(r"[\d.]+(?=%| points)", told))
    assert plain == pytest.approx(100 * answer.plain[best], abs=0.06)
    assert over == pytest.approx(100 * answer.probabilities[:, best].mean(), abs=0.06)
    assert deviation == pytest.approx(100 * answer.probabilities[:, best].std(), abs=0.06)


@pytest.mark.parametrize(("kind", "more"), [("erasing", {"noise": "True"}), ("colour_components", {})])
def test_a_grey_network_reads_what_is_seen_here_and_in_the_code(kind, more, tmp_path, monkeypatch):
    app = open_screen(model="lenet-relu-mnist", source="Digits", digit_number="70", augmentation=kind, **more)
    assert_well(app)
    Image.fromarray(images.sheet("digits")[70]).save(tmp_path / "photo.jpg", "PNG")
    monkeypatch.chdir(tmp_path)
    found: dict = {}
    exec(app.code[0].value, found)
    settings = {control.name: float(control.default) for control in CONTROLS[kind]} | ({"noise": 1.0} if more else {})
    digit = Picture.of(images.sheet("digits")[70])
    answer = engine().ask(Augment(ModelChoice("lenet-relu-mnist"), digit, kind, tuple(settings.items()), 0)).found
    np.testing.assert_array_equal(answer.pictures, answer.pictures[..., :1].repeat(3, axis=3))
    seen = found["batch"].clamp(0, 1)[:, 0].numpy() * 255
    np.testing.assert_allclose(answer.pictures[..., 0], seen, atol=0.51)
    np.testing.assert_allclose(found["shares"], answer.probabilities, atol=1e-4)


def test_stochastic_depth_runs_the_blocks_that_its_code_draws():
    answer = engine().ask(LeaveOutBlocks(ModelChoice("efficientnet-lite0"), PHOTO, 0.8, 5)).found
    at = int(answer.running.sum(axis=1).argmin())
    app = open_screen(model="efficientnet-lite0", augmentation="stochastic_depth", seed="5", at=str(at))
    assert_well(app)
    found: dict = {}
    exec(app.code[0].value, found)
    np.testing.assert_array_equal(found["running"], answer.running)
    missing = [name for name, ran in zip(answer.names, answer.running[at], strict=True) if not ran]
    assert missing
    assert f"Left out in pass {at}: {', '.join(missing)}." in said(app)


def test_label_smoothing_has_pytorchs_loss(capsys):
    app = open_screen(model="lenet-relu-mnist", source="Digits", digit_number="70", augmentation="label_smoothing")
    assert_well(app)
    exec(app.code[0].value, {})
    first, second = map(float, re.findall(r"tensor\(([\d.]+)\)", capsys.readouterr().out))
    assert first == pytest.approx(second, abs=1e-3)
    how = models.card("lenet-relu-mnist").preprocessing
    digit = torch.tensor(images.prepare(images.sheet("digits")[70], how).tensor)
    with torch.no_grad():
        loss = torch.nn.CrossEntropyLoss(label_smoothing=0.1)(models.load("lenet-relu-mnist")(digit), torch.tensor([7]))
    assert f"{loss.item():.3f}"[:4] in said(app)


def test_a_network_without_residual_blocks_says_so():
    app = open_screen(model="lenet-relu-mnist", source="Digits", augmentation="stochastic_depth")
    assert not app.exception
    assert "no residual block" in app.error[0].value


def test_a_label_is_known_only_where_the_network_tells_these_classes_apart():
    app = open_screen(model="lenet5-fashion", source="Digits", digit_number="70", augmentation="label_smoothing")
    assert_well(app)
    how = models.card("lenet5-fashion").preprocessing
    digit = torch.tensor(images.prepare(images.sheet("digits")[70], how).tensor)
    with torch.no_grad():
        seen = int(models.load("lenet5-fashion")(digit).argmax())
    assert seen != 7
    assert f"as **{models.card('lenet5-fashion').classes[seen]}**" in said(app)


def test_a_crop_that_never_fits_is_told_to_be_the_middle():
    app = open_screen(augmentation="crop", least="1.0")
    assert_well(app)
    width, height = images.gallery_image("chelsea").size
    assert "torchvision then takes the largest allowed part of the middle" in said(app)
    assert rf"{round(height * 4 / 3)} \cdot {height}}}{{{width} \cdot {height}}}" in app.latex[0].value
    assert r"\notin [1, 1]" in app.latex[0].value
    assert "of the middle" not in said(open_screen(augmentation="crop"))


def test_there_are_but_ten_of_the_ten_crops():
    app = open_screen(augmentation="ten_crops", at="9")
    assert_well(app)
    assert app.number_input(key="augmentation.at").max == 9
    assert app.number_input(key="augmentation.at").value == 9
    assert not any("seed" in each.value for each in app.caption)


def test_small_chances_are_powers_of_ten():
    app = open_screen(augmentation="flip", chance="0.9")
    assert r"1.00 \cdot 10^{-12}" in app.latex[0].value


def test_digits_are_mixed_with_digits_whose_labels_are_known():
    app = open_screen(
        model="lenet-relu-mnist", source="Digits", digit_number="70", augmentation="cutmix", partner_number="31"
    )
    assert_well(app)
    assert app.number_input(key="augmentation.partner_number").value == 31
    assert "torch.tensor([7, 3])" in app.code[0].value


def test_links_hold_everything_and_another_kind_begins_anew():
    app = open_screen(augmentation="jitter", brightness="0.9", seed="7", at="3")
    assert_well(app)
    assert app.slider(key="augmentation.brightness").value == 0.9
    app.selectbox(key="augmentation.augmentation").select("mixup").run()
    assert_well(app)
    link = {name: text[0] if isinstance(text, list) else text for name, text in app.query_params.items()}
    assert link == {"model": "alexnet-tiny", "augmentation": "mixup", "seed": "7"}


def test_nonsense_opens_with_the_defaults_and_without_a_picture_it_says_so():
    assert_well(open_screen(augmentation="magic", least="7", seed="-1", at="99"))
    app = open_screen(source="Upload", augmentation="mixup")
    assert_well(app)
    assert app.info
    assert partner_control().default == "coffee"
    assert KIND.default == "crop"


@pytest.mark.parametrize("kind", ["crop", "cutmix", "label_smoothing"])
def test_a_question_is_marked_right_and_follows_another(kind):
    app = unfold(open_screen(augmentation=kind), "augmentation.predict")
    for _ in range(2):
        question = app.radio[-1]
        assert len(set(question.options)) >= 3
        question.set_value(question.options[0]).run()
        assert app.success or app.warning
        app.button(key="augmentation.predict-next").click().run()
        assert_well(app)


def test_the_mosaic_is_a_png_of_all_draws():
    from cnnviz.ui.augmentation.report import _png

    answer = asked("flip")
    picture = Image.open(io.BytesIO(_png(answer)))
    assert picture.size == (4 * 64 + 3 * 4, 3 * 64 + 2 * 4)
    np.testing.assert_array_equal(np.asarray(picture)[:64, 68:132], answer.pictures[1])


@needs_curves
def test_what_each_buys_is_said_in_the_curves_numbers():
    import json

    test = json.loads((CURVES / "augmentation-gains.json").read_text())["test"]
    app = open_screen(augmentation="flip")
    assert f"without augmentation **{np.mean(test['none']):.1%}**" in said(app)
    assert f"with flip **{np.mean(test['flip']):.1%}**" in said(app)

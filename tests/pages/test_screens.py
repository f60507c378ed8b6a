"""Every screen, without a browser: it opens, it survives what people do, and it says what it should."""

import io
import re
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnviz.ui import menu
from tests.pages.opening import ROOT, assert_well, open_screen

SCREENS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "pages").rglob("*.py"))


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_opens_with_something_on_it(screen):
    app = open_screen(screen)
    assert_well(app)
    assert app.title
    assert len(app.markdown) >= 2


def test_every_screen_is_in_the_menu():
    assert {screen.path for screen in menu.SCREENS} == set(SCREENS)


@pytest.mark.parametrize("model", ["lenet5-mnist", "linear-mnist", "mlp-mnist", "alexnet-tiny", "smallvgg-tiny"])
@pytest.mark.parametrize("screen", ["pages/inspect/activations.py", "pages/inspect/filters.py"])
def test_every_kind_of_shipped_model_can_be_looked_at(screen, model):
    app = open_screen(screen, model=model)
    assert_well(app)
    assert app.selectbox(key=f"{Path(screen).stem}.model").value == model


def test_a_link_opens_the_very_experiment():
    app = open_screen(
        "pages/inspect/activations.py",
        source="Digits",
        digit_number="23",
        model="lenet5-mnist",
        layer="conv2",
        channel="11",
        row="3",
        column="4",
    )
    assert_well(app)
    assert app.number_input(key="activations.digit_number").value == 23
    assert app.selectbox(key="activations.layer").value == "conv2"
    assert [app.number_input(key=f"activations.{key}").value for key in ("channel", "row", "column")] == [11, 3, 4]


def test_a_link_with_nonsense_opens_with_the_defaults():
    app = open_screen("pages/inspect/activations.py", model="skynet", layer="nowhere", channel="-7", row="x")
    assert_well(app)
    assert app.selectbox(key="activations.model").value == "efficientnet-lite0"


def test_a_layer_with_fewer_channels_and_smaller_maps_does_not_break_the_page():
    app = open_screen("pages/inspect/activations.py", model="lenet-relu-mnist", source="Digits", layer="conv2")
    app.number_input(key="activations.channel").set_value(49).run()
    app.selectbox(key="activations.layer").select("conv1").run()
    assert_well(app)
    assert app.number_input(key="activations.channel").value < 20
    app.selectbox(key="activations.layer").select("fc2").run()
    assert_well(app)


def test_the_sum_on_the_screen_equals_the_activation():
    app = open_screen("pages/inspect/activations.py", model="alexnet-tiny", layer="conv2", channel="3")
    check = next(c.value for c in app.caption if c.value.startswith("The parts add up"))
    total, value = (float(number) for number in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", check))
    assert total == pytest.approx(value, rel=1e-4, abs=1e-4)


def picture(size: tuple[int, int] = (50, 40), *, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def test_a_bad_upload_gets_one_sentence_and_the_last_good_photo_stays():
    app = open_screen("pages/inspect/activations.py", source="Upload", model="alexnet-tiny")
    assert_well(app)
    app.file_uploader(key="activations.Upload").upload("a.png", picture(), "image/png").run()
    assert_well(app)
    assert any("the original, 50×40" in caption.value for caption in app.caption)
    app.file_uploader(key="activations.Upload").upload("b.png", picture()[:100], "image/png").run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.error[0].value.endswith(".")
    assert any("the original, 50×40" in caption.value for caption in app.caption)


def test_random_weights_answer_differently_and_say_so():
    app = open_screen("pages/inspect/activations.py", model="lenet5-mnist", source="Digits", weights="random")
    assert_well(app)
    assert any("before any training" in caption.value for caption in app.caption)


def test_digits_bring_a_model_for_digits_and_photos_one_for_photos():
    app = open_screen("pages/inspect/activations.py")
    app.pills(key="activations.source").set_value("Digits").run()
    assert app.selectbox(key="activations.model").value == "lenet-relu-mnist"
    app.pills(key="activations.source").set_value("Clothes").run()
    assert app.selectbox(key="activations.model").value == "lenet5-fashion"
    app.pills(key="activations.source").set_value("Gallery").run()
    assert app.selectbox(key="activations.model").value == "efficientnet-lite0"
    assert_well(app)


def test_weights_of_ones_own_go_in_and_wrong_ones_get_their_sentence():
    weights = ROOT / "assets" / "weights"
    app = open_screen("pages/inspect/activations.py", model="lenet5-fashion", source="Clothes", weights="my own file")
    own, key = (weights / "lenet5-mnist.safetensors").read_bytes(), "activations.checkpoint-lenet5-fashion"
    app.file_uploader(key=key).upload("mine.safetensors", own, "application/octet-stream").run()
    assert_well(app)
    other = (weights / "linear-mnist.safetensors").read_bytes()
    app.file_uploader(key=key).upload("other.safetensors", other, "application/octet-stream").run()
    assert not app.exception
    # On the stage, and beside the file.
    assert len({error.value for error in app.error}) == 1
    assert "other.safetensors" in app.error[0].value
    assert "conv1.weight" in app.error[0].value


def test_a_photo_from_the_camera_is_looked_at():
    app = open_screen("pages/inspect/activations.py", source="Camera", model="alexnet-tiny")
    app.camera_input(key="activations.Camera").upload("camera.jpg", picture((64, 48), kind="JPEG"), "image/jpeg").run()
    assert_well(app)
    assert any("the original, 64×48" in caption.value for caption in app.caption)


def test_without_a_network_a_model_says_which_file_to_put_where(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    # urllib keeps the proxies that it finds at its first call: here, and after this test, it looks anew.
    monkeypatch.setattr(urllib.request, "_opener", None)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    app = open_screen("pages/inspect/activations.py", model="shufflenet_v2_x0_5")
    assert not app.exception
    assert len(app.error) == 1
    assert str(tmp_path) in app.error[0].value
    assert "shufflenetv2_x0.5-f707e7126e.pth" in app.error[0].value

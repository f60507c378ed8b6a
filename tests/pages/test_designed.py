"""A designed network on the screens that look into networks."""

from pathlib import Path

import pytest

from cnnviz import models
from tests.pages.opening import assert_well, open_screen

SMALL = "design:1x28x28: Conv 6 5 p2, ReLU, MaxPool 2, Basic 8, Flatten, Linear 10"
SCREENS = ["pages/inspect/activations.py", "pages/inspect/filters.py"]


@pytest.mark.parametrize("screen", SCREENS)
def test_a_designed_network_opens_and_says_that_its_weights_are_random(screen):
    app = open_screen(screen, model=SMALL)
    assert_well(app)
    assert app.selectbox(key=f"{Path(screen).stem}.model").value == SMALL
    captions = " ".join(caption.value for caption in app.caption)
    assert "Nobody has trained this network: its weights are random" in captions
    assert "A network of your own" in captions


def test_one_can_go_on_to_another_network_and_to_other_pictures():
    app = open_screen(SCREENS[0], model=SMALL)
    app.pills(key="activations.source").set_value("Digits").run()
    assert_well(app)
    assert app.selectbox(key="activations.model").value == SMALL
    app.selectbox(key="activations.model").set_value("lenet5-mnist").run()
    assert_well(app)
    assert app.selectbox(key="activations.model").value == "lenet5-mnist"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("design:1x28x28: Conv 20 50", "50"),
        ("design:hello", "is no design"),
        ("design:1x28x28: Flatten, Linear 9999999", "parameters"),
    ],
)
def test_one_that_cannot_be_run_is_told_why_and_the_screen_goes_on(name, sentence):
    app = open_screen(SCREENS[0], model=name)
    assert not app.exception
    assert [error for error in app.error if sentence in error.value]
    assert app.selectbox(key="activations.model").value == models.DEFAULT

"""The operator's own networks on every screen that takes a network."""

import pytest
import torch
from torch import nn

from cnnviz import models
from cnnviz.models import registered
from tests.pages.opening import assert_well, open_screen
from tests.pages.test_network import exact
from tests.pages.test_own_weights import OFFERED, SCREENS, captions, labels


class Residual(nn.Module):
    """A network as people write it: functions in forward, a skip, an own parameter, log-probabilities."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 6, 3, padding=1)
        self.second = nn.Conv2d(6, 6, 3, padding=1)
        self.scale = nn.Parameter(torch.ones(6, 1, 1))
        self.last = nn.Linear(6, 3)

    def forward(self, x):
        x = self.first(x).relu()
        x = x + self.scale * self.second(x)
        return self.last(x.mean((2, 3))).log_softmax(1)


@pytest.fixture(autouse=True, scope="module")
def networks():
    """Networks under names that no other test has: an engine keeps what it has answered by them."""
    before = dict(registered._TABLE)
    torch.manual_seed(3)
    trained = Residual()
    card = models.card_of("it", trained, (1, 8, 8), classes=["circle", "square", "star"])
    models.register("pages.py:trained", trained, card)
    models.register("pages.py:drawn", Residual, card)
    yield trained
    registered._TABLE.clear()
    registered._TABLE.update(before)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", ["pages.py:trained", "pages.py:drawn"])
def test_every_screen_that_takes_a_network_takes_them(screen, name):
    app = open_screen(SCREENS[screen], model=name, source="Digits")
    assert_well(app)
    assert not app.info
    assert (name if name.endswith("trained") else f"{name} · random weights") in labels(app)
    assert app.pills(key=f"{screen}.origin").options[0] == "Yours"


def test_what_it_predicts_is_what_the_network_says(networks):
    from cnnviz import images

    app = open_screen(SCREENS["activations"], model="pages.py:trained", source="Digits", digit_number="4")
    tensor = images.prepare(images.sheet("digits")[4], models.card("pages.py:trained").preprocessing).tensor
    with torch.no_grad():
        shares = networks(torch.from_numpy(tensor)).exp()[0]
    best = int(shares.argmax())
    name = models.card("pages.py:trained").classes[best]
    assert any(f"{name}, {100 * shares[best]:.1f}%" in label for label in labels(app)), labels(app)


def test_their_weights_are_as_given_or_random_and_nothing_is_called_trained():
    app = open_screen(SCREENS["activations"], model="pages.py:trained", source="Digits")
    assert app.segmented_control(key="activations.weights").options == ["as given", "random", "my own file"]
    assert "those that the network came with: those that its code sets." in captions(app)
    app.segmented_control(key="activations.weights").set_value("random").run()
    # Its own parameter is the same all over, so nothing has to draw it.
    assert_well(app)
    app = open_screen(SCREENS["activations"], model="pages.py:drawn", source="Digits")
    assert app.segmented_control(key="activations.weights").options == ["random", "my own file"]
    assert "Nobody has trained this network" in captions(app)


def test_the_network_screen_has_their_costs():
    app = open_screen("pages/design/network.py")
    assert app.segmented_control(key="network.net_start").options[-1] == "yours, torchvision or timm"
    app.segmented_control(key="network.net_start").set_value("library").run()
    app.selectbox(key="network.net-library").select("pages.py:trained").run()
    assert_well(app)
    assert app.text_input(key="network.size").value == "1x8x8"
    assert exact(app, "Parameters") == 6 * 10 + 6 * 55 + 6 + 21
    assert exact(app, "MACs") == 64 * 6 * 9 + 64 * 6 * 54 + 18
    links = [link.proto.query_string for link in app.get("page_link") if "model=" in link.proto.query_string]
    assert links == ["model=pages.py%3Atrained"] * len(OFFERED)

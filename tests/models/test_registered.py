"""An own architecture as a model like any other."""

import io

import pytest
import torch
from torch import nn

from cnnviz import models
from cnnviz.errors import ModelError
from cnnviz.models import registered
from cnnviz.models.input_size import input_size_of
from cnnviz.models.state_dict import CheckpointError


@pytest.fixture(autouse=True)
def nothing_registered(monkeypatch):
    monkeypatch.setattr(registered, "_TABLE", {})


def small():
    return nn.Sequential(nn.Conv2d(1, 3, 5, padding=2), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 28 * 28, 4))


def saved(network):
    file = io.BytesIO()
    torch.save(network.state_dict(), file)
    return file.getvalue()


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


def test_a_registered_model_is_one_like_any_other():
    models.register("small", small, models.card_of("A small one", small()))
    assert models.names()[0] == "small"
    assert models.groups()["Registered"] == ("small",)
    assert models.is_ready("small")
    card = models.card("small")
    assert (card.name, card.title, card.origin) == ("small", "A small one", "Registered")
    assert card.input_size == (1, 28, 28)
    assert len(card.classes) == 4
    assert card.parameters == sum(p.numel() for p in small().parameters())
    network = models.load("small", random_seed=3)
    assert not network.training
    assert network(torch.zeros(1, *card.input_size)).shape == (1, 4)
    assert same(network, models.load("small", random_seed=3))
    assert not same(network, models.load("small", random_seed=4))


def test_the_weights_that_a_factory_sets_stay():
    trained = small()
    models.register("small", lambda: trained, models.card_of("small", trained))
    assert same(models.load("small"), trained)


def test_a_checkpoint_is_loaded_and_one_that_does_not_fit_is_accounted_for():
    models.register("small", small, models.card_of("small", small()))
    other = small()
    assert same(models.load("small", checkpoint=saved(other)), other)
    with pytest.raises(CheckpointError, match=r"does not fit small: .*missing"):
        models.load("small", checkpoint=saved(nn.Linear(2, 2)))


def test_a_file_of_weights_is_what_load_puts_in(tmp_path):
    other, path = small(), tmp_path / "small.pth"
    models.register("small", small, models.card_of("small", small()), weights=path)
    assert not models.is_ready("small")
    with pytest.raises(ModelError, match=r"The weights of small cannot be read from .*small.pth: No such file"):
        models.load("small")
    path.write_bytes(saved(other))
    assert models.is_ready("small")
    assert same(models.load("small"), other)


def test_a_factory_may_load_another_model():
    models.register("again", lambda: models.load("lenet5-mnist"), models.card("lenet5-mnist"))
    assert same(models.load("again"), models.load("lenet5-mnist"))
    assert models.card("again").classes == models.card("lenet5-mnist").classes


@pytest.mark.parametrize("taken", ["small", "resnet50", "lenet5-mnist", "efficientnet-lite0"])
def test_a_name_that_is_taken_is_refused(taken):
    card = models.card_of("small", small())
    models.register("small", small, card)
    with pytest.raises(ModelError, match=f"There is a model '{taken}' already; register the other one"):
        models.register(taken, small, card)


@pytest.mark.parametrize("name", ["", " ", "design:1x28x28: Conv 20 5", "timm/resnet18"])
def test_a_name_that_means_something_else_is_refused(name):
    with pytest.raises(ModelError, match=r"can't be a model's name"):
        models.register(name, small, models.card_of("small", small()))


@pytest.mark.parametrize(
    ("network", "size"),
    [
        (
            lambda: nn.Sequential(nn.Conv2d(3, 8, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2)),
            (3, 224, 224),
        ),
        (lambda: nn.Sequential(nn.Conv2d(3, 8, 5), nn.Flatten(), nn.Linear(8 * 28 * 28, 2)), (3, 32, 32)),
        (lambda: nn.Sequential(nn.Conv2d(1, 8, 5), nn.Flatten(), nn.Linear(8 * 28 * 28, 2)), (1, 32, 32)),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), (1, 28, 28)),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(3072, 10)), (3, 32, 32)),
    ],
)
def test_the_usual_input_that_fits_is_found(network, size):
    assert input_size_of(network()) == size
    assert models.card_of("it", network()).input_size == size


def test_where_no_usual_input_fits_it_is_asked_for():
    odd = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 49 * 17, 3))
    with pytest.raises(ModelError, match="say which it reads, such as 3x224x224"):
        models.card_of("odd", odd)
    assert models.card_of("odd", odd, (1, 51, 19)).input_size == (1, 51, 19)


def test_what_cannot_be_shown_a_picture_or_gives_no_scores_is_refused():
    with pytest.raises(ModelError, match="reads 4 channels"):
        models.card_of("four", nn.Sequential(nn.Conv2d(4, 2, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()))
    with pytest.raises(ModelError, match="gives 1x2x28x28 for one picture; it should give a row of scores"):
        models.card_of("maps", nn.Conv2d(1, 2, 1))


def test_a_factory_that_fails_is_a_sentence():
    models.register("broken", lambda: {}["x"], models.card_of("small", small()))
    with pytest.raises(ModelError, match="The factory of broken raised KeyError: 'x'"):
        models.load("broken")


def test_the_apps_list_has_it():
    from streamlit.testing.v1 import AppTest

    models.register("small", small, models.card_of("small", small()))

    def page():
        from cnnviz.ui.form import Form
        from cnnviz.ui.model_choice import choose_model
        from cnnviz.ui.words import Words

        choose_model(Form(Words("activations")), "Digits")

    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    assert "small" in app.selectbox[0].options
    app.selectbox[0].set_value("small").run()
    assert not app.exception
    assert "small" in app.caption[0].value

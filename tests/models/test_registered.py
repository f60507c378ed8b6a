"""An own architecture as a model like any other."""

import pytest
import torch
from safetensors.torch import save
from torch import nn

from cnnviz import models
from cnnviz.errors import ModelError
from cnnviz.models import registered
from cnnviz.models.input_size import input_size_of
from cnnviz.models.state_dict import CheckpointError
from tests.models.saved import saved


@pytest.fixture(autouse=True)
def nothing_registered(monkeypatch):
    monkeypatch.setattr(registered, "_TABLE", {})


def small():
    return nn.Sequential(nn.Conv2d(1, 3, 5, padding=2), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 28 * 28, 4))


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


def test_a_registered_model_is_one_like_any_other():
    models.register("small", small, models.card_of("A small one", small()))
    assert models.names()[0] == "small"
    assert models.groups()["Yours"] == ("small",)
    assert models.is_ready("small")
    card = models.card("small")
    assert (card.name, card.title, card.origin) == ("small", "A small one", "Yours")
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


def test_a_network_itself_is_copied_as_it_is_now():
    trained = small().double()
    before = {name: value.clone() for name, value in trained.state_dict().items()}
    models.register("small", trained)
    nn.init.zeros_(trained[0].weight)
    loaded = models.load("small")
    assert all(torch.equal(loaded.state_dict()[name], value.float()) for name, value in before.items())
    assert trained.training
    assert models.card("small").trained


def test_weights_that_the_code_draws_are_said_to_be_random_and_others_not():
    learned = small().state_dict()

    def learns():
        network = small()
        network.load_state_dict(learned)
        return network

    models.register("drawn", small)
    models.register("learned", learns)
    models.register("empty", nn.Flatten, models.card_of("empty", nn.Flatten(), (1, 3, 3)))
    assert [models.card(name).trained for name in ("drawn", "learned", "empty")] == [False, True, True]


def test_random_weights_are_drawn_where_the_code_brings_others():
    network = nn.Sequential(nn.Conv2d(1, 3, 5), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(3 * 24 * 24, 4))
    for value in [*network.parameters(), *network.buffers()]:
        nn.init.uniform_(value) if value.is_floating_point() else value.add_(1)
    models.register("own", network)
    one, again, other = (models.load("own", random_seed=seed) for seed in (1, 1, 2))
    assert same(one, again)
    for layer in (0, 3):
        assert not torch.equal(one[layer].weight, network[layer].weight)
        assert not torch.equal(one[layer].weight, other[layer].weight)
    assert torch.equal(one[1].running_mean, torch.zeros(3))
    assert torch.equal(models.load("own")[1].running_mean, network[1].running_mean)


def test_a_parameter_that_cannot_be_drawn_is_named():
    class Shifted(nn.Sequential):
        def __init__(self):
            super().__init__(nn.Flatten(), nn.Linear(784, 3))
            self.shift = nn.Parameter(torch.arange(784.0))

    models.register("shifted", Shifted())
    with pytest.raises(ModelError, match=r"shifted has no random weights: shift belongs to a Shifted, which has no"):
        models.load("shifted", random_seed=0)


def test_layers_that_follow_their_first_input_are_given_one():
    def lazy():
        return nn.Sequential(nn.LazyConv2d(3, 5), nn.Flatten(), nn.LazyLinear(4))

    with pytest.raises(ModelError, match="say which it reads, such as 3x224x224"):
        models.register("lazy", lazy)
    models.register("lazy", lazy, models.card_of("lazy", lazy(), (1, 28, 28)))
    assert models.load("lazy")(torch.zeros(1, 1, 28, 28)).shape == (1, 4)
    assert same(models.load("lazy", random_seed=5), models.load("lazy", random_seed=5))


def test_a_card_has_names_of_classes_and_the_numbers_that_standardise():
    colour = nn.Sequential(nn.Conv2d(3, 2, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    card = models.card_of("it", colour, (3, 40, 50), classes=["cat", "dog"], mean=[0.5], std=(0.1, 0.2, 0.3))
    assert card.classes == ("cat", "dog")
    assert (card.preprocessing.mean, card.preprocessing.std) == ((0.5, 0.5, 0.5), (0.1, 0.2, 0.3))
    assert (card.preprocessing.crop, card.preprocessing.channels) == ((40, 50), 3)
    models.register("colour", colour, card)
    assert models.card("colour").classes == ("cat", "dog")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"classes": ["one"]}, "it has 4 outputs, and the number of names for classes is 1"),
        ({"mean": (0.1, 0.2)}, "mean has 2 numbers; it should have one."),
        ({"mean": (123.7,)}, "mean 123.7 is out of range; it should be 0 to 1"),
        ({"std": (0,)}, "std 0 is out of range; it should be above 0"),
        ({"std": (float("nan"),)}, "std nan is out of range"),
    ],
)
def test_what_does_not_go_with_the_network_is_a_sentence(said, sentence):
    with pytest.raises(ModelError, match=sentence):
        models.card_of("it", small(), **said)


@pytest.mark.parametrize(
    ("factory", "sentence"),
    [
        (nn.Conv2d, "can't be called without in_channels and out_channels and kernel_size; name a function that needs"),
        (lambda width: width, "can't be called without width"),
        (dict, "made a dict; it should make a torch.nn.Module"),
    ],
)
def test_what_makes_no_network_is_a_sentence(factory, sentence):
    with pytest.raises(ModelError, match=sentence):
        models.register("it", factory)


def test_a_network_that_cannot_be_copied_is_a_sentence():
    network = small()
    network.extra = network[0].weight * 2
    with pytest.raises(ModelError, match=r"it can't be copied \(.*\); give a function that makes the network instead"):
        models.register("it", network)


def test_a_checkpoint_is_loaded_and_one_that_does_not_fit_is_accounted_for():
    models.register("small", small, models.card_of("small", small()))
    other = small()
    assert same(models.load("small", checkpoint=saved(other.state_dict())), other)
    with pytest.raises(CheckpointError, match=r"does not fit small: .*0\.weight, which should be 3x1x5x5, .* is 2x2"):
        models.load("small", checkpoint=saved(nn.Linear(2, 2).state_dict()))


def of_other_names(network):
    """A network's tensors as somebody else calls its layers, in a wrapper of a trainer."""
    names = ("conv.weight", "conv.bias", "head.weight", "head.bias")
    return {f"net.{name}": tensor for name, tensor in zip(names, network.state_dict().values(), strict=True)}


def test_tensors_of_other_names_are_matched_by_order_and_shape_with_an_account():
    models.register("small", small)
    other = small()
    loaded = models.load("small", checkpoint=saved({"state_dict": of_other_names(other), "epoch": 3}))
    assert same(loaded, other)
    assert str(models.fit_of(loaded)) == (
        "4 tensors by order and shape: conv.weight -> 0.weight, conv.bias -> 0.bias, head.weight -> 3.weight and 1 "
        "more; from state_dict.net"
    )
    # The names decide where they are the same.
    assert models.fit_of(models.load("small", checkpoint=saved(other.state_dict()))).by == "name"


def twins():
    return nn.Sequential(nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3), nn.Flatten(), nn.Linear(24 * 24, 2))


@pytest.mark.parametrize("in_file", [True, False])
def test_a_safetensors_file_has_no_order_that_could_be_gone_by(in_file, tmp_path):
    other, path = twins(), tmp_path / "w.safetensors"
    names = ("a.weight", "a.bias", "b.weight", "b.bias", "out.weight", "out.bias")
    data = save(dict(zip(names, other.state_dict().values(), strict=True)))
    path.write_bytes(data)
    models.register("twins", twins, weights=path if in_file else None)
    with pytest.raises(CheckpointError, match="could each be either of two layers"):
        models.load("twins", checkpoint=None if in_file else data)


def test_the_operators_file_of_weights_may_have_other_names_too(tmp_path):
    other, path = small(), tmp_path / "small.ckpt"
    path.write_bytes(saved(of_other_names(other)))
    models.register("small", small, weights=path)
    assert same(models.load("small"), other)
    assert "by order and shape: conv.weight -> 0.weight" in str(models.fit_of(models.load("small")))


def test_a_file_of_weights_is_what_load_puts_in(tmp_path):
    other, path = small(), tmp_path / "small.pth"
    models.register("small", small, models.card_of("small", small()), weights=path)
    assert not models.is_ready("small")
    with pytest.raises(ModelError, match=r"The weights of small cannot be read from .*small.pth: No such file"):
        models.load("small")
    path.write_bytes(saved(other.state_dict()))
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
    with pytest.raises(ModelError, match="The factory of broken raised KeyError: 'x'"):
        models.register("broken", lambda: {}["x"], models.card_of("small", small()))
    assert "broken" not in models.names()


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
    assert any("small" in caption.value for caption in app.caption)

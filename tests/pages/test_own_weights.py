"""Weights of one's own for a designed network: given on the screen Network, or on one that looks into it."""

import io
from urllib.parse import parse_qs

import pytest
import torch
from torch import nn

import cnnviz
from cnnviz import images, models
from cnnviz.engine.requests import Filters, ModelChoice
from cnnviz.ui.engine import engine
from tests.pages.opening import ROOT, assert_well, open_screen

TEXT = "Conv 4 3, ReLU, Conv 4 3, Flatten, Linear 10"
NAME = f"design:1x12x12: {TEXT}"
SCREENS = {
    name: f"pages/{section}/{name}.py"
    for name, section in {
        "activations": "inspect",
        "filters": "inspect",
        "receptive_field": "inspect",
        "invariance": "transform",
    }.items()
}
# Why takes any network too; its first part, CAM, has an answer for some alone.
OFFERED = {**SCREENS, "why": "pages/inspect/why.py"}


def network(width: int = 4) -> nn.Module:
    torch.manual_seed(5)
    layers = (nn.Conv2d(1, width, 3), nn.ReLU(), nn.Conv2d(width, 4, 3), nn.Flatten(), nn.Linear(4 * 8 * 8, 10))
    return nn.Sequential(*layers)


def saved(module: nn.Module) -> bytes:
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    return file.getvalue()


def upload(app, key, data, name="mine.pth"):
    return app.file_uploader(key=key).upload(name, data, "application/octet-stream").run()


def offered(app):
    """Return the links to other screens that carry the network."""
    links = {link.proto.page: parse_qs(link.proto.query_string) for link in app.get("page_link")}
    return {page: {name: text for name, (text,) in link.items()} for page, link in links.items() if "model" in link}


def captions(app) -> str:
    return " ".join(caption.value for caption in app.caption)


def labels(app) -> list[str]:
    return [block.proto.popover.label for block in app.get("popover")]


def test_the_network_screen_takes_weights_and_hands_them_on():
    app = open_screen("pages/design/network.py", net=TEXT, size="1x12x12")
    assert_well(app)
    assert offered(app) == {name: {"model": NAME} for name in OFFERED}
    assert "With random weights it opens in" in captions(app)
    app = upload(app, "network.checkpoint", saved(network()))
    assert_well(app)
    assert "6 tensors were matched by order and shape" in captions(app)
    assert "With the weights of the file it opens in" in captions(app)
    assert "2.weight" in str(app.table[0].value)
    link = {"model": NAME, "weights": "my own file"}
    assert offered(app) == dict.fromkeys(OFFERED, link)
    for number, path in enumerate(SCREENS.values()):
        app.query_params.clear()
        # A link that says nothing new would open a screen as it was left.
        app.query_params.update({**link, "source": "Digits", "digit_number": str(number)})
        app.switch_page(path).run()
        assert_well(app)
        assert not app.info
        assert any(label.endswith("· mine.pth") for label in labels(app)), (path, labels(app))


def test_what_is_computed_has_the_files_numbers():
    app = open_screen("pages/design/network.py", net=TEXT, size="1x12x12")
    mine = network()
    upload(app, "network.checkpoint", saved(mine))
    kept: ModelChoice = app.session_state["own-weights"][NAME].choice
    for layer, index in (("conv1", 0), ("conv2", 2)):
        found = engine().ask(Filters(kept, layer)).found
        assert torch.equal(torch.tensor(found.weights), mine[index].weight)


def test_a_training_checkpoint_is_accounted_for():
    app = open_screen("pages/design/network.py", net=TEXT, size="1x12x12")
    state = {f"module.{name}": value for name, value in network().state_dict().items()}
    file = io.BytesIO()
    torch.save({"epoch": 3, "model": state, "ema_step": torch.ones(2)}, file)
    app = upload(app, "network.checkpoint", file.getvalue(), "last.ckpt")
    assert_well(app)
    assert "last.ckpt is in place: its names are others than the network's, so 6 tensors were matched" in captions(app)
    assert "They are those under `model.module` in the file." in captions(app)
    assert "Not used, 1 in all: `ema_step`." in captions(app)


def test_weights_of_another_network_get_a_sentence_and_none_are_handed_on():
    app = open_screen("pages/design/network.py", net=TEXT, size="1x12x12")
    app = upload(app, "network.checkpoint", saved(network(width=8)))
    assert not app.exception
    assert [error.value for error in app.error] == [
        "mine.pth does not fit the network: the first tensor without one of its shape is conv1.weight, which should be "
        "4x1x3x3, and 0.weight is 8x1x3x3 in the file (it holds 6 tensors and the network has 6)."
    ]
    assert offered(app) == {name: {"model": NAME} for name in OFFERED}
    # Mended in the network, the same file fits.
    app.segmented_control(key="network.net_start").set_value("line").run()
    app.text_input(key="network.net-line").set_value(TEXT.replace("Conv 4 3", "Conv 8 3", 1)).run()
    assert_well(app)
    assert "6 tensors were matched by order and shape" in captions(app)


def test_a_link_without_the_file_says_so_and_shows_random_weights():
    app = open_screen(SCREENS["activations"], model=NAME, weights="my own file")
    assert_well(app)
    assert "there is none here yet: these are random" in app.info[0].value
    assert any("random weights" in label for label in labels(app))
    app = upload(app, f"activations.checkpoint-{NAME}", saved(network()))
    assert_well(app)
    assert not app.info
    assert any("mine.pth" in label for label in labels(app))
    # Another screen of this visit has them, too.
    app.query_params.clear()
    app.query_params.update({"model": NAME, "weights": "my own file", "source": "Digits"})
    app.switch_page(SCREENS["filters"]).run()
    assert_well(app)
    assert not app.info
    assert "6 tensors were matched" in captions(app)


def test_a_file_that_is_taken_away_is_gone():
    app = open_screen(SCREENS["activations"], model="lenet5-mnist", source="Digits", weights="my own file")
    assert "these are the network's own" in app.info[0].value
    weights = (ROOT / "assets" / "weights" / "lenet5-fashion.safetensors").read_bytes()
    app = upload(app, "activations.checkpoint-lenet5-mnist", weights, "mine.safetensors")
    assert "10 tensors by their names" in captions(app)
    app.file_uploader(key="activations.checkpoint-lenet5-mnist").clear().run()
    assert_well(app)
    assert "these are the network's own" in app.info[0].value


@pytest.mark.parametrize(("screen", "other"), [("activations", "lenet5-fashion"), ("invariance", "mlp-mnist")])
def test_a_file_stays_with_the_network_that_it_was_given_to(screen, other):
    first = "lenet5-mnist"
    app = open_screen(SCREENS[screen], model=first, source="Digits", weights="my own file")
    torch.manual_seed(2)
    mine = models.load(first, random_seed=7)
    app = upload(app, f"{screen}.checkpoint-{first}", saved(mine))
    assert not app.info
    assert f"{first} · mine.pth" in labels(app)
    app.selectbox(key=f"{screen}.model").select(other).run()
    # Neither on the stage, where most files would not even fit, nor in the place for one.
    assert_well(app)
    assert other in labels(app)
    assert list(app.session_state["own-weights"]) == [first]
    assert "there is none here yet: these are the network's own" in app.info[0].value
    assert app.file_uploader(key=f"{screen}.checkpoint-{other}").value is None
    # The first network still has it.
    app.selectbox(key=f"{screen}.model").select(first).run()
    assert_well(app)
    assert f"{first} · mine.pth" in labels(app)
    assert not app.info


@pytest.mark.parametrize("text", ["Conv 4 3", "Conv 4 3, ReLU, AdaptiveAvgPool 1, Flatten, Linear 1"])
@pytest.mark.parametrize("screen", SCREENS)
def test_networks_without_classes_open_everywhere(screen, text):
    assert_well(open_screen(SCREENS[screen], model=f"design:3x9x9: {text}"))


def test_a_single_output_is_said_as_it_is():
    name = "design:1x9x9: Flatten, Linear 1, Sigmoid"
    app = open_screen(SCREENS["activations"], model=name, source="Digits")
    assert_well(app)
    network = models.load(name)
    with torch.no_grad():
        given = network(
            torch.from_numpy(images.prepare(images.sheet("digits")[70], models.card(name).preprocessing).tensor)
        )
    assert f"The one output, class 0: {given.item():.5g}" in captions(app)


@pytest.mark.parametrize(
    ("net", "size", "why"),
    [
        ("Conv 4 3, Flatten, Linear 10", "5x12x12", "reads 5 channels; to be shown a picture it should read 1 or 3"),
        ("Flatten, Linear 10", "3x2000x2000", "reads 2000x2000 pixels; to be run here a side should have 1 to 1024"),
    ],
)
def test_a_network_that_cannot_be_shown_a_picture_is_told_why(net, size, why):
    app = open_screen("pages/design/network.py", net=net, size=size)
    assert_well(app)
    assert why in captions(app)
    assert offered(app) == {}


def test_torchvisions_networks_open_with_their_own_weights():
    app = open_screen("pages/design/network.py", net="model:resnet18", size="3x224x224")
    assert offered(app) == {name: {"model": "resnet18"} for name in OFFERED}
    assert len(app.file_uploader) == 0


def test_the_lines_of_python_load_the_same_weights(tmp_path, monkeypatch):
    app = open_screen(SCREENS["activations"], model=NAME)
    assert f'model = cnnviz.models.load("{NAME}", random_seed=0)' in app.code[0].value.splitlines()
    mine = network()
    app.segmented_control(key="activations.weights").set_value("my own file").run()
    app = upload(app, f"activations.checkpoint-{NAME}", saved(mine))
    load = next(line for line in app.code[0].value.splitlines() if line.startswith("model = "))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.pth").write_bytes(saved(mine))
    scope = {"cnnviz": cnnviz}
    exec(load, scope)
    assert torch.equal(scope["model"].conv2.weight, mine[2].weight)

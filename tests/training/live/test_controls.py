"""How a run begins, what it is shown and which layers act otherwise at test; the exported lines do the same."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.nn import functional
from torchvision import datasets

from cnnviz.errors import CnnvizError
from cnnviz.training.live.data_root import DATA_ROOT
from cnnviz.training.live.examples import load, sheet
from cnnviz.training.live.run import LiveRun
from cnnviz.training.live.script import patches_file, script
from cnnviz.training.live.settings import INITIALIZATIONS, Settings
from tests.conftest import some
from tests.training.live.test_data_root import things_of

DATA = Path(__file__).parents[4] / "shared" / "data"
NORMALISED = "Conv 4 5, BatchNorm2d, ReLU, MaxPool 4, Flatten, Dropout 0.3, Linear 10"
MOVED = Settings(NORMALISED, batch_size=50, shift=2, rotation=15.0, flip=0.5, seed=3)


@pytest.fixture
def at_hand(monkeypatch):
    """torchvision's data sets, without a download."""

    def found(name):
        def load_it(root, *, train, download):
            images, labels = sheet(name, "train")
            return SimpleNamespace(data=torch.tensor(images), targets=torch.tensor(labels).long())

        return load_it

    monkeypatch.setattr(datasets, "MNIST", found("mnist"))
    monkeypatch.setattr(datasets, "FashionMNIST", found("fashion-mnist"))


COLOURS = Settings(
    "Conv 6 5 p2, BatchNorm2d, ReLU, MaxPool 4, Flatten, Dropout 0.2, Linear 10",
    "patches",
    batch_size=40,
    shift=2,
    rotation=20.0,
    flip=0.5,
    label_smoothing=0.1,
    l2=1e-4,
    seed=2,
)


def test_the_script_makes_the_same_run_on_the_patches_that_are_taken_along(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "patches.safetensors").write_bytes(patches_file())
    assert_same_at_step_100(COLOURS)


@pytest.mark.skipif(not DATA.is_dir(), reason="the whole data sets are not at hand")
@pytest.mark.parametrize(("name", "kind"), some([("whole-mnist", "MNIST"), ("whole-fashion-mnist", "FashionMNIST")]))
def test_the_script_makes_the_same_run_on_a_whole_set(monkeypatch, name, kind):
    monkeypatch.setenv(DATA_ROOT, str(DATA))
    theirs = getattr(datasets, kind)
    monkeypatch.setattr(datasets, kind, lambda root, *, train, download=False: theirs(str(DATA), train=train))
    assert_same_at_step_100(Settings("Conv 4 5, ReLU, MaxPool 4, Flatten, Linear 10", name, flip=0.3))


def test_the_script_makes_the_same_run_on_folders_of_things(tmp_path, monkeypatch):
    things_of(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(DATA_ROOT, "data")
    assert_same_at_step_100(replace(COLOURS, examples="tiny-imagenet"))


def assert_same_at_step_100(settings):
    run = LiveRun(settings)
    run.advance(steps=100)
    made: dict[str, object] = {}
    exec(script(settings, run.rates, run.step), made)
    assert len(made["losses"]) == 100
    assert made["losses"] == pytest.approx(run.losses, abs=1e-6)


@pytest.mark.parametrize(
    "settings",
    [MOVED, Settings(NORMALISED, "fashion-mnist", flip=0.5, initialization="kaiming", optimiser="momentum")],
)
def test_the_script_makes_the_same_losses_and_the_same_network(at_hand, settings):
    run = LiveRun(settings)
    run.advance(steps=12)
    made: dict[str, object] = {}
    exec(script(settings, run.rates, run.step), made)
    assert made["losses"] == pytest.approx(run.losses, abs=1e-6)
    theirs = made["network"].state_dict()
    for name, tensor in run.network.state_dict().items():
        assert torch.allclose(theirs[name], tensor, atol=1e-6), name


def test_slices_change_nothing_where_images_move():
    whole, sliced = LiveRun(MOVED), LiveRun(MOVED)
    whole.advance(steps=15)
    while sliced.step < 15:
        sliced.advance(seconds=0.001, steps=15)
        torch.rand(3)
    assert sliced.losses == whole.losses
    assert whole.losses != run_to(15, shift=0, rotation=0.0, flip=0.0).losses


def run_to(steps, **changed):
    run = LiveRun(Settings(**{**vars(MOVED), **changed}))
    run.advance(steps=steps)
    return run


@pytest.mark.parametrize("initialization", sorted(INITIALIZATIONS))
def test_weights_begin_as_torch_begins_them(initialization):
    settings = Settings("Conv 16 5, ReLU, Flatten, Linear 10", initialization=initialization, sigma=0.03, seed=1)
    network = LiveRun(settings).network
    for layer, fan_in, fan_out in ((network.conv1, 25, 400), (network.fc1, 9216, 10)):
        wanted = {
            "default": (1 / (3 * fan_in)) ** 0.5,
            "xavier": (2 / (fan_in + fan_out)) ** 0.5,
            "kaiming": (2 / fan_in) ** 0.5,
            "normal": 0.03,
            "zeros": 0.0,
        }
        assert layer.weight.std().item() == pytest.approx(wanted[initialization], rel=0.1)
        assert (layer.bias == 0).all().item() == (initialization != "default")


@pytest.mark.parametrize("initialization", sorted(INITIALIZATIONS))
def test_the_script_begins_in_the_same_way(initialization):
    settings = Settings("Linear 6, BatchNorm1d, Tanh, Linear 2", "xor", initialization=initialization, sigma=0.5)
    run = LiveRun(settings)
    run.advance(steps=10)
    made: dict[str, object] = {}
    exec(script(settings, run.rates, run.step), made)
    assert made["losses"] == pytest.approx(run.losses, abs=1e-6)


def test_a_network_of_zeros_learns_its_last_biases_alone():
    run = LiveRun(Settings("Linear 6, ReLU, Linear 2", "xor", initialization="zeros"))
    run.advance(steps=20)
    weights = run.network.state_dict()
    assert [name for name, each in weights.items() if each.abs().max() > 0] == ["fc2.bias"]


def test_a_test_reads_the_running_statistics_and_drops_nothing():
    run = LiveRun(Settings(NORMALISED, batch_size=50, seed=2))
    run.advance(steps=20)
    run.finish_test()
    kept, inputs = run.network.state_dict(), load("mnist").test_inputs
    maps = functional.conv2d(inputs, kept["conv1.weight"], kept["conv1.bias"])
    mean, variance = (kept[f"bn1.running_{name}"][:, None, None] for name in ("mean", "var"))
    maps = (maps - mean) / (variance + 1e-5).sqrt() * kept["bn1.weight"][:, None, None] + kept["bn1.bias"][
        :, None, None
    ]
    scores = functional.linear(functional.max_pool2d(maps.relu(), 4).flatten(1), kept["fc1.weight"], kept["fc1.bias"])
    wanted = nn.CrossEntropyLoss()(scores, load("mnist").test_labels).item()
    assert run.tested[-1].loss == pytest.approx(wanted, abs=1e-5)
    assert kept["bn1.num_batches_tracked"] == 20


def test_a_test_leaves_the_running_statistics_alone():
    once, often = LiveRun(MOVED), LiveRun(MOVED)
    once.advance(steps=10)
    for step in range(1, 11):
        often.advance(steps=step)
        often.finish_test()
    assert once.losses == often.losses
    assert torch.equal(once.network.bn1.running_var, often.network.bn1.running_var)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"initialization": "lucky"}, "begin with one of default, xavier"),
        ({"shift": 9}, "shift is 9 and should be from 0 to 8"),
        ({"rotation": -1.0}, "rotation is -1"),
        ({"flip": 1.5}, "chance of a flip is 1.5 and should be from 0 to 1"),
        ({"sigma": 11.0}, "standard deviation of the weights is 11"),
    ],
)
def test_what_cannot_be_set_is_told(changed, said):
    with pytest.raises(CnnvizError, match=said):
        LiveRun(Settings(**{"network": "Flatten, Linear 10", **changed}))

"""`cnnviz serve --model`: what is registered of a command line, and one sentence where something is wrong."""

import sys

import pytest
import torch

from cnnviz import models
from cnnviz.cli import main
from cnnviz.models import own_code, registered

NET = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 30 * 30, 3))

def grey():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 2))

def wide(width):
    return nn.Linear(width, 2)

def four():
    return nn.Sequential(nn.Conv2d(4, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())

def maps():
    return nn.Conv2d(3, 2, 1)

ready = Net()
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a file of networks, in which the command is given; nothing is served, nor stays registered."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(registered, "_TABLE", {})
    monkeypatch.setattr("streamlit.web.cli.main", lambda arguments, **settings: None)
    (tmp_path / "cli_net.py").write_text(NET)
    (tmp_path / "three.txt").write_text("\ufeffcat\ndog \nüber\n\n", encoding="utf-8")
    yield tmp_path
    sys.modules.pop("cli_net", None)


def ready_weights(folder, seed):
    """Write a file of random weights that fits Net."""
    torch.manual_seed(seed)
    network = own_code.found(f"{folder}/cli_net.py:Net")()
    torch.save({"state_dict": {f"module.{name}": value for name, value in network.state_dict().items()}}, f"{seed}.pt")
    return network


def test_what_follows_a_model_is_said_of_it_and_what_stands_before_all_of_every_one(folder, capsys):
    said = "serve --mean 0.25 --model ./cli_net.py:Net --classes three.txt --std 0.1,0.2,0.3 --model cli_net:grey"
    assert main([*said.split(), "--size", "1x8x8", "--port", "8777"]) == 0
    colour, grey = (models.card(name) for name in ("cli_net.py:Net", "cli_net:grey"))
    assert models.groups()["Yours"] == ("cli_net.py:Net", "cli_net:grey")
    assert colour.classes == ("cat", "dog", "über")
    assert (colour.input_size, grey.input_size) == ((3, 32, 32), (1, 8, 8))
    assert (colour.preprocessing.mean, colour.preprocessing.std) == ((0.25,) * 3, (0.1, 0.2, 0.3))
    assert (grey.preprocessing.mean, grey.preprocessing.std) == ((0.25,), (0.5,))
    assert "class 1" in grey.classes
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "cli_net.py:Net (input 3x32x32, outputs 3) opens at"
    assert told[1].strip() == "http://localhost:8777/activations?model=cli_net.py%3ANet"


def test_the_same_code_with_two_files_of_weights_is_two_models(folder):
    networks = [ready_weights(folder, seed) for seed in (1, 2)]
    said = "serve --model cli_net:Net=1.pt --model cli_net:Net=2.pt --model cli_net:Net"
    assert main(said.split()) == 0
    names = models.groups()["Yours"]
    assert names == ("cli_net:Net", "cli_net:Net=2.pt", "cli_net:Net 2")
    assert [models.card(name).trained for name in names] == [True, True, False]
    for name, network in zip(names, networks, strict=False):
        assert torch.equal(models.load(name)[0].weight, network[0].weight)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("--model cli_net:wide", "cli_net:wide can't be called without width; name a function that needs nothing"),
        ("--model cli_net:Nett", "cli_net has no Nett; did you mean Net?"),
        ("--model other.py:Net", "There is no file "),
        ("--model cli_net:Net=none.pt", "There is no file of weights at "),
        ("--model cli_net:Net=three.txt", "three.txt "),
        (
            "--model cli_net:grey=1.pt --size 1x8x8",
            "{folder}/1.pt (its part state_dict.module) does not fit cli_net:grey: ",
        ),
        (
            "--model cli_net:Net --classes two.txt",
            "cli_net:Net has 3 outputs, and the number of names for classes is 2.",
        ),
        ("--model cli_net:Net --classes gap.txt", "gap.txt has no name in line 2; it should have one in every line."),
        ("--model cli_net:Net --classes none.txt", "The names of classes cannot be read from none.txt: No such file"),
        ("--model cli_net:Net --classes 1.pt", "1.pt is no text in UTF-8; it should hold the classes' names"),
        (
            "--model cli_net:Net --mean 0.1,0.2",
            "mean has 2 numbers; it should have one, or one for each of 3 channels.",
        ),
        ("--model cli_net:Net --mean 123.7", "mean 123.7 is out of range; it should be 0 to 1"),
        ("--model cli_net:Net --std zero", "Argument --std: 'zero' is no list of numbers; write them as 0.5 or"),
        ("--model cli_net:Net --size 3x8x8", "1x3x8x8"),
        ("--model cli_net:four", "The network reads 4 channels; to be shown a picture it should read 1 or 3."),
        ("--model cli_net:maps --size 3x8x8", "cli_net:maps gives 1x2x8x8 for one picture; it should give a row of"),
        ("--size 3x8x8", "--size says something of a network of your own; name it with --model."),
    ],
)
def test_what_is_wrong_is_told_before_the_server_starts(folder, capsys, monkeypatch, given, says):
    started = []
    monkeypatch.setattr("streamlit.web.cli.main", lambda *arguments, **settings: started.append(arguments))
    ready_weights(folder, 1)
    (folder / "two.txt").write_text("cat\ndog\n")
    (folder / "gap.txt").write_text("cat\n\ndog\n")
    try:
        status = main(["serve", *given.split()])
    except SystemExit as end:
        status = end.code
    said = capsys.readouterr()
    assert (status, started, said.out) == (2, [], "")
    assert says.replace("{folder}", str(folder)) in said.err
    assert said.err.count("\n") == 1


def test_a_class_of_a_file_is_analysed(folder, capsys):
    assert main(["analyze", f"{folder}/cli_net.py:Net", "--size", "3x32x32"]) == 0
    assert f"Total params: {4 * (27 + 1) + 4 * 900 * 3 + 3:,}" in capsys.readouterr().out


def test_the_code_finds_its_files_where_the_command_was_given_whenever_it_runs(folder, monkeypatch):
    (folder / "cli_net.py").write_text(
        NET
        + """
def build():
    import torch
    net = Net()
    net.load_state_dict(torch.load('own.pt'))
    return net
"""
    )
    network = ready_weights(folder, 4)
    torch.save(network.state_dict(), "own.pt")
    seen, options = [], []

    def serving(arguments, **settings):
        options.extend(arguments)
        seen.append(models.load("cli_net:build")[0].weight)

    monkeypatch.setattr("streamlit.web.cli.main", serving)
    assert main(["serve", "--model", "cli_net:build", "--size", "3x32x32"]) == 0
    assert torch.equal(seen[0], network[0].weight)
    # The project's settings come along, for there is no file of them here.
    for name, value in (("--server.maxUploadSize", "100"), ("--theme.light.textColor", "#0d1117")):
        assert options[options.index(name) + 1] == value
    assert options[options.index("--runner.postScriptGC") + 1] == "false"


def test_the_operator_is_told_how_a_file_was_matched(folder, capsys):
    ready_weights(folder, 5)
    assert main(["serve", "--model", "cli_net:Net=5.pt"]) == 0
    assert capsys.readouterr().out.splitlines()[2] == "  with 5.pt: 4 tensors by name; from state_dict.module"

"""The command: what it prints of networks of every kind, and one sentence where something is wrong."""

import json
import re
import socket
import subprocess
import sys
from importlib.util import find_spec

import pytest
import torch
from torch import nn

from cnnviz.cli import main

LINE = "Conv 20 5 p2, ReLU, MaxPool 2, Flatten, Linear 10"
CIFAR = """
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 16, 5),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(16 * 14 * 14, 10),
)
"""
MODULE = """
from torch import nn

def build():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 26 * 26, 7))

def fails():
    raise RuntimeError("no\\ncuda")

number = 3
"""


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """An empty folder, in which the command is given."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("mine", None)


def told(capsys, *arguments):
    assert main([*map(str, arguments), "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.count("\n") == 1
    return json.loads(said.out)


def test_resnet50_costs_what_is_known_of_it(capsys):
    found = told(capsys, "analyze", "resnet50")
    assert list(found)[:2] == ["parameters", "macs"]
    assert (found["parameters"], found["macs"], found["flops"]) == (25557032, 4089184256, 8178368512)
    assert found["input_size"] == [1, 3, 224, 224]
    assert found["output_size"] == [1, 1000]
    assert sum(layer["parameters"] for layer in found["layers"]) == 25557032
    assert sum(layer["macs"] for layer in found["layers"]) == 4089184256
    first = found["layers"][0]
    assert (first["name"], first["kind"], first["output_size"]) == ("conv1", "Conv2d", [1, 64, 112, 112])
    assert (first["parameters"], first["macs"], first["receptive_field"]) == (9408, 118013952, [7, 7])


def test_another_size_is_asked_for(capsys):
    assert told(capsys, "analyze", "resnet50", "--size", "3x448x448")["macs"] == 4 * (4089184256 - 2048000) + 2048000


def test_the_table_has_every_layer_and_the_totals(capsys):
    assert main(["analyze", "resnet18"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"Layer \(type\) +Output shape +Params +MACs", lines[1])
    assert lines[3].split() == ["resnet18", "[1,", "1000]", "--", "--"]
    rows = [line for line in lines if "├─" in line]
    assert len([row for row in rows if "(Conv2d)" in row]) == 20
    assert re.search(r"^├─ layer1 \(Sequential\) +-- +-- +--$", "\n".join(rows), re.MULTILINE)
    assert re.search(r"^│  ├─ 0 \(BasicBlock\) +-- +-- +--$", "\n".join(rows), re.MULTILINE)
    assert re.search(
        r"^│  │  ├─ conv1 \(Conv2d\) +\[1, 64, 56, 56\] +36,864 +115,605,504$", "\n".join(rows), re.MULTILINE
    )
    assert "Total params: 11,689,512" in lines
    assert "Total MACs: 1,814,073,344" in lines
    # Aligned: every row with numbers ends in the same column.
    assert len({len(line) for line in lines if "├─" in line or line.startswith("Layer")}) == 1


def test_a_typed_line_a_pasted_file_a_shipped_and_a_designed_network(capsys, elsewhere):
    assert told(capsys, "analyze", LINE, "--size", "1x28x28")["parameters"] == 39730
    (elsewhere / "net.py").write_text(CIFAR)
    pasted = told(capsys, "analyze", "net.py")
    assert pasted["input_size"] == [1, 3, 32, 32]
    assert pasted["parameters"] == 16 * (75 + 1) + 16 * 14 * 14 * 10 + 10
    assert told(capsys, "analyze", "lenet5-mnist")["parameters"] == 61706
    assert told(capsys, "analyze", f"design:1x28x28: {LINE}")["parameters"] == 39730


def test_a_pasted_file_is_read_and_never_run(capsys, elsewhere):
    (elsewhere / "net.py").write_text("open('ran', 'w')\n" + CIFAR)
    assert main(["analyze", "net.py"]) == 0
    assert "Total params: 32,586" in capsys.readouterr().out
    assert not (elsewhere / "ran").exists()


def test_a_function_of_an_own_module(capsys, elsewhere):
    (elsewhere / "mine.py").write_text(MODULE)
    found = told(capsys, "analyze", "mine:build")
    assert found["input_size"] == [1, 1, 28, 28]
    assert found["macs"] == 26 * 26 * 4 * 9 + 4 * 26 * 26 * 7
    assert told(capsys, "analyze", "torch.nn:Identity", "--size", "3x4x5")["output_size"] == [1, 3, 4, 5]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["analyze", "resnet51"], "There is no model 'resnet51'; did you mean resnet50"),
        (["analyze", "timm/nothing"], "There is no architecture 'timm/nothing'"),
        (["analyze", "net.py"], "net.py cannot be read: No such file or directory."),
        (["analyze", "nowhere:build"], "nowhere:build cannot be imported: No module named 'nowhere'."),
        (["analyze", "mine"], "There is no model 'mine'"),
        (
            ["analyze", "."],
            ". is no network; name one, such as resnet50, or code that makes one, such as net.py:Net.",
        ),
        (["analyze", "mine:other"], "mine has no other; it defines build, fails."),
        (
            ["analyze", "mine:number"],
            "mine:number is a int; it should be a function that makes a network, its class, or a network.",
        ),
        (["analyze", "mine:fails"], "The factory of mine:fails raised RuntimeError: no cuda."),
        (["analyze", "Conv 20 5, Cow 3"], "There is no layer 'Cow'"),
        (["analyze", "Conv 20 50", "--size", "1x28x28"], "Row 1, Conv 20 50: "),
        (
            ["analyze", "resnet18", "--size", "1x224x224"],
            "The model cannot run on an input of size 1x1x224x224: conv1 (Conv2d) expects 3 channels and gets 1",
        ),
        (["analyze", "resnet18", "--size", "0x1x1"], "Argument --size: '0x1x1' is no size"),
        (["serve", "--port", "0"], "Argument --port: '0' is no port"),
        pytest.param(
            ["serve", "--engine", "ray://127.0.0.1:9"],
            "No Ray head answers at ray://127.0.0.1:9 (Connection refused)",
            marks=pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed"),
        ),
        (["serve", "--engine", "ray", "--model", "mine:build"], "Networks of one's own run on the local engine alone"),
        (["serve", "--engine", "steam"], "There is no engine 'steam'; it should be local, ray, or ray://HOST:PORT."),
        (["serve", "--model", "nowhere:build"], "nowhere:build cannot be imported"),
        (["serve", "--model", "mine"], "'mine' names no function; write it as package.module:factory or file.py:Net."),
        (["serve", "--model", "mine:build=none.pth"], "There is no file of weights at "),
        (["train", "resnet50"], "Argument NAME: invalid choice: 'resnet50'"),
        (["train", "smallvgg-tiny", "--data-root", "none"], "No images of tiny-imagenet-50 are in none"),
        (
            ["train", "mlp-mnist", "--data-root", "none"],
            "The data set mnist could not be had in none (Dataset not found); ",
        ),
        (["train", "mlp-mnist", "--out", "mine.py"], "Nothing can be written to mine.py (File exists); name another"),
        (
            ["train", "mlp-mnist", "--seed", "-1"],
            "Argument --seed: '-1' is no seed; it should be a whole number from 0",
        ),
        ([], "The following arguments are required"),
        (["dance"], "Argument serve | analyze | train: invalid choice: 'dance'"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_what_is_wrong_is_one_sentence_and_exit_status_2(capsys, elsewhere, arguments, says):
    (elsewhere / "mine.py").write_text(MODULE)
    try:
        status = main(arguments)
    except SystemExit as end:
        status = end.code
    said = capsys.readouterr()
    assert status == 2
    assert said.out == ""
    assert said.err.startswith(says)
    assert said.err.count("\n") == 1


def test_training_is_the_recipe_with_its_seed(monkeypatch, tmp_path, capsys):
    asked = {}
    monkeypatch.setattr(
        "cnnviz.training.loop.train",
        lambda name, **settings: asked.update(settings, name=name) or {"name": name, "accuracy": 0.5, "bar": None},
    )
    assert main(["train", "mlp-mnist", "--data-root", str(tmp_path), "--seed", "3"]) == 0
    assert (asked["name"], asked["data_root"], asked["seed"]) == ("mlp-mnist", tmp_path, 3)
    assert capsys.readouterr().out == "mlp-mnist: accuracy 50.00%\n"


def test_import_cnnviz_brings_neither_torch_nor_streamlit_nor_plotly():
    code = (
        "import sys, cnnviz, cnnviz.cli; sys.exit(bool({'torch', 'streamlit', 'plotly', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("forbidden", ["streamlit", "plotly"])
def test_the_library_works_without_streamlit_and_plotly(forbidden):
    code = f"""
import sys
sys.modules[{forbidden!r}] = None
import cnnviz
from cnnviz.cli import main
cnnviz.models.card("lenet5-mnist"), cnnviz.images, cnnviz.probes, cnnviz.analyze
sys.exit(main(["analyze", "{LINE}"]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_serve_on_ray_without_it_says_how_to_get_it(capsys, monkeypatch):
    monkeypatch.setattr("cnnviz.engine.cluster.find_spec", lambda name: None)
    assert main(["serve", "--engine", "ray"]) == 2
    said = 'The engine ray needs Ray; install it with pip install "cnnviz[ray]".\n'
    assert capsys.readouterr().err == said


def test_serve_without_streamlit_says_how_to_get_it(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "streamlit.web.cli", None)
    assert main(["serve"]) == 2
    assert capsys.readouterr().err == 'The laboratory needs Streamlit; install it with pip install "cnnviz[app]".\n'


def test_a_port_that_is_taken_is_told_before_anything_is_built(capsys):
    with socket.socket() as other:
        other.bind(("", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["serve", "--port", str(port), "--model", "nowhere:build"]) == 2
    said = capsys.readouterr().err
    assert re.fullmatch(rf"Port {port} can't be had: .*; choose another with --port\.\n", said)


@pytest.mark.parametrize("address", ["192.0.2.77", "no.such.host.invalid"])
def test_an_address_that_is_not_this_machines_is_told(monkeypatch, capsys, address):
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", address)
    assert main(["serve"]) == 2
    said = capsys.readouterr().err
    assert re.fullmatch(rf"The server can't listen at {address}: .*; STREAMLIT_SERVER_ADDRESS should be .*\n", said)


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("CNNVIZ_RESULT_CACHE_MB", "-3", "CNNVIZ_RESULT_CACHE_MB is a number of megabytes such as 512, not '-3'."),
        ("CNNVIZ_MODEL_CACHE_MB", "nan", "CNNVIZ_MODEL_CACHE_MB is a number of megabytes such as 512, not 'nan'."),
        ("CNNVIZ_WORKERS", "many", "CNNVIZ_WORKERS is how many processes serve the site, such as 2, not 'many'."),
        ("CNNVIZ_REDIS", "localhost:6379", "CNNVIZ_REDIS should be an address such as redis://localhost:6379."),
        ("CNNVIZ_DATA", "/no/where", "CNNVIZ_DATA should name a folder with data sets; there is no folder /no/where."),
        (
            "CNNVIZ_FRAME_ANCESTORS",
            "a; b",
            "CNNVIZ_FRAME_ANCESTORS is a list of sites with spaces between, such as https://a.org, not 'a; b'.",
        ),
    ],
)
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_variable_that_makes_no_sense_is_told_before_anything_starts(
    monkeypatch, capsys, variable, value, sentence, workers
):
    monkeypatch.setenv(variable, value)
    assert main(["serve", "--workers", workers]) == 2
    assert capsys.readouterr().err == f"{sentence}\n"


def test_a_served_model_is_registered_with_its_weights(monkeypatch, elsewhere):
    from cnnviz import models
    from cnnviz.models import registered

    monkeypatch.setattr(registered, "_TABLE", {})
    started = []
    monkeypatch.setattr("streamlit.web.cli.main", lambda arguments, **settings: started.append(arguments))
    (elsewhere / "mine.py").write_text(MODULE)
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 26 * 26, 7))
    torch.save(network.state_dict(), elsewhere / "mine.pth")
    assert main(["serve", "--port", "8765", "--model", "mine:build=mine.pth"]) == 0
    assert started[0][0] == "run"
    assert started[0][-2:] == ["--server.port", "8765"]
    assert "mine:build" in models.names()
    assert models.card("mine:build").input_size == (1, 28, 28)
    loaded = models.load("mine:build")
    assert all(
        torch.equal(mine, theirs) for mine, theirs in zip(loaded.parameters(), network.parameters(), strict=True)
    )

"""Somebody's own code by its place."""

import sys

import pytest
from torch import nn

from cnnviz.errors import ModelError
from cnnviz.models import own_code

NET = """
from torch import nn
from pieces import width

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(1, width, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())

ready = Net()
side = 3
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder in which nobody stands, with a file and its neighbour; nothing stays imported."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "own_net.py").write_text(NET)
    (tmp_path / "pieces.py").write_text("width = 5\n")
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def test_a_class_and_a_network_are_found_in_a_file_with_its_neighbours(folder):
    made = own_code.found(f"{folder}/own_net.py:Net")
    assert made()[0].out_channels == 5
    ready = own_code.found(f"{folder}/own_net.py:ready")
    # The file runs once.
    assert type(ready) is made
    assert own_code.title(f"{folder}/own_net.py:Net") == "own_net.py:Net"
    assert own_code.title("torch.nn:Identity") == "torch.nn:Identity"
    assert own_code.found("torch.nn:Identity") is nn.Identity


def test_a_module_is_looked_for_where_the_command_was_given(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert own_code.found("own_net:Net").__name__ == "Net"


def test_a_file_of_a_package_may_import_from_its_package(folder):
    (folder / "own_package" / "nets").mkdir(parents=True)
    for place in ("own_package", "own_package/nets"):
        (folder / place / "__init__.py").write_text("")
    (folder / "own_package" / "parts.py").write_text("number = 7\n")
    (folder / "own_package" / "nets" / "one.py").write_text("from ..parts import number\ndef build(): return number\n")
    build = own_code.found(f"{folder}/own_package/nets/one.py:build")
    assert (build(), build.__module__) == (7, "own_package.nets.one")


def test_a_file_that_is_called_like_a_module_of_pythons_is_still_found(folder):
    (folder / "json.py").write_text("def build(): return 'mine'\n")
    assert own_code.found(f"{folder}/json.py:build")() == "mine"
    assert sys.modules["json"].loads("[1]") == [1]


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("own_net", r"'own_net' names no function; write it as package.module:factory or file.py:Net."),
        ("own_net.py:", r"'own_net.py:' names no function"),
        ("none.py:Net", r"There is no file .*none.py."),
        ("none:Net", r"none:Net cannot be imported: No module named 'none'."),
        ("own_net.py:Nett", r"own_net.py has no Nett; did you mean Net\?"),
        ("pieces:Net", r"pieces has no Net; it defines neither a function nor a class."),
        ("own_net.py:side", r"own_net.py:side is a int; it should be a function that makes a network, its class, or"),
        ("stops.py:Net", r"stops.py:Net cannot be imported: SystemExit: 3."),
        ("broken.py:Net", r"broken.py:Net cannot be imported: .*line 1"),
        ("fails.py:Net", r"fails.py:Net cannot be imported: KeyError: 'a'."),
    ],
)
def test_what_is_wrong_is_one_sentence(folder, monkeypatch, place, sentence):
    monkeypatch.chdir(folder)
    (folder / "stops.py").write_text("raise SystemExit(3)\n")
    (folder / "broken.py").write_text("def\n")
    (folder / "fails.py").write_text("{}['a']\n")
    with pytest.raises(ModelError, match=sentence) as error:
        own_code.found(place)
    assert "\n" not in str(error.value)

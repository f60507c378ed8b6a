"""cnnviz.show: the app on a network of the same process, asked over HTTP, and one sentence where it can't be shown."""

import socket
import subprocess
import sys
from concurrent.futures import Future
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from cnnviz import models
from cnnviz.errors import CnnvizError, ModelError
from cnnviz.models import registered
from cnnviz.server import notebook

# In a process of its own, since one can run Streamlit once; with a loop that runs, as a notebook's kernel has one.
SHOWN = """
import asyncio, urllib.error, urllib.parse, urllib.request
import torch
from torch import nn
import cnnviz

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 30 * 30, 2))

def answers(shown):
    root = shown.address.rpartition("/")[0]
    assert urllib.request.urlopen(root + "/_stcore/health").read() == b"ok"
    page = urllib.request.urlopen(urllib.request.Request(shown.address, headers={"accept": "text/html"})).read()
    return b"<style>" in page

async def main():
    net = Net()
    one = cnnviz.show(net, size=(3, 32, 32), classes=["cat", "dog"], mean=[0.5], std=[0.25])
    assert answers(one) and one.name == "Net" and one.address in one._repr_html_()
    before = net[0].weight.clone()
    nn.init.zeros_(net[0].weight)
    two = cnnviz.show(net, size=(3, 32, 32))
    assert answers(two) and two.name == "Net 2"
    assert one.address.split("?")[0] == two.address.split("?")[0]
    assert torch.equal(cnnviz.models.load("Net")[0].weight, before)
    assert not cnnviz.models.load("Net 2")[0].weight.any()
    assert cnnviz.models.card("Net").classes == ("cat", "dog")
    assert cnnviz.models.card("Net").preprocessing.std == (0.25,) * 3
    one.stop()
    two.stop()
    try:
        answers(one)
    except urllib.error.URLError:
        pass
    else:
        raise AssertionError("It still answers.")
    assert answers(cnnviz.show(Net, size=(3, 32, 32), name="again"))
    from streamlit import config
    assert config.get_option("server.maxUploadSize") == 100

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def nothing_registered(monkeypatch):
    monkeypatch.setattr(registered, "_TABLE", {})


def test_a_network_of_this_process_is_served_and_stopped_and_served_again():
    done = subprocess.run([sys.executable, "-c", SHOWN], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    first, second, third = done.stdout.splitlines()
    assert first.startswith("Net is at http://localhost:")
    assert second.endswith("/activations?model=Net+2")
    assert third.endswith("/activations?model=again")
    assert "lifespan" not in done.stderr


@pytest.mark.parametrize(
    ("model", "said", "sentence"),
    [
        (nn.Conv2d, {}, "Conv2d can't be called without in_channels and out_channels and kernel_size"),
        (nn.Conv2d(3, 2, 1), {"size": (3, 8, 8)}, "Conv2d gives 1x2x8x8 for one picture"),
        (nn.Flatten(), {"size": (3, 8, 8), "classes": ["a"]}, "Flatten has 192 outputs, and the number of names"),
        (nn.Flatten(), {"size": (2, 8, 8)}, "The network reads 2 channels; to be shown a picture it should read 1 or"),
        (torch.zeros(2), {}, "Tensor is a Tensor; it should be a network, its class, or a function that makes it"),
    ],
)
def test_what_cannot_be_shown_is_told_before_anything_starts(model, said, sentence):
    with pytest.raises(ModelError, match=sentence):
        notebook.show(model, **said)
    assert models.groups().get("Yours") is None
    assert not notebook._RUNNING


def test_a_port_that_is_taken_is_told(monkeypatch):
    monkeypatch.setattr(notebook, "_app", lambda: None)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        with pytest.raises(
            CnnvizError, match=rf"The app can't answer at port {port}: .* Without a port it takes a free"
        ):
            notebook.show(nn.Flatten(), size=(1, 2, 2), port=port)
    with pytest.raises(CnnvizError, match="port 70000: it should be from 1 to 65535"):
        notebook.show(nn.Flatten(), size=(1, 2, 2), port=70000)


def test_an_app_that_does_not_stop_is_told(monkeypatch):
    monkeypatch.setattr(notebook, "_PATIENCE", 0.05)
    running = notebook._Running(8765, SimpleNamespace(should_exit=False, force_exit=False), Future())
    monkeypatch.setattr(notebook, "_RUNNING", [running])
    with pytest.raises(CnnvizError, match=r"The app did not stop within 0\.05 s, and port 8765 is taken until it does"):
        notebook.Shown("Net", "http://localhost:8765").stop()
    assert running.server.should_exit


def test_without_streamlit_it_says_how_to_get_it(monkeypatch):
    notebook._app.cache_clear()
    monkeypatch.setitem(sys.modules, "streamlit.runtime", None)
    with pytest.raises(ModelError, match=r'pip install "cnnviz\[app\]"'):
        notebook.show(nn.Flatten(), size=(1, 2, 2))

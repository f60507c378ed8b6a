"""The wheel in a fresh virtual environment, used from an empty folder: the checkout is nowhere in reach."""

import json
import os
import resource
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# urllib keeps the proxies that it found at its first call, which may be those of a test about a closed network.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
# One network that nobody has trained, as an operator would bring it.
OWN = """
from torch import nn

def build():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 26 * 26, 7))
"""
# What a browser would ask for first: the script of the home page, run to its end by Streamlit's own test runner.
OPEN = """
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
from cnnviz import assets
assert str(assets.ROOT).startswith(sys.prefix), assets.ROOT
app = AppTest.from_file(str(assets.APP), default_timeout=60).run()
assert not app.exception, app.exception[0].message
assert app.title or app.markdown
print("opened")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "--quiet"]
    subprocess.run([*command, "--wheel-dir", str(folder)], check=True, cwd=folder, capture_output=True)
    return next(folder.glob("cnnviz-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder of programs of a new environment: the wheel is installed in it, its dependencies lie on its path."""
    home = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    library = next((home / "lib").glob("python*/site-packages"))
    (library / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = home / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*command, "--force-reinstall", str(wheel)], check=True, capture_output=True)
    return home / "bin"


@pytest.fixture
def empty(tmp_path):
    """An empty folder, and an environment that names no other."""
    return {"cwd": tmp_path, "env": {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}}


def test_the_wheel_carries_the_app_and_its_files_and_no_tests(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        told = next(archive.read(name).decode() for name in names if name.endswith("/METADATA"))
    carried = subprocess.run(
        ["git", "ls-files", "app.py", "pages", "assets", ".streamlit"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    assert carried
    assert {f"cnnviz/_app/{path}" for path in carried} <= names
    code = subprocess.run(["git", "ls-files", "cnnviz"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert set(code) <= names
    assert {name.split("/")[0] for name in names} == {"cnnviz", "cnnviz-0.2.0.dist-info"}
    assert "\nVersion: 0.2.0\n" in told
    wanted = [line for line in (ROOT / "requirements-library.txt").read_text().splitlines() if line]
    assert wanted
    plain = [line for line in told.splitlines() if line.startswith("Requires-Dist: ") and "extra ==" not in line]
    assert len(plain) == len(wanted)
    assert sorted(line.split()[1].split("<")[0] for line in plain) == sorted(line.split(">=")[0] for line in wanted)
    extras = {line.split()[1] for line in told.splitlines() if line.startswith("Provides-Extra: ")}
    assert extras == {"app", "ray", "redis", "dev"}


def test_analyze_resnet50(installed, empty):
    command = [str(installed / "cnnviz"), "analyze", "resnet50", "--json"]
    # Processor time, which others on the machine stretch less than the clock's; on a busy one the least of three.
    spent: list[float] = []
    while not spent or (spent[-1] >= 4 and len(spent) < 3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, text=True, check=False, **empty)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert (found["parameters"], found["macs"]) == (25557032, 4089184256)
        spent.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    if min(spent) >= 4:
        # A machine on which PyTorch and torchvision alone take their time is not measured in seconds.
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([str(installed / "python"), "-c", "import torch, torchvision"], check=True, **empty)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert min(spent) < 1.2 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    assert not list(empty["cwd"].iterdir())


def test_the_module_is_the_command(installed, empty):
    command = [str(installed / "python"), "-m", "cnnviz", "analyze", "Conv 20 5 p2, ReLU", "--size", "1x28x28"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **empty)
    assert "Total params: 520" in done.stdout.splitlines(), done.stderr


def test_the_home_page_runs(installed, empty):
    done = subprocess.run([str(installed / "python"), "-c", OPEN], capture_output=True, text=True, check=False, **empty)
    assert done.stdout == "opened\n", done.stderr[-2000:]


def test_serve_answers_with_the_projects_settings_and_an_own_network(installed, empty):
    (empty["cwd"] / "mine.py").write_text(OWN)
    log = empty["cwd"] / "log.txt"
    # Another program may take the port that was free a moment ago, and would be asked in the server's place.
    for _ in range(3):
        port = _free_port()
        command = [str(installed / "cnnviz"), "serve", "--port", str(port), "--model", "mine:build"]
        with log.open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out, **empty)
        try:
            answered = _answer(process, f"http://localhost:{port}/_stcore/health") == "ok"
            if answered:
                assert _answer(process, f"http://localhost:{port}/").startswith("<!")
                assert process.poll() is None
                break
        finally:
            process.terminate()
            process.wait(timeout=20)
    said = log.read_text()
    assert answered, said
    assert "Traceback" not in said
    # What Streamlit says unless the project's own settings are found.
    assert "usage statistics" not in said


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answer(process, url, seconds=90):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with DIRECT.open(url, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.1)
    return ""

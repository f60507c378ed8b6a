"""Two processes of the app behind the proxy, one of which is killed; and what is told where they can't start."""

import asyncio
import contextlib
import http.server
import importlib.util
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed

from cnnviz.cli import main
from cnnviz.errors import CnnvizError
from cnnviz.server import proxy, workers

ROOT = Path(__file__).parents[2]
LINK = "kernel_size=5&stride=2"
BACK = 5.0  # seconds


def status(url):
    """Return the status of an answer, None where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def wait(happened, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happened():
            return True
        time.sleep(0.05)
    return False


def free_ports(count):
    """Return the first of `count` ports in a row that are free."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = probe.getsockname()[1]
        try:
            workers._check(first, range(first + 1, first + count), "")
        except CnnvizError:
            continue
        return first


def photo():
    """Return a picture's file."""
    buffer = io.BytesIO()
    Image.linear_gradient("L").save(buffer, "PNG")
    return buffer.getvalue()


def process_at(port):
    """Return the number of the worker at a port."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            title = (folder / "comm").read_text().strip()
        except OSError:
            continue
        if title == f"cnnviz {port}":
            return int(folder.name)
    return None


@pytest.fixture(scope="module")
def sessions():
    """The module of the raw sessions of the benchmarks."""
    spec = importlib.util.spec_from_file_location("session_of_bench", ROOT / "bench" / "_session.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server of two workers and a spare one: its process, its URL, their ports and its log."""
    try:
        proxy.program()
    except CnnvizError as error:
        pytest.skip(str(error))
    if not Path("/proc/self/comm").exists():
        pytest.skip("the worker to kill is looked up in /proc")
    folder, port = tmp_path_factory.mktemp("workers"), free_ports(5)
    log, environment = folder / "log.txt", {**os.environ, "PYTHONPATH": str(ROOT)}
    redis = shutil.which("redis-server") is not None and importlib.util.find_spec("redis") is not None
    if redis:
        environment["CNNVIZ_REDIS"] = f"redis://127.0.0.1:{port + 4}"
        keep = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--port", str(port + 4)]
        photos = subprocess.Popen(["redis-server", *keep], cwd=folder, stdout=subprocess.DEVNULL)
    command = [sys.executable, "-m", "cnnviz", "serve", "--workers", "2", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    url = f"http://127.0.0.1:{port}"
    assert wait(lambda: status(f"{url}/api/health") == 200 or process.poll() is not None, 120), log.read_text()
    assert process.poll() is None, log.read_text()
    ports = (port + 1, port + 2, port + 3)
    yield SimpleNamespace(process=process, url=url, ports=ports, log=log, redis=redis)
    for each in [process, photos] if redis else [process]:
        each.terminate()
        each.wait(timeout=30)


def test_a_visitor_stays_at_a_worker_and_the_proxy_keeps_their_numbers_to_itself(served, sessions):
    front = sessions.cookies(served.url, {})
    assert front["cnnviz_front"] in ("1", "2")
    for _ in range(6):
        assert "cnnviz_front" not in sessions.cookies(served.url, front)
    assert status(f"{served.url}/api/metrics") == 404
    assert [status(f"http://127.0.0.1:{port}/api/metrics") for port in served.ports[:2]] == [200, 200]
    assert {sessions.cookies(served.url, {})["cnnviz_front"] for _ in range(6)} <= {"1", "2"}


async def _visitor(served, sessions, worker, page, query):
    """Return a visitor at a worker."""
    visitor = sessions.Session(served.url, page, query, cookies={"cnnviz_front": worker})
    await visitor.connect()
    assert visitor.cookies["cnnviz_front"] == worker
    return visitor


async def _lost(socket):
    """Wait until a connection is closed."""
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.recv()


def value(visitor, label):
    widget = visitor.widgets[label]
    return widget.value if widget.set_value else widget.default


def test_a_killed_worker_s_visitors_go_on_at_the_spare_one_and_the_others_notice_nothing(served, sessions):
    assert wait(lambda: status(f"http://127.0.0.1:{served.ports[2]}/api/health") == 200, 60), served.log.read_text()

    async def story():
        stays = await _visitor(served, sessions, "1", "convolution", LINK)
        moves = await _visitor(served, sessions, "2", "convolution", LINK)
        owns = await _visitor(served, sessions, "2", "activations", "source=Upload")
        await owns.upload(next(label for label in owns.widgets if label.startswith("A photo")), "a.png", photo())
        assert "Layer" in owns.widgets
        for visitor in (stays, moves):
            await visitor.set("Padding", double_value=2.0)
        number, query = stays.number, moves.query
        assert "padding=2" in query
        os.kill(process_at(served.ports[1]), signal.SIGKILL)
        began = time.monotonic()
        await _lost(moves.socket)
        await moves.reconnect()
        assert time.monotonic() - began < BACK
        assert moves.cookies["cnnviz_front"] == "3"
        assert (moves.query, value(moves, "Padding"), value(moves, "Kernel size")) == (query, 2, 5)
        await owns.reconnect()
        # The photo is there again where there is a Redis, and has to be given again where there is none.
        assert ("Layer" in owns.widgets) is served.redis
        for visitor in (stays, moves):
            await visitor.set("Stride", double_value=3.0)
            assert "stride=3" in visitor.query
        assert stays.number == number
        for visitor in (stays, moves, owns):
            assert visitor.errors == []
            await visitor.socket.close()

    asyncio.run(story())
    assert "Worker 2 ended with signal 9; Worker 3 takes its place." in served.log.read_text()
    # New visitors go there, too.
    assert {sessions.cookies(served.url, {})["cnnviz_front"] for _ in range(6)} <= {"1", "3"}


def test_told_to_end_it_takes_all_with_it(served):
    running = [process_at(port) for port in served.ports]
    assert None not in (running[0], running[2])
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=30) == 0
    assert [process_at(port) for port in served.ports] == [None, None, None]
    assert status(f"{served.url}/api/health") is None
    text = served.log.read_text()
    assert "Traceback" not in text
    assert "127.0.0.1:" not in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--workers", "0"], "'0' is no number of workers; it should be from 1 to 256"),
        (["--workers", "two"], "'two' is no number of workers"),
        (["--workers", "2", "--port", "65534"], "processes want the ports after 65534, and 65535 is the last one."),
    ],
)
def test_numbers_that_make_no_sense_are_told(monkeypatch, capsys, arguments, sentence):
    monkeypatch.setattr(proxy, "program", lambda: "haproxy")
    try:
        code = main(["serve", *arguments])
    except SystemExit as error:
        code = error.code
    assert (code, sentence in capsys.readouterr().err) == (2, True)


def test_a_port_that_is_taken_is_told_before_anything_starts(monkeypatch, capsys):
    monkeypatch.setattr(proxy, "program", lambda: "haproxy")
    first = free_ports(4)
    with socket.socket() as other:
        other.bind(("127.0.0.1", first + 2))
        other.listen()
        assert main(["serve", "--workers", "3", "--port", str(first)]) == 2
    said = capsys.readouterr().err
    assert re.match(rf"Port {first + 2} can't be had: .*; choose another with --port\.$", said)


def test_what_is_wrong_with_the_command_is_said_once(monkeypatch, capfd):
    monkeypatch.setattr(proxy, "program", lambda: "haproxy")
    before = signal.getsignal(signal.SIGTERM)
    assert main(["serve", "--workers", "3", "--port", str(free_ports(4)), "--size", "3x8x8"]) == 2
    said = capfd.readouterr().err
    # Threads of a server that another test started may write a line of their own meanwhile.
    assert (said.count("name it with --model."), "Traceback" in said) == (1, False), said
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_a_worker_says_of_itself_when_it_cannot_serve_is_told(monkeypatch):
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(503)
            self.end_headers()
            self.wfile.write(json.dumps({"state": "failed", "fault": "There is no weather."}).encode())

        def log_message(self, *arguments):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        with pytest.raises(CnnvizError, match=r"The worker at port \d+ can't serve: There is no weather\."):
            workers._status(server.server_port)
        assert workers._status(free_ports(2)) is None


def test_workers_share_the_memory_and_the_processors(monkeypatch):
    monkeypatch.setattr(workers, "available_memory", lambda: 4 * 2**30)
    monkeypatch.setattr(workers, "available_processors", lambda: 6)
    for name in ("CNNVIZ_RESULT_CACHE_MB", "CNNVIZ_MODEL_CACHE_MB", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    shares = workers._shares(4)
    assert shares == {"CNNVIZ_RESULT_CACHE_MB": "102", "CNNVIZ_MODEL_CACHE_MB": "153", "OMP_NUM_THREADS": "1"}
    monkeypatch.setenv("CNNVIZ_MODEL_CACHE_MB", "500")
    assert "CNNVIZ_MODEL_CACHE_MB" not in workers._shares(4)
    assert workers._shares(2)["OMP_NUM_THREADS"] == "3"

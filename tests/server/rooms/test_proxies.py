"""Rooms behind the proxies as they are shipped: events come at once, streams last, and outlive a process."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from cnnviz.assets import ROOT
from cnnviz.errors import CnnvizError
from cnnviz.server import proxy
from cnnviz.server.rooms import hub
from tests.server.rooms.serving import PATIENCE, joined, opened, until

QUESTION = {"asked": "How large?", "options": ["28", "30"], "right": 0, "why": "32 − 5 + 1"}
_SHORT = 2.0  # seconds, in the place of the proxy's 75


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(command, port, folder, **environment):
    """Run a program until the end, once it answers at a port."""
    log = folder / f"{port}.txt"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=out)
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=20)


def haproxy(folder, port, ports, alive):
    """Return the command of HAProxy as `cnnviz serve --workers` starts it, but for how long it waits."""
    try:
        program = proxy.program()
    except CnnvizError as error:
        pytest.skip(str(error))
    told = proxy.configuration(port, ports, 1024, str(folder / "orders"), address="127.0.0.1")
    if alive != hub.ALIVE:
        told, count = re.subn(r"(?<=timeout (?:client|server) )75s", f"{_SHORT:g}s", told)
        assert count == 2
    file = folder / "haproxy.cfg"
    file.write_text(told)
    return [program, "-db", "-f", str(file)]


def caddy(folder, port, ports, alive):
    """Return the command of Caddy with the Caddyfile of compose.yaml, but for the addresses."""
    program = shutil.which("caddy") or pytest.skip("caddy is not installed")
    told = (ROOT / "deploy" / "Caddyfile").read_text()
    for name, each in zip(("front-1:8501", "front-2:8501"), ports, strict=True):
        assert told.count(name) == 1
        told = told.replace(name, f"127.0.0.1:{each}")
    if int(re.search(r"2\.(\d+)", subprocess.check_output([program, "version"], text=True))[1]) < 8:
        # Debian's does not know it yet, and takes the first bad answer for the third.
        told = re.sub(r"^\s*health_fails .*\n", "", told, flags=re.MULTILINE)
    file = folder / "Caddyfile"
    file.write_text("{\n\tadmin off\n}\n" + told.replace("{$SITE::80}", f"http://127.0.0.1:{port}"))
    return [program, "run", "--config", str(file), "--adapter", "caddyfile"]


@contextmanager
def behind(make, folder, redis_port, alive=hub.ALIVE):
    """Give two processes that serve rooms, by their ports, and the port of a proxy before them."""
    ports, port = (free_port(), free_port()), free_port()
    environment = {"CNNVIZ_REDIS": f"redis://127.0.0.1:{redis_port}", "CNNVIZ_WORKERS": "2", "PYTHONPATH": str(ROOT)}
    kept = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with ExitStack() as stack:
        serve = [sys.executable, "-m", "tests.server.rooms.serving"]
        processes = {
            each: stack.enter_context(running([*serve, str(each), str(alive)], each, folder, **environment))
            for each in ports
        }
        stack.enter_context(running(make(folder, port, ports, alive), port, folder, **kept))
        yield SimpleNamespace(port=port, processes=processes)


def place_of(somebody):
    """Return the port of the process that somebody is sent to."""
    return somebody.ask("GET", "/which")[1]


def heard_again(somebody):
    """Return what somebody is told first who comes back, and tries until it succeeds, as the page does."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with somebody.listening() as heard:
                return heard()
        except (AssertionError, OSError, EOFError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


def acted(somebody, name, **given):
    """Do an act, again where it did not get through, as the page does, and return the status."""
    status = somebody.act(name, **given)
    for _ in range(3):
        if status in (502, 503):
            time.sleep(1)
            status = somebody.act(name, **given)
    return status


@pytest.mark.parametrize("make", [haproxy, caddy])
def test_a_room_outlives_the_process_that_its_pages_were_at(make, tmp_path, redis_port):
    with behind(make, tmp_path, redis_port) as front:
        teacher, by_place = opened(front.port), {}
        # Where both have as little to do a proxy may throw dice.
        for number in range(60):
            student = joined(teacher, f"Student {number}")
            by_place.setdefault(place_of(student), student)
            if len(by_place) == 2:
                break
        assert set(by_place) == set(front.processes)
        lost = place_of(teacher)
        anna, ben = by_place.pop(lost), by_place.popitem()[1]
        with anna.listening() as of_anna, ben.listening() as of_ben:
            for place in ("pooling", "layer?stride=2"):
                began = time.monotonic()
                assert teacher.act("place", place=place) == 204
                for heard in (of_anna, of_ben):
                    until(heard, lambda _, told, place=place: told["room"]["place"] == place)
                # Nothing waits in the proxy until there is more of it.
                assert time.monotonic() - began < 2
            teacher.act("ask", **QUESTION)
            assert anna.act("answer", number=1, option=0) == 204
            os.kill(front.processes[lost].pid, signal.SIGKILL)
            with pytest.raises(EOFError):
                until(of_anna, lambda *_: False)
            # What is done while she is away, by a teacher whose process it was too, is there when she comes back.
            assert acted(teacher, "place", place="convolution") == 204
            assert ben.act("answer", number=1, option=1) == 204
            name, told = heard_again(anna)
            assert (name, told["you"], told["room"]["place"]) == ("room", 0, "convolution")
            assert told["room"]["question"]["open"]
            assert teacher.act("close") == 204
            # Whoever was at the other one has noticed nothing.
            told = until(of_ben, lambda _, told: not told["room"]["question"]["open"])
            assert told["room"]["question"]["counts"] == [1, 1]


@pytest.mark.parametrize(("alive", "lasts"), [(_SHORT / 4, True), (60.0, False)])
def test_a_silent_stream_lasts_for_it_says_that_it_is_there(alive, lasts, tmp_path, redis_port):
    with behind(haproxy, tmp_path, redis_port, alive) as front:
        teacher = opened(front.port)
        anna = joined(teacher)
        with anna.listening() as heard:
            heard()
            if lasts:
                time.sleep(1.5 * _SHORT)
                assert teacher.act("place", place="pooling") == 204
                assert heard()[1]["room"]["place"] == "pooling"
            else:
                with pytest.raises(EOFError):
                    heard()


def test_it_says_so_well_within_the_time_of_the_proxy_and_of_the_page():
    told = proxy.configuration(9401, [9402], 1024, "orders")
    waits = [int(found) for found in re.findall(r"timeout (?:client|server) (\d+)s", told)]
    assert len(waits) == 2
    line = (Path(ROOT) / "cnnviz" / "components" / "room_line.js").read_text()
    silent = int(re.search(r"SILENT = ([\d_]+);", line)[1].replace("_", "")) / 1000
    assert min(silent, *waits) > 2 * hub.ALIVE

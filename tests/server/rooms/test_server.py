"""The server as it runs: it ends with a room open, and the one after it says that the room went with it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from tests.server.rooms.serving import joined, opened

ROOT = Path(__file__).parents[3]


@contextmanager
def serving(port, log, health, *module):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CNNVIZ_REDIS": ""}
    with log.open("ab") as out:
        process = subprocess.Popen([sys.executable, "-m", *module], cwd=ROOT, env=environment, stdout=out, stderr=out)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{health}", timeout=5).close()
            break
        except OSError:
            time.sleep(0.1)
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=20)


def test_a_restart_waits_for_no_stream_and_is_told_to_whoever_was_there(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "log.txt"
    with serving(port, log, "/_stcore/health", "cnnviz", "serve", "--port", str(port)) as process:
        teacher = opened(port)
        status, made = teacher.ask("POST", f"/{teacher.code}/join", {})
        anna = joined(teacher, "Anna")
        with anna.listening() as heard:
            heard()
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) in (0, -signal.SIGTERM)
    # Rooms alone will do, for which nothing of torch is imported.
    with serving(port, log, "/api/health", "tests.server.rooms.serving", str(port), "15"):
        status, told = anna.ask("GET", f"/{anna.code}/events")
        assert (status, told["refused"]) == (404, "missing")
        # By which the page knows why.
        assert told["process"] not in ("", made["process"])
    text = log.read_text()
    assert "Traceback" not in text
    assert anna.code not in text
    assert "Anna" not in text

"""Ray clusters: addresses, heads that are not there, one that outlives who began it, one that is elsewhere."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cnnviz.engine.cluster import ClusterError, _in_a_thread_for_good, check, connect
from tests.engine.waiting import until

pytestmark = pytest.mark.ray


@pytest.mark.parametrize("address", ["ray://", "ray://host:0", "ray://host:99999", "ray://a b", "steam"])
def test_what_is_no_address_is_told_with_what_would_be_one(address: str) -> None:
    with pytest.raises(ClusterError, match=r"should be local, ray, or ray://HOST:PORT"):
        check(address)


def test_a_head_that_is_not_there_is_told_at_once() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(
        ClusterError, match=rf"^No Ray head answers at ray://127\.0\.0\.1:{port} \(Connection refused\)"
    ):
        check(f"ray://127.0.0.1:{port}")
    assert time.monotonic() - began < 5


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def test_a_cluster_outlives_the_thread_that_asks_for_it() -> None:
    libc = ctypes.CDLL(None)
    begun: list[subprocess.Popen[bytes]] = []

    def begin() -> None:
        # As Ray begins its processes: PR_SET_PDEATHSIG is 1.
        asked = partial(libc.prctl, 1, signal.SIGKILL)
        begun.append(subprocess.Popen(["sleep", "60"], preexec_fn=asked))

    for start, lives in ((begin, False), (partial(_in_a_thread_for_good, begin), True)):
        thread = threading.Thread(target=start)
        thread.start()
        thread.join()
        with contextlib.suppress(subprocess.TimeoutExpired):
            begun[-1].wait(0.5 if lives else 20)
        assert (begun[-1].poll() is None) == lives
        begun[-1].kill()
        begun[-1].wait()


def test_where_a_cluster_cannot_be_started_it_is_told() -> None:
    def fail() -> None:
        raise RuntimeError("no room")

    with pytest.raises(RuntimeError, match="no room"):
        _in_a_thread_for_good(fail)


def test_a_machine_that_is_too_busy_to_start_one_is_told_of_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    ray = pytest.importorskip("ray", reason='Ray is not installed: pip install "ray[serve]"')

    def start(*_: object, **__: object) -> None:
        raise Exception("The current node timed out during startup.")

    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", start)
    monkeypatch.setattr("cnnviz.engine.cluster._running", lambda: "")
    with pytest.raises(ClusterError, match=r"^The Ray cluster ray cannot be joined: The current node timed out"):
        connect("ray")


CLIENT = """
import sys
import numpy as np
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.ray import RayEngine
from cnnviz.engine import Maps, ModelChoice, Picture
engine = RayEngine(sys.argv[1], options={"device": "cpu"})
photo = Picture.of(np.random.default_rng(1).integers(0, 256, (200, 300, 3), dtype=np.uint8))
request = Maps(ModelChoice("smallvgg-tiny", random_seed=1), photo, "block1.conv1")
assert engine.answers(10)
values = engine.ask(request, timeout=60).values
expected = LocalEngine(device="cpu").ask(request).values
print(values.shape, np.allclose(values, expected, atol=1e-5), engine.statistics().computed)
engine.close()
"""


def test_a_head_elsewhere_is_reached_through_its_client_port(cluster: Any) -> None:
    import ray

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # What a head started by `ray start` has at its client port, beside the cluster of these tests.
    head = ray.get_runtime_context().gcs_address
    serve = [sys.executable, "-m", "ray.util.client.server", f"--address={head}", "--mode=specific-server"]
    server = subprocess.Popen([*serve, "--host=127.0.0.1", f"--port={port}"])
    try:
        until(lambda: answers(port))
        ask = [sys.executable, "-c", CLIENT, f"ray://127.0.0.1:{port}"]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        told = subprocess.run(ask, env=environment, capture_output=True, text=True, timeout=100, check=False)
        assert told.returncode == 0, told.stderr[-3000:]
        assert told.stdout == "(32, 64, 64) True 1\n"
    finally:
        server.terminate()
        server.wait(20)

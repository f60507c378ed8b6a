"""A Redis of the tests' own."""

import shutil
import socket
import subprocess
import time

import pytest


@pytest.fixture(scope="module")
def redis_port(tmp_path_factory):
    """The port of a Redis that a module's tests have to themselves."""
    redis = pytest.importorskip("redis", reason="redis-py is not installed")
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, cwd=tmp_path_factory.mktemp("redis"), stdout=subprocess.DEVNULL)
    client, deadline = redis.Redis(port=port), time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            client.ping()
            break
        except redis.RedisError:
            time.sleep(0.05)
    yield port
    process.terminate()
    process.wait(timeout=20)

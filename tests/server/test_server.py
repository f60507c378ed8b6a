"""The server itself, in a process of its own: what it answers while it starts and when it is up, and what it logs."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url, method="GET", data=None, **headers):
    """Return the status, the headers and the body of an answer, an error's too; None where nobody answers."""
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()
    except OSError:
        return None


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a server, what /api/health said from its first answer to the first 200, and the log's path."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    port = free_port()
    command = [sys.executable, "-m", "cnnviz", "serve", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CNNVIZ_FRAME_ANCESTORS": "https://moodle.example.org"}
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    url, said, deadline = f"http://127.0.0.1:{port}", [], time.monotonic() + 120
    while (not said or said[-1][0] != 200) and time.monotonic() < deadline and process.poll() is None:
        if (answer := get(f"{url}/api/health")) is not None:
            said.append((answer[0], json.loads(answer[2])))
        time.sleep(0.05)
    yield url, said, log
    process.terminate()
    process.wait(timeout=20)


def test_it_is_not_healthy_before_its_first_network_is_loaded(server):
    _, said, log = server
    assert said, log.read_text()
    assert {status for status, _ in said[:-1]} == {503}
    assert {body["state"] for _, body in said[:-1]} == {"starting"}
    status, body = said[-1]
    assert (status, body["state"]) == (200, "ready")
    # The default network is there, and so are its table of layers and its first maps.
    assert body["engine"]["model_bytes"] > 10_000_000
    assert body["engine"]["misses"] == 2


def test_its_numbers_are_those_of_prometheus(server):
    url, _, _ = server
    status, headers, text = get(f"{url}/api/metrics")
    assert status == 200
    assert headers["content-type"].startswith("text/plain")
    found = {family.name: family for family in text_string_to_metric_families(text)}
    value = {name: family.samples[0].value for name, family in found.items()}
    assert (value["cnnviz_sessions"], value["cnnviz_queue"], value["cnnviz_ready"]) == (0, 0, 1)
    assert value["cnnviz_requests_misses"] == 2
    assert value["cnnviz_requests_computed"] >= 2
    assert value["process_resident_memory_bytes"] > 100_000_000
    kept = {sample.labels["cache"]: sample.value for sample in found["cnnviz_cache_bytes"].samples}
    assert kept["models"] > 10_000_000


@pytest.mark.parametrize("path", ["/", "/activations", "/api/health", "/_stcore/health", "/static/nothing.js"])
def test_every_answer_is_guarded(server, path):
    url, _, _ = server
    _, headers, _ = get(f"{url}{path}", accept="text/html")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["content-security-policy"].endswith("frame-ancestors https://moodle.example.org")


def test_the_policy_knows_the_page_s_own_scripts(server):
    url, _, _ = server
    _, headers, page = get(url, accept="text/html")
    inline = re.findall(r"<script>", page)
    assert len(inline) == headers["content-security-policy"].count("sha256-") > 0


def test_a_page_in_another_site_s_frame_uploads_without_the_cookie_that_browsers_keep_back_there(server):
    url, _, _ = server
    status, _, text = get(f"{url}/_stcore/upload_file/nobody/1", "PUT", b"x")
    # Refused for its session, and no longer for the cookie (403).
    assert status == 400
    assert "Invalid session_id" in text


def test_its_log_says_nothing_of_who_came(server):
    url, _, log = server
    get(f"{url}/activations?photo=anna", accept="text/html")
    text = log.read_text()
    assert "anna" not in text
    assert "127.0.0.1:" not in text


def test_no_other_site_is_asked_for_this_machines_address(server):
    # Streamlit would, before it says where it answers, and its log then tells that nobody answered or what was said.
    _, _, log = server
    said = log.read_text()
    assert "Local URL" in said
    assert "xternal" not in said


def test_a_connection_from_another_site_is_refused_and_asks_nobody(monkeypatch):
    from streamlit import net_util
    from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

    from cnnviz.server import addresses

    asked = []
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda *given, **settings: asked.append(given))
    addresses.ask_nobody_outside()
    assert not _is_origin_allowed("https://elsewhere.example", "localhost:8501")
    assert not asked

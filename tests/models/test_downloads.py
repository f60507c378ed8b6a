"""Downloads from a local server that behaves and misbehaves."""

import hashlib
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cnnviz.errors import ModelError
from cnnviz.models.downloads import fetch, file_name

BODY = random.Random(0).randbytes(1_000_000)
PROMISE = hashlib.sha256(BODY).hexdigest()[:8]
GOOD = f"net-{PROMISE}.pth"
OTHER = ("0" if PROMISE[0] != "0" else "1") + PROMISE[1:]


class _Handler(BaseHTTPRequestHandler):
    requests: list[str]

    def do_GET(self):
        self.requests.append(self.path)
        kind = self.path.split("/")[1]
        if kind == "404":
            return self.send_error(404)
        self.send_response(200)
        if kind != "unsized":
            self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        if kind == "slow":
            time.sleep(0.3)
        self.wfile.write(BODY[: len(BODY) // 2] if kind == "cut" else BODY)
        return None

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    handler = type("Handler", (_Handler,), {"requests": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        http.requests = handler.requests
        http.url = f"http://127.0.0.1:{http.server_port}"
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield http
        http.shutdown()


def test_a_download_arrives_whole_with_progress_and_is_kept(server, tmp_path):
    told = []
    folder = tmp_path / "hub" / "checkpoints"
    path = fetch(f"{server.url}/ok/{GOOD}", folder, progress=lambda done, total: told.append((done, total)))
    assert path == folder / GOOD
    assert path.read_bytes() == BODY
    assert told == sorted(told)
    assert len(told) > 1
    assert told[-1] == (len(BODY), len(BODY))
    assert list(folder.iterdir()) == [path]
    fetch(f"{server.url}/ok/{GOOD}", folder)
    assert len(server.requests) == 1


def test_a_server_that_does_not_say_the_size(server, tmp_path):
    told = []
    fetch(f"{server.url}/unsized/{GOOD}", tmp_path, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (len(BODY), 0)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (f"404/{GOOD}", "the server answered 404 Not Found"),
        (f"cut/{GOOD}", "the connection broke after 500,000 of 1,000,000 bytes"),
        (f"ok/net-{OTHER}.pth", f"its SHA-256 starts with {PROMISE} and should start with {OTHER}"),
    ],
)
def test_a_failed_download_leaves_nothing_and_says_what_to_do(server, tmp_path, path, why):
    url = f"{server.url}/{path}"
    with pytest.raises(ModelError) as caught:
        fetch(url, tmp_path)
    sentence = str(caught.value)
    assert why in sentence
    assert f"get {url} in another way, put it at {tmp_path / file_name(url)} and try again." in sentence
    assert sentence.endswith("try again.")
    assert not list(tmp_path.iterdir())


def test_nobody_listens(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as closed:
        port = closed.server_port
    with pytest.raises(ModelError, match="Connection refused"):
        fetch(f"http://127.0.0.1:{port}/{GOOD}", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="could not be downloaded"):
        fetch(f"{server.url}/ok/{GOOD}", tmp_path / "file" / "checkpoints")


def test_a_file_that_is_there_is_not_fetched_nor_checked(server, tmp_path):
    (tmp_path / GOOD).write_bytes(b"mine")
    assert fetch(f"{server.url}/ok/{GOOD}", tmp_path).read_bytes() == b"mine"
    assert not server.requests


def test_what_progress_raises_stops_the_download(server, tmp_path):
    def stop(done, total):
        raise RuntimeError("the session has gone")

    with pytest.raises(RuntimeError, match="the session has gone"):
        fetch(f"{server.url}/ok/{GOOD}", tmp_path, progress=stop)
    assert not list(tmp_path.iterdir())


def test_threads_share_one_download(server, tmp_path):
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: fetch(f"{server.url}/slow/{GOOD}", tmp_path), range(8)))
    assert {p.read_bytes() for p in paths} == {BODY}
    assert len(server.requests) == 1


def test_what_another_process_left_half_done_is_not_taken_for_the_file(server, tmp_path):
    left, running = tmp_path / f"{GOOD}.dead.part", tmp_path / f"{GOOD}.live.part"
    for part in (left, running):
        part.write_bytes(BODY[:10])
    os.utime(left, (time.time() - 2 * 86400,) * 2)
    assert fetch(f"{server.url}/ok/{GOOD}", tmp_path).read_bytes() == BODY
    assert not left.exists()
    assert running.exists()

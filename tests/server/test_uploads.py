"""How much may be uploaded: against a list of all that was let through, and at the bounds."""

import tempfile
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from cnnviz.assets import ROOT
from cnnviz.images.source import MAX_BYTES
from cnnviz.server import uploads
from cnnviz.server.uploads import UploadLimits
from cnnviz.ui import own_weights


class Server:
    """A server that takes everything, behind the limits, with a clock that the test turns."""

    def __init__(self):
        self.now, self.taken = 0.0, []
        self.limits = UploadLimits(
            Starlette(routes=[Route("/{path:path}", self.take, methods=["PUT", "DELETE"])]), self
        )
        self.client = TestClient(self.limits)

    def __call__(self):
        return self.now

    async def take(self, request):
        self.taken.append((request.url.path, len(await request.body())))
        return PlainTextResponse("", 204)

    def put(self, session, size):
        return self.client.put(f"/_stcore/upload_file/{session}/f", content=b"0" * size)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(uploads, "FILES", 5)
    monkeypatch.setattr(uploads, "NBYTES", 1000)
    monkeypatch.setattr(uploads, "WINDOW", 60.0)
    return Server()


def test_a_file_too_many_is_refused_unread_and_taken_when_the_first_is_past(server):
    for _ in range(5):
        assert server.put("a", 10).status_code == 204
        server.now += 1
    refused = server.put("a", 10)
    assert refused.status_code == 429
    assert "5 files or 0 MB in 1 minutes" in refused.text
    assert int(refused.headers["retry-after"]) == 55
    assert len(server.taken) == 5
    assert server.put("b", 10).status_code == 204
    server.now = 60
    assert server.put("a", 10).status_code == 204
    assert server.put("a", 10).status_code == 429


def test_bytes_count_too_and_what_is_refused_does_not(server):
    assert server.put("a", 900).status_code == 204
    assert server.put("a", 101).status_code == 429
    assert server.put("a", 100).status_code == 204
    assert server.put("b", 1001).status_code == 429


def test_without_a_length_it_is_refused(server):
    answer = server.client.put("/_stcore/upload_file/a/f", content=iter([b"00", b"0"]))
    assert answer.status_code == 411
    assert server.taken == []


def test_anything_else_goes_through(server):
    for _ in range(9):
        assert server.client.put("/other", content=b"0" * 400).status_code == 204
        assert server.client.delete("/_stcore/upload_file/a/f").status_code == 204


def test_below_another_path_it_is_the_same(server):
    statuses = [server.client.put("/lab/_stcore/upload_file/a/f", content=b"0").status_code for _ in range(6)]
    assert statuses == [204] * 5 + [429]


def test_the_largest_file_that_a_screen_offers_to_take_is_taken():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    largest = settings["server"]["maxUploadSize"]
    assert largest == own_weights._MEGABYTES
    assert largest * 2**20 >= MAX_BYTES
    assert largest * 2**20 * own_weights._MOST < uploads.NBYTES


@given(
    acts=st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 90 * 2**20), st.floats(0, 400, width=16)), max_size=90
    )
)
def test_no_window_ever_holds_more_and_nothing_is_refused_without_need(acts):
    now = 0.0
    limits = UploadLimits(None, lambda: now)
    let: dict[str, list[tuple[float, int]]] = {"a": [], "b": []}
    for session, size, pause in acts:
        now += pause
        recent = [each for when, each in let[session] if when > now - uploads.WINDOW]
        fits = len(recent) < uploads.FILES and sum(recent) + size <= uploads.NBYTES
        wait = limits._wait(session, size)
        assert (wait == 0) is fits
        if fits:
            let[session].append((now, size))
    assert sum(map(len, limits._uploads.values())) <= 2 * uploads.FILES


def test_made_up_sessions_are_not_remembered_without_end(server, monkeypatch):
    monkeypatch.setattr(uploads, "SESSIONS", 3)
    answers = [server.put(f"s{number}", 10).status_code for number in range(5)]
    assert answers == [204, 204, 204, 429, 429]
    assert server.put("s1", 10).status_code == 204
    server.now += 61
    assert server.put("s4", 10).status_code == 204


def test_no_upload_touches_the_disk(monkeypatch):
    async def take(request):
        async with request.form() as form:
            return PlainTextResponse(str(len(await form["photo"].read())))

    def refuse(*arguments, **keywords):
        raise AssertionError("a temporary file was opened")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    client = TestClient(UploadLimits(Starlette(routes=[Route("/{path:path}", take, methods=["PUT"])])))
    photo = bytes(5_000_000)
    answer = client.put("/_stcore/upload_file/anna/1", files={"photo": ("a.jpg", photo, "image/jpeg")})
    assert (answer.status_code, answer.text) == (200, "5000000")

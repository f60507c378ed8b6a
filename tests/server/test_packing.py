"""Answers for good, compressed once and given to all who come after."""

import gzip
from pathlib import Path

import pytest
import streamlit
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_handler

from cnnviz.server.packing import KeepPacked

SCRIPT = "const one = 1;\n" * 400
FOR_GOOD = {"cache-control": "public, immutable, max-age=31536000"}
TEXT = "text/javascript"
STATIC = Path(streamlit.__file__).parent / "static"


@pytest.fixture
def ask():
    """Return (a function that asks for a path as a browser does, the paths that the server itself was asked for)."""
    asked = []

    def answer(body=SCRIPT, status=200, kind=TEXT, **headers):
        async def made(request):
            asked.append(request.url.path)
            return Response(body, status, headers={**FOR_GOOD, **headers}, media_type=kind)

        return made

    routes = [
        Route("/script.js", answer(etag='"1"', **{"accept-ranges": "bytes"}), methods=["GET", "POST"]),
        Route("/letters.woff2", answer(b"wOF2" * 400, kind="font/woff2")),
        Route("/page", answer(**{"cache-control": "no-cache"})),
        Route("/missing.js", answer(status=404)),
        Route("/packed.js", answer(gzip.compress(SCRIPT.encode()), **{"content-encoding": "gzip"})),
    ]
    client = TestClient(KeepPacked(Starlette(routes=routes)))

    def get(path, method="GET", **headers):
        return client.request(method, path, headers={"accept-encoding": "gzip, deflate, br", **headers})

    return get, asked


def test_the_server_is_asked_once_and_all_get_the_same(ask):
    get, asked = ask
    first, *others = (get("/script.js") for _ in range(3))
    assert asked == ["/script.js"]
    assert "content-encoding" not in first.headers
    assert int(first.headers["content-length"]) == len(SCRIPT)
    for other in others:
        assert other.text == first.text == SCRIPT
        assert other.headers["content-encoding"] == "gzip"
        assert int(other.headers["content-length"]) < len(SCRIPT) / 10
        assert (other.headers["etag"], other.headers["vary"]) == ('W/"1"', "accept-encoding")
        assert "accept-ranges" not in other.headers
        assert other.headers["cache-control"] == FOR_GOOD["cache-control"]


@pytest.mark.parametrize(
    ("headers", "method"),
    [
        ({"accept-encoding": "identity"}, "GET"),
        ({"range": "bytes=0-9"}, "GET"),
        ({"if-none-match": '"1"'}, "GET"),
        ({}, "POST"),
        ({}, "HEAD"),
    ],
)
def test_other_questions_go_to_the_server(ask, headers, method):
    get, asked = ask
    get("/script.js")
    answer = get("/script.js", method, **headers)
    assert len(asked) == 2
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/letters.woff2", "/page", "/missing.js", "/packed.js"])
def test_what_is_packed_or_may_change_is_not_kept(ask, path):
    get, asked = ask
    first, second = get(path), get(path)
    assert len(asked) == 2
    assert first.content == second.content


def test_streamlits_own_scripts_come_as_they_are_in_a_third_of_the_bytes():
    client = TestClient(KeepPacked(Starlette(routes=[Mount("/", create_streamlit_static_handler(str(STATIC), None))])))
    whole = sent = 0
    for file in sorted(STATIC.glob("static/js/[A-D]*.js")):
        path = f"/{file.relative_to(STATIC)}"
        client.get(path)
        again = client.get(path)
        assert again.content == file.read_bytes()
        whole, sent = whole + file.stat().st_size, sent + int(again.headers["content-length"])
    assert sent < whole / 2.5


@given(st.binary(max_size=3000))
def test_any_bytes_come_back(body):
    async def app(scope, receive, send):
        await Response(body, headers=FOR_GOOD, media_type="text/css")(scope, receive, send)

    client = TestClient(KeepPacked(app))
    assert [client.get("/").content for _ in range(2)] == [body, body]


def test_an_answer_that_broke_off_is_not_kept():
    bodies = iter([b"abc", b"abcdef"])

    async def app(scope, receive, send):
        headers = [(b"content-length", b"6"), (b"content-type", b"text/css"), (b"cache-control", b"immutable")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": next(bodies)})

    client = TestClient(KeepPacked(app))
    assert [client.get("/").content for _ in range(3)] == [b"abc", b"abcdef", b"abcdef"]


def test_there_is_an_end_to_what_is_kept(monkeypatch):
    async def app(scope, receive, send):
        await Response(scope["path"], headers=FOR_GOOD, media_type=TEXT)(scope, receive, send)

    monkeypatch.setattr("cnnviz.server.packing._MOST", 3)
    client = TestClient(KeepPacked(app))
    for number in range(9):
        client.get(f"/{number}")
    assert [number for number in range(9) if "content-encoding" in client.get(f"/{number}").headers] == [0, 1, 2]

"""What an answer forbids, and who may put a page into a frame."""

import base64
import hashlib

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from cnnviz.errors import CnnvizError
from cnnviz.server.headers import FRAMES, Headers, content_security_policy, frame_ancestors, is_embedded

SCRIPT = "\n  window.one = 1\n"
PAGE = f"<html><head><script>{SCRIPT}</script><script type='module' src='./a.js'></script></head></html>"


def directives(policy):
    return {name: rest.split() for name, _, rest in (part.partition(" ") for part in policy.split("; "))}


def test_the_page_s_own_inline_script_runs_and_no_other():
    scripts = directives(content_security_policy(PAGE))["script-src"]
    wanted = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert [each for each in scripts if each.startswith("'sha256-")] == [f"'sha256-{wanted}'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "https:"} & {*scripts}


def test_nothing_comes_from_elsewhere():
    policy = directives(content_security_policy(PAGE))
    assert policy["default-src"] == ["'self'"]
    assert policy["object-src"] == ["'none'"]
    sources = {source for rest in policy.values() for source in rest if not source.startswith("'")}
    assert sources == {"blob:", "data:"}


@pytest.mark.parametrize(
    ("set_to", "means"),
    [
        (None, "'self'"),
        ("", "'self'"),
        (" https://moodle.example.org ", "https://moodle.example.org"),
        ("'self' https://*.example.org\n https://b.org:8443", "'self' https://*.example.org https://b.org:8443"),
        ("'none'", "'none'"),
    ],
)
def test_who_may_frame_it(monkeypatch, set_to, means):
    monkeypatch.delenv(FRAMES, raising=False)
    if set_to is not None:
        monkeypatch.setenv(FRAMES, set_to)
    assert frame_ancestors() == means
    assert is_embedded(frame_ancestors()) is ("https" in means)
    assert directives(content_security_policy(PAGE, frame_ancestors()))["frame-ancestors"] == means.split()


@pytest.mark.parametrize("set_to", ["https://a.org; script-src *", "https://a.org, https://b.org", "https://é.org"])
def test_a_list_that_would_be_another_directive_is_refused(monkeypatch, set_to):
    monkeypatch.setenv(FRAMES, set_to)
    with pytest.raises(CnnvizError, match="with spaces between, such as"):
        frame_ancestors()


def test_every_answer_has_the_headers_and_keeps_its_own():
    async def plain(request):
        return PlainTextResponse("a")

    async def own(request):
        return PlainTextResponse("a", headers={"referrer-policy": "no-referrer"})

    inner = Starlette(routes=[Route("/plain", plain), Route("/own", own)])
    client = TestClient(Headers(inner, policy="default-src 'none'"))
    for path, status in (("/plain", 200), ("/own", 200), ("/missing", 404)):
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.headers["content-security-policy"] == "default-src 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == ("no-referrer" if path == "/own" else "same-origin")

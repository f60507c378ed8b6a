"""Files that browsers keep for good, Streamlit's scripts and styles and the components' code, compressed once for all.

A first visitor gets 12 MB of them. Streamlit sends them as they are, since to compress them for each visitor anew would
cost more than it gains. Here an answer is compressed after it was sent for the first time, and those who come next get
that.
"""

import asyncio
import gzip

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LEVEL = 6  # of 9, which takes twice as long for 0.3 % less
_MOST = 500  # answers; Streamlit has some 320 such files, 7 MB compressed
_KINDS = ("text/", "application/javascript", "application/json", "image/svg+xml")
# What a part of a file is asked with, or a file that the browser may have.
_PASSED = ("range", "if-none-match", "if-modified-since")


def packed(body: bytes) -> bytes:
    """Return a body compressed by gzip."""
    return gzip.compress(body, _LEVEL, mtime=0)


def takes_packed(scope: Scope) -> bool:
    """Return whether who asks can read what gzip has compressed."""
    return "gzip" in Headers(scope=scope).get("accept-encoding", "")


class KeepPacked:
    """ASGI middleware that keeps answers marked as immutable, compressed, and gives them to those who come next."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[str, tuple[Message, bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, with what is kept where there is such an answer to its path."""
        if scope["type"] != "http" or scope["method"] != "GET" or not takes_packed(scope) or _is_passed(scope):
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if kept := self._kept.get(path):
            start, body = kept
            await send({**start, "headers": list(start["headers"])})
            await send({"type": "http.response.body", "body": body})
            return
        start, parts = {}, []

        async def heard(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = {**message, "headers": list(message["headers"])}
            elif _stays(start):
                parts.append(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, heard)
        body = b"".join(parts)
        # An answer that broke off is no answer.
        whole = _stays(start) and Headers(scope=start).get("content-length") == str(len(body))
        if whole and len(self._kept) < _MOST:
            self._kept[path] = await asyncio.to_thread(_pack, start, body)


def _is_passed(scope: Scope) -> bool:
    return any(name in Headers(scope=scope) for name in _PASSED)


def _stays(start: Message) -> bool:
    """Return whether an answer that begins so is text, not compressed yet, and the same for all and for good."""
    if start.get("status") != 200:
        return False
    headers = Headers(scope=start)
    immutable = "immutable" in headers.get("cache-control", "")
    return immutable and "content-encoding" not in headers and headers.get("content-type", "").startswith(_KINDS)


def _pack(start: Message, body: bytes) -> tuple[Message, bytes]:
    made = packed(body)
    headers = MutableHeaders(scope=start)
    headers["content-encoding"], headers["content-length"] = "gzip", str(len(made))
    headers.setdefault("vary", "accept-encoding")
    # A part of the file is not a part of this, and what has its tag has not the same bytes.
    del headers["accept-ranges"]
    if "etag" in headers:
        headers["etag"] = f"W/{headers['etag']}"
    return start, made

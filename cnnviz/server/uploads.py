"""How much a visitor may upload in a while: what a class never reaches, and a script that fills the memory does."""

import re
import time
from collections import deque
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

WINDOW = 600.0  # seconds
FILES = 300  # ten classes of thirty photos
SESSIONS = 5000  # whose uploads are remembered: made-up ones shall not slow every upload down
NBYTES = 400 * 2**20  # weights of one's own have up to 100 MB

# What is longer goes through a temporary file, 1 MB as Starlette comes; nothing that a visitor brings is put on a disk.
MultiPartParser.spool_max_size = NBYTES

# Streamlit's own limit on one file, server.maxUploadSize, is checked behind this.
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+")


class UploadLimits:
    """ASGI middleware that answers 429 to a session's uploads past FILES or NBYTES in WINDOW."""

    def __init__(self, app: ASGIApp, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._clock = clock
        self._uploads: dict[str, deque[tuple[float, int]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; an upload too many is not read."""
        upload = _UPLOAD.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if upload is None:
            await self._app(scope, receive, send)
            return
        size = Headers(scope=scope).get("content-length", "")
        if not size.isdecimal():
            # Browsers always tell; without it nobody could say whether there is room.
            await PlainTextResponse("An upload has to tell its length.", 411)(scope, receive, send)
            return
        wait = self._wait(upload[1], int(size))
        if wait:
            message = f"That is more than {FILES} files or {NBYTES // 2**20} MB in {WINDOW / 60:g} minutes."
            answer = PlainTextResponse(message, 429, {"retry-after": str(wait), "connection": "close"})
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _wait(self, session: str, size: int) -> int:
        """Return after how many seconds the session may upload that many bytes; 0 for now, and then they count."""
        now = self._clock()
        self._forget(now - WINDOW)
        past = self._uploads.get(session, deque())
        if session not in self._uploads and len(self._uploads) >= SESSIONS:
            return round(WINDOW)
        if len(past) >= FILES or sum(each for _, each in past) + size > NBYTES:
            return max(1, round(past[0][0] + WINDOW - now)) if past else round(WINDOW)
        self._uploads.setdefault(session, past).append((now, size))
        return 0

    def _forget(self, before: float) -> None:
        for session, past in [*self._uploads.items()]:
            while past and past[0][0] <= before:
                past.popleft()
            if not past:
                del self._uploads[session]

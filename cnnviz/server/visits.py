"""How many pages are open and how much is done on them: counted where it comes in, by number alone."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Visits:
    """Counts since the start. `acts` are messages from browsers, each of which makes a script run but for a few.

    `left` is when a page was left last, by time.monotonic(), and 0 before that.
    """

    def __init__(self) -> None:
        self.open = 0
        self.opened = 0
        self.acts = 0
        self.left = 0.0


class CountVisits:
    """ASGI middleware that counts pages by their web sockets, and what these bring."""

    def __init__(self, app: ASGIApp, visits: Visits) -> None:
        self._app = app
        self._visits = visits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, counted where it is a web socket."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return

        async def counted() -> Message:
            message = await receive()
            self._visits.acts += message["type"] == "websocket.receive"
            return message

        self._visits.opened += 1
        self._visits.open += 1
        try:
            await self._app(scope, counted, send)
        finally:
            self._visits.open -= 1
            self._visits.left = time.monotonic()

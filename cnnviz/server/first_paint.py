"""What the page has that the browser gets first: the app's style, so that nothing moves when it comes later, and the
address of the components' code, so that it comes beside Streamlit's own.
"""

from collections.abc import Callable
from functools import lru_cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnnviz.server.packing import packed, takes_packed

# All pages are one and the same.
_packed = lru_cache(maxsize=4)(packed)
_LEFT_OUT = (b"accept-encoding", b"if-none-match", b"if-modified-since")


class FirstPaint:
    """ASGI middleware that puts a style, the app's name for Streamlit's, and a module to load into pages' heads."""

    def __init__(self, app: ASGIApp, style: str, title: str, module: Callable[[], str]) -> None:
        self._app = app
        self._style, self._title, self._module = style, title, module

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, with the style in it where the answer is a page."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        packs = takes_packed(scope)
        # A page that is compressed, or that the browser keeps from before, could not be given today's style.
        scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in _LEFT_OUT]}
        start: Message | None = None
        body = b""

        async def styled(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                if not _is_page(message):
                    await send(message)
                return
            if start is None or not _is_page(start):
                await send(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                head = f'<link rel="modulepreload" href="./{self._module()}"><style>{self._style}</style></head>'
                body = body.replace(b"</head>", head.encode(), 1)
                body = body.replace(b"<title>Streamlit</title>", f"<title>{self._title}</title>".encode(), 1)
                headers = MutableHeaders(scope=start)
                headers.setdefault("vary", "accept-encoding")
                if packs:
                    body, headers["content-encoding"] = _packed(body), "gzip"
                headers["content-length"] = str(len(body))
                await send(start)
                await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, styled)


def _is_page(start: Message) -> bool:
    return start["status"] == 200 and MutableHeaders(scope=start).get("content-type", "").startswith("text/html")

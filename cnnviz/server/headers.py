"""What every answer tells the browser to refuse: foreign code, foreign frames, guessed types, told addresses."""

import base64
import hashlib
import os
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnnviz.errors import CnnvizError

FRAMES = "CNNVIZ_FRAME_ANCESTORS"
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def content_security_policy(page: str, frame_ancestors: str = "'self'") -> str:
    """Return a policy under which an HTML page runs its own inline scripts, and what comes from this server.

    `frame_ancestors` are the sites that may show the page in a frame. https://www.w3.org/TR/CSP3/
    """
    # Components' code is imported from blob: addresses, Streamlit's protobuf multiplies in WebAssembly, and Emotion,
    # Plotly and KaTeX write styles into the page.
    own_scripts = " ".join(f"'sha256-{_sha256(script)}'" for script in _INLINE.findall(page))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: 'wasm-unsafe-eval' {own_scripts}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {frame_ancestors}",
        )
    )


def frame_ancestors() -> str:
    """Return who may show the pages in a frame: CNNVIZ_FRAME_ANCESTORS, such as https://moodle.example.org, or itself.

    Sites stand beside each other with a space between; raises CnnvizError for what would be another directive.
    """
    text = " ".join(os.environ.get(FRAMES, "").split())
    if re.search(r"[;,]|[^\x21-\x7e ]", text):
        raise CnnvizError(f"{FRAMES} is a list of sites with spaces between, such as https://a.org, not {text!r}.")
    return text or "'self'"


def is_embedded(ancestors: str) -> bool:
    """Return whether other sites than this one may show the pages in a frame."""
    return not {*ancestors.split()} <= {"'self'", "'none'"}


class Headers:
    """ASGI middleware that adds headers to every answer, each unless the answer has it already."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self._app = app
        self._headers = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            # A link holds what is set on a screen, which is nobody's business on the site that it leads to.
            "referrer-policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, guarded)


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

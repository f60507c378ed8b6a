"""Pictures and checkpoints on their way to another process: their bytes are sent once, under their SHA-256."""

from collections.abc import Callable
from dataclasses import fields, replace
from enum import Enum
from typing import Any, TypeVar, cast

from cnnviz.engine.cache import ByteCache
from cnnviz.engine.requests import LabelledFeatures, ModelChoice, Picture, Request

T = TypeVar("T")
# From a SHA-256 and bytes, or their mark, to their mark, or the bytes.
Swap = Callable[[str, Any], Any]

# What is smaller travels with its request.
LEAST = 2**16


class Mark(Enum):
    """What travels in place of bytes that were sent before."""

    SENT = "sent"


class MissingError(Exception):
    """A mark stands for bytes that are not kept here any more, or never came: they have to be sent again."""


class Outbox:
    """The sender's side: remembers what it sent, up to `limit` bytes of it, and sends a mark from then on."""

    def __init__(self, limit: int) -> None:
        self._sent: ByteCache[bool] = ByteCache(limit, keeps_last=True)

    def packed(self, request: Request[T], *, whole: bool = False) -> Request[T]:
        """Return a request with marks in place of large bytes that were sent before; a `whole` one has none."""

        def swap(sha256: str, content: Any) -> Any:
            nbytes = _size_of(content)
            if nbytes < LEAST:
                return content
            if self._sent.get(sha256) and not whole:
                return Mark.SENT
            self._sent.put(sha256, True, nbytes)
            return content

        return swapped(request, swap)


class Inbox:
    """The receiver's side: keeps large bytes, up to `limit`, for the requests that will have a mark in their place."""

    def __init__(self, limit: int) -> None:
        self._kept: ByteCache[Any] = ByteCache(limit, keeps_last=True)

    def unpacked(self, request: Request[T]) -> Request[T]:
        """Return a request as it was before it was packed; raise MissingError where its bytes are not here."""
        return swapped(request, self._content)

    def _content(self, sha256: str, given: Any) -> Any:
        if given is Mark.SENT:
            found = self._kept.get(sha256)
            if found is None:
                raise MissingError(sha256)
            return found
        if (nbytes := _size_of(given)) >= LEAST:
            self._kept.put(sha256, given, nbytes)
        return given


def _size_of(content: Any) -> int:
    return int(content.nbytes) if hasattr(content, "nbytes") else len(content)


def swapped(value: T, swap: Swap) -> T:
    """Return a request, or a part of one, with `swap` of the bytes of each picture, checkpoint and features in it."""
    found: Any = value
    if isinstance(value, Picture):
        found = replace(value, pixels=swap(value.sha256, value.pixels))
    elif isinstance(value, LabelledFeatures):
        found = replace(value, features=swap(value.sha256, value.features))
    elif isinstance(value, ModelChoice):
        if value.checkpoint is not None and value.checkpoint_sha256 is not None:
            found = replace(value, checkpoint=swap(value.checkpoint_sha256, value.checkpoint))
    elif isinstance(value, Request):
        parts = {each.name: getattr(value, each.name) for each in fields(cast(Any, value))}
        changed = {name: now for name, part in parts.items() if (now := swapped(part, swap)) is not part}
        found = replace(cast(Any, value), **changed) if changed else value
    elif isinstance(value, tuple) and value and isinstance(value[0], Picture | ModelChoice):
        found = tuple(swapped(part, swap) for part in value)
    return cast(T, found)

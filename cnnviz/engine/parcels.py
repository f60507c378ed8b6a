"""Pictures and checkpoints on their way to another process: their bytes are sent once, under their SHA-256."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, TypeVar, cast

from cnnviz.engine.cache import ByteCache
from cnnviz.engine.requests import LabelledFeatures, ModelChoice, Picture, Request

T = TypeVar("T")
# From a SHA-256 and bytes, or what stands for them, to what stands for them, or the bytes.
Swap = Callable[[str, Any], Any]

# What is smaller travels with its request.
LEAST = 2**16


class Outbox:
    """The sender's side. `put(bytes)` sends bytes and returns what stands for them, a Ray ObjectRef.

    What was sent is remembered, and so kept by Ray, up to `limit` bytes.
    """

    def __init__(self, put: Callable[[Any], Any], limit: int) -> None:
        self._put = put
        self._sent: ByteCache[Any] = ByteCache(limit, keeps_last=True)

    def packed(self, request: Request[T]) -> Request[T]:
        """Return a request with what stands for its large bytes in their place."""
        return swapped(request, self._stand_in)

    def forget(self) -> None:
        """Send everything anew from now on."""
        self._sent.clear()

    def _stand_in(self, sha256: str, content: Any) -> Any:
        nbytes = content.nbytes if hasattr(content, "nbytes") else len(content)
        if nbytes < LEAST:
            return content
        found = self._sent.get(sha256)
        if found is None:
            found = self._put(content)
            self._sent.put(sha256, found, nbytes)
        return found


class Inbox:
    """The receiver's side. `get(stand_in)` returns the bytes; `is_stand_in` tells the one from the other."""

    def __init__(self, get: Callable[[Any], Any], is_stand_in: Callable[[Any], bool], limit: int) -> None:
        self._get = get
        self._is_stand_in = is_stand_in
        self._kept: ByteCache[Any] = ByteCache(limit, keeps_last=True)

    def unpacked(self, request: Request[T]) -> Request[T]:
        """Return a request as it was before it was packed."""
        return swapped(request, self._content)

    def _content(self, sha256: str, given: Any) -> Any:
        if not self._is_stand_in(given):
            return given
        found = self._kept.get(sha256)
        if found is None:
            found = self._get(given)
            self._kept.put(sha256, found, found.nbytes if hasattr(found, "nbytes") else len(found))
        return found


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

"""Where the processes of a server leave visitors' photos for each other: Redis, if CNNVIZ_REDIS is its address.

A photo is the file as it was uploaded, kept for an hour under its SHA-256; which one is a session's, under the SHA-256
of the session's name. So neither can be guessed, and Redis knows no session. Features and thumbnails of one's own
classes are kept in the same way. Where it does not answer, visitors have their photos in their own process's memory
alone, as without it.
"""

import hashlib
import logging
import os
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

ADDRESS = "CNNVIZ_REDIS"
KEPT = 3600  # seconds
# What can be left of a session, one of each.
PHOTO, CLASSES = "photo", "classes"
_PATIENCE = 1.0  # seconds for an answer
_PAUSE = 30.0  # seconds in which one that did not answer is not asked

_log = logging.getLogger(__name__)

R = TypeVar("R")


class PhotoStore:
    """Redis at an `address` such as redis://localhost:6379; with "" nothing is kept."""

    def __init__(self, address: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._redis = _client(address) if address else None
        self._silent_until = 0.0
        self._lock = threading.Lock()

    def leave(self, session: str, data: bytes, kind: str = PHOTO) -> None:
        """Keep a file as the photo of a session, or as its classes."""
        digest = hashlib.sha256(data).hexdigest()

        def keep(redis: Any) -> None:
            redis.set(_file(digest, kind), data, ex=KEPT)
            redis.set(_session(session, kind), digest, ex=KEPT)

        self._ask(keep)

    def find(self, session: str, kind: str = PHOTO) -> bytes | None:
        """Return the file that was left for a session, None where there is none any more."""

        def find(redis: Any) -> bytes | None:
            digest: bytes | None = redis.get(_session(session, kind))
            data: bytes | None = redis.get(_file(digest.decode(), kind)) if digest else None
            return data if data and hashlib.sha256(data).hexdigest().encode() == digest else None

        return self._ask(find)

    def reach(self) -> bool:
        """Return whether it answers; that it does not is logged."""
        return bool(self._ask(lambda redis: redis.ping()))

    def _ask(self, question: Callable[[Any], R]) -> R | None:
        if self._redis is None or self._clock() < self._silent_until:
            return None
        from redis import RedisError

        try:
            return question(self._redis)
        except RedisError as error:
            with self._lock:
                told = self._clock() < self._silent_until
                self._silent_until = self._clock() + _PAUSE
            if not told:
                # Not in its own words, which may hold an address.
                _log.warning("%s does not answer (%s); photos stay in memory.", ADDRESS, type(error).__name__)
            return None


@cache
def store() -> PhotoStore:
    """Return the store that all sessions of this process share."""
    return PhotoStore(os.environ.get(ADDRESS, ""))


def _client(address: str) -> Any:
    """Return a client of Redis, None where there can't be one, which is logged."""
    try:
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError:
        _log.error('%s wants redis-py; install it with pip install "cnnviz[redis]".', ADDRESS)
        return None
    try:
        return Redis.from_url(
            address, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, retry=Retry(NoBackoff(), 0)
        )
    except ValueError:
        _log.error("%s should be an address such as redis://localhost:6379.", ADDRESS)
        return None


def _file(digest: str, kind: str) -> str:
    return f"cnnviz:{kind}:{digest}"


def _session(name: str, kind: str) -> str:
    of = "" if kind == PHOTO else f"{kind}:"
    return f"cnnviz:session:{of}{hashlib.sha256(name.encode()).hexdigest()}"

"""A cache that is bounded in bytes and forgets what was used longest ago."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

V = TypeVar("V")


class ByteCache(Generic[V]):
    """A mapping from keys to values of known size whose sizes never sum to more than `limit` bytes.

    What is larger than the whole cache is not kept, or with `keeps_last` kept alone, until something else comes.
    `shrink` makes a value smaller where it can be, and returns the bytes it then has: before anything is forgotten,
    that is done to those that were used longest ago. Safe to use from several threads.
    """

    def __init__(self, limit: int, *, keeps_last: bool = False, shrink: Callable[[V], int] | None = None) -> None:
        self.limit = limit
        self._shrink = shrink
        self._shrunk: set[Hashable] = set()
        self.forgotten: Callable[[Any], None] = lambda key: None
        self._least = 1 if keeps_last else 0
        self._entries: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._nbytes = 0
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Return the bytes that are kept now."""
        return self._nbytes

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> V | None:
        """Return the value kept for `key`, which makes it the last to be forgotten, or None."""
        with self._lock:
            if (entry := self._entries.get(key)) is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: Hashable, value: V, nbytes: int) -> None:
        """Keep `value`, in place of what was kept for `key`, and forget the oldest entries until it fits."""
        with self._lock:
            self._forget(key)
            if nbytes > self.limit and not self._least:
                return
            self._entries[key] = value, nbytes
            self._nbytes += nbytes
            self._make_smaller()
            while self._nbytes > self.limit and len(self._entries) > self._least:
                self._forget(next(iter(self._entries)))

    def pop(self, key: Hashable) -> None:
        """Forget `key`, if it is kept."""
        with self._lock:
            self._forget(key)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            for key in list(self._entries):
                self._forget(key)

    def _make_smaller(self) -> None:
        for key, (value, nbytes) in self._entries.items():
            if self._shrink is None or self._nbytes <= self.limit:
                return
            if key not in self._shrunk:
                less = self._shrink(value)
                self._shrunk.add(key)
                self._entries[key] = value, less
                self._nbytes -= nbytes - less

    def _forget(self, key: Any) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._nbytes -= entry[1]
            self._shrunk.discard(key)
            self.forgotten(key)

    def drop(self, which: Callable[[V], bool]) -> None:
        """Forget all values that `which` picks."""
        with self._lock:
            for key in [key for key, (value, _) in self._entries.items() if which(value)]:
                self._forget(key)

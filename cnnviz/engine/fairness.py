"""A queue that serves every session in turn, and what can wait after the rest."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")
_Lines = OrderedDict[Hashable, deque[T]]
# While others are waiting, what can wait has a turn so many seconds after its last one ended.
PATIENCE = 0.25


class FairQueue(Generic[T]):
    """Items of one session come out in the order they went in; sessions take turns, one item each.

    Items that can wait stand in lines of their own, and sessions take turns there too.
    """

    def __init__(self) -> None:
        self._now: _Lines[T] = OrderedDict()
        self._later: _Lines[T] = OrderedDict()
        self._was_later, self._later_had = False, time.monotonic()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, session: Hashable, item: T, *, first: bool = False, can_wait: bool = False) -> None:
        """Add an item at the end of its session's line; a session that was not waiting has its turn last.

        With `first` the session's turn is the next one.
        """
        with self._changed:
            lines = self._later if can_wait else self._now
            lines.setdefault(session, deque()).append(item)
            if first:
                lines.move_to_end(session, last=False)
            self._changed.notify()

    def take(self) -> T | None:
        """Return the next item; wait for one if there is none; return None once the queue is closed.

        To ask for one tells that the last one taken is done with.
        """
        with self._changed:
            if self._was_later:
                self._was_later, self._later_had = False, time.monotonic()
            self._changed.wait_for(lambda: self._now or self._later or self._closed)
            if self._closed:
                return None
            overdue = time.monotonic() - self._later_had >= PATIENCE
            self._was_later = not self._now or bool(self._later and overdue)
            return _next(self._later if self._was_later else self._now)

    def ahead(self, session: Hashable) -> int | None:
        """Return how many sessions have their turn in the same lines before this one, None where it does not wait."""
        with self._changed:
            for lines in (self._now, self._later):
                if session in lines:
                    return next(at for at, each in enumerate(lines) if each == session)
            return None

    def close(self) -> None:
        """Let every taker go home."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def _next(lines: _Lines[T]) -> T:
    session, line = next(iter(lines.items()))
    item = line.popleft()
    if line:
        lines.move_to_end(session)
    else:
        del lines[session]
    return item

"""A queue that serves every session in turn."""

import threading
from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Items of one session come out in the order they went in; sessions take turns, one item each."""

    def __init__(self) -> None:
        self._items: OrderedDict[Hashable, deque[T]] = OrderedDict()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, session: Hashable, item: T, *, first: bool = False) -> None:
        """Add an item at the end of its session's line; a session that was not waiting has its turn last.

        With `first` the session's turn is the next one.
        """
        with self._changed:
            self._items.setdefault(session, deque()).append(item)
            if first:
                self._items.move_to_end(session, last=False)
            self._changed.notify()

    def take(self) -> T | None:
        """Return the next item; wait for one if there is none; return None once the queue is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed)
            if self._closed:
                return None
            session, line = next(iter(self._items.items()))
            item = line.popleft()
            if line:
                self._items.move_to_end(session)
            else:
                del self._items[session]
            return item

    def ahead(self, session: Hashable) -> int | None:
        """Return how many sessions have their turn before this one, None where it does not wait."""
        with self._changed:
            return next((at for at, each in enumerate(self._items) if each == session), None)

    def close(self) -> None:
        """Let every taker go home."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

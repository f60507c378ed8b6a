"""Rooms in the memory of this process, which end with it."""

import time
from collections.abc import Callable
from typing import Protocol

from cnnviz.server.rooms.checks import RefusedError
from cnnviz.server.rooms.limits import MemoryTries, Tries
from cnnviz.server.rooms.room import Room

ROOMS = 200
LIFE = 24 * 3600.0  # seconds from its opening on
QUIET = 4 * 3600.0  # seconds in which nobody came, went or did anything

Act = Callable[[Room], Room]
Told = Callable[[str], None]


class Store(Protocol):
    """Where rooms are kept; each act on one is done as a whole, and told by the room's code.

    Raises RefusedError: `missing` for a room that is not there, `away` where the store does not answer.
    """

    async def get(self, code: str) -> Room | None:
        """Return a room, None where there is none any more."""

    async def add(self, room: Room) -> bool:
        """Keep a new room; return False where its code is taken. Raise RefusedError where there are ROOMS already."""

    async def change(self, code: str, act: Act) -> Room:
        """Do an act on a room and return what it is then."""

    async def remove(self, code: str) -> None:
        """Let a room go, with all that is known of it."""

    def tries(self, what: str, each: int, most: int) -> Tries:
        """Return counts of something, `each` of an address and `most` of all, as far as rooms are known."""


def left(room: Room, now: float) -> float:
    """Return the seconds for which a room is kept if nothing happens any more."""
    return max(0.0, min(QUIET, room.opened + LIFE - now))


class MemoryStore:
    """A store in this process."""

    def __init__(self, told: Told, clock: Callable[[], float] = time.time) -> None:
        self._told = told
        self._clock = clock
        self._rooms: dict[str, tuple[Room, float]] = {}

    async def get(self, code: str) -> Room | None:
        """Return a room, None where there is none any more."""
        room, until = self._rooms.get(code, (None, 0.0))
        if until > self._clock():
            return room
        self._rooms.pop(code, None)
        return None

    async def add(self, room: Room) -> bool:
        """Keep a new room; return False where its code is taken. Raise RefusedError where there are ROOMS already."""
        now = self._clock()
        self._rooms = {code: kept for code, kept in self._rooms.items() if kept[1] > now}
        if len(self._rooms) >= ROOMS:
            raise RefusedError("rooms", most=ROOMS)
        if room.code in self._rooms:
            return False
        self._rooms[room.code] = room, now + left(room, now)
        return True

    async def change(self, code: str, act: Act) -> Room:
        """Do an act on a room and return what it is then."""
        before = await self.get(code)
        if before is None:
            raise RefusedError("missing")
        room = act(before)
        now = self._clock()
        self._rooms[code] = room, now + left(room, now)
        self._told(code)
        return room

    async def remove(self, code: str) -> None:
        """Let a room go, with all that is known of it."""
        if self._rooms.pop(code, None):
            self._told(code)

    def tries(self, what: str, each: int, most: int) -> Tries:
        """Return counts of something in this process."""
        return MemoryTries(each, most)

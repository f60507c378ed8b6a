"""Who may do what in a room: the teacher's acts, a member's, and what a stranger is told."""

import logging
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from cnnviz.errors import CnnvizError
from cnnviz.server.rooms import checks, room
from cnnviz.server.rooms.checks import RefusedError
from cnnviz.server.rooms.codes import digest, is_code, is_token_of, new_code, new_token
from cnnviz.server.rooms.hub import Hub
from cnnviz.server.rooms.limits import OPENED_EACH, WRONG_ALL, WRONG_EACH, Pace
from cnnviz.server.rooms.memory_store import Act, MemoryStore, Store
from cnnviz.server.rooms.room import Room
from cnnviz.ui.photo_store import ADDRESS

WORKERS = "CNNVIZ_WORKERS"
_MOST_OPENED = 1000
_PROCESS = secrets.token_urlsafe(6)

_log = logging.getLogger(__name__)

# Acts by the last part of their address: what an act is, from what JSON holds.
Given = dict[str, Any]
_OF_TEACHER: dict[str, Callable[[Given], Act]] = {
    "place": lambda given: partial(room.go, place=checks.place(given.get("place"))),
    "follow": lambda given: partial(room.follow, following=checks.truth(given.get("following"))),
    "ask": lambda given: partial(room.ask, question=checks.question(given)),
    "close": lambda given: room.close,
    "clear": lambda given: room.clear,
    "lesson": lambda given: partial(room.take_lesson, lesson=checks.lesson(given)),
    "remove": lambda given: partial(room.remove, handle=checks.one_line(given.get("member"), room.HANDLE)),
    "lock": lambda given: partial(room.lock, locked=checks.truth(given.get("locked"))),
    "step": lambda given: partial(room.take_step, step=checks.number(given.get("step"), checks.STEPS)),
}
TEACHER_ACTS = (*_OF_TEACHER, "end")
MEMBER_ACTS = ("answer", "leave")


@dataclass(frozen=True)
class Entered:
    """Somebody in a room: `member` is None for the teacher."""

    room: Room
    member: str | None


class Office:
    """All rooms of this process, or of several that share a Redis."""

    def __init__(self, store: Store | None = None) -> None:
        self.hub = Hub(lambda code: self.store.get(code))
        self.store = store or _store(self.hub)
        self._wrong = self.store.tries("wrong", WRONG_EACH, WRONG_ALL)
        self._opened = self.store.tries("opened", OPENED_EACH, _MOST_OPENED)
        self._pace = Pace()

    @property
    def is_shared(self) -> bool:
        """Whether rooms outlive this process."""
        return not isinstance(self.store, MemoryStore)

    @property
    def process(self) -> str:
        """A name by which a page knows that its room went with a process; "" where rooms outlive processes."""
        return "" if self.is_shared else _PROCESS

    async def open(self, address: str) -> dict[str, str]:
        """Open a room for somebody at an address; return its code and the teacher's token."""
        if not self.is_shared and workers_told() > 1:
            raise RefusedError("several")
        if wait := await self._opened.wait(address):
            raise RefusedError("wait", minutes=wait)
        await self._opened.note(address)
        token = new_token()
        while not await self.store.add(Room(code := new_code(), digest(token), time.time())):
            pass
        return {"code": code, "token": token, "process": self.process}

    async def join(self, code: str, address: str, nickname: object) -> dict[str, str]:
        """Let somebody into a room, and return the token that says so from now on."""
        name = checks.one_line(nickname, checks.NICKNAME)
        # As long as too many were wrong no code is right: an answer would tell which ones are.
        if wait := await self._wrong.wait(address):
            raise RefusedError("wait", minutes=wait)
        token = new_token()
        if not is_code(code):
            await self._wrong.note(address)
            raise RefusedError("missing")
        try:
            await self.store.change(code, lambda now: room.join(now, digest(token), name))
        except RefusedError as refused:
            if refused.name == "missing":
                await self._wrong.note(address)
            raise
        return {"code": code, "token": token, "process": self.process}

    async def enter(self, code: str, token: str, address: str) -> Entered:
        """Return who has this token in a room; raise RefusedError for a stranger."""
        found = await self.store.get(code) if is_code(code) else None
        if found is not None and is_token_of(token, found.teacher):
            return Entered(found, None)
        if found is not None and (member := digest(token)) in found.members:
            return Entered(found, member)
        if found is not None and digest(token) in found.removed:
            raise RefusedError("removed")
        if wait := await self._wrong.wait(address):
            raise RefusedError("wait", minutes=wait)
        await self._wrong.note(address)
        raise RefusedError("missing" if found is None else "stranger")

    async def act(self, entered: Entered, name: str, given: Given) -> None:
        """Do what the teacher or a member asks for; raise RefusedError where it is not theirs to do."""
        code, member = entered.room.code, entered.member
        if not self._pace.takes(member or entered.room.teacher):
            raise RefusedError("fast")
        if name not in (TEACHER_ACTS if member is None else MEMBER_ACTS):
            raise RefusedError("stranger")
        if name == "end":
            await self.store.remove(code)
        elif name == "answer" and member is not None:
            number = checks.number(given.get("number"), 1 << 20)
            option = checks.number(given.get("option"), checks.OPTIONS)
            await self.store.change(code, lambda now: room.answer(now, member, number, option))
        elif name == "leave" and member is not None:
            await self.store.change(code, lambda now: room.leave(now, member))
        else:
            await self.store.change(code, _OF_TEACHER[name](given))


def workers_told() -> int:
    """Return how many processes serve this site, as CNNVIZ_WORKERS says; raises CnnvizError where that is no number."""
    text = os.environ.get(WORKERS) or "1"
    if not text.isdecimal() or not int(text):
        raise CnnvizError(f"{WORKERS} is how many processes serve the site, such as 2, not {text!r}.")
    return int(text)


def _store(hub: Hub) -> Store:
    """Return Redis where CNNVIZ_REDIS names one, else this process's memory."""
    if address := os.environ.get(ADDRESS, ""):
        try:
            from cnnviz.server.rooms.redis_store import RedisStore

            return RedisStore(address, hub.told, hub.missed)
        except ImportError:
            _log.error('%s wants redis-py; install it with pip install "cnnviz[redis]".', ADDRESS)
        except ValueError:
            _log.error("%s should be an address such as redis://localhost:6379.", ADDRESS)
    return MemoryStore(hub.told)

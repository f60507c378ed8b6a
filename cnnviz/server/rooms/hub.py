"""Streams of a room's news to the pages of this process, as server-sent events.

However much happens in a room, its news is read and written once for all pages, at most every MOMENT; a page hears only
of what changes for it. https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from cnnviz.server.rooms.checks import RefusedError
from cnnviz.server.rooms.room import Room
from cnnviz.server.rooms.views import for_students, for_teacher

MOMENT = 0.05  # seconds
ALIVE = 15.0  # seconds after which a silent stream says that it is there: proxies close one after a minute or so
STREAMS = 8  # of one member here: a browser opens at most six
_OVER, _REMOVED = "over", '{"refused":"removed"}'


@dataclass(frozen=True)
class News:
    """A room as it is told: what all students are told is written once."""

    students: str
    teacher: str
    lesson: str
    members: Mapping[str, str]
    answers: Mapping[str, int]
    removed: frozenset[str]

    def to(self, member: str | None) -> dict[str, str]:
        """Return events by name for a member, None for the teacher."""
        if member is None:
            return {"room": self.teacher, "lesson": self.lesson}
        if member not in self.members:
            return {_OVER: _REMOVED if member in self.removed else "{}"}
        return {"room": f'{{"you":{_json(self.answers.get(member))},"room":{self.students}}}'}


class Hub:
    """The streams of this process; `get` returns a room."""

    def __init__(self, get: Callable[[str], Awaitable[Room | None]]) -> None:
        self._get = get
        self._streams: dict[str, dict[asyncio.Event, str | None]] = {}
        self._news: dict[str, News | None] = {}
        self._due: dict[str, asyncio.Task[None]] = {}
        self._ended = False

    def told(self, code: str) -> None:
        """Take note that something happened in a room."""
        if code in self._streams and code not in self._due:
            self._due[code] = asyncio.create_task(self._pass_on(code))

    def missed(self) -> None:
        """Take note that something may have happened in any room."""
        for code in self._streams:
            self.told(code)

    def is_open(self, code: str, member: str) -> bool:
        """Return whether a member has a stream here."""
        return member in self._streams.get(code, {}).values()

    def check(self, code: str, member: str | None) -> None:
        """Raise RefusedError where a member, or the teacher, has too many streams here."""
        if [*self._streams.get(code, {}).values()].count(member) >= STREAMS:
            raise RefusedError("streams", most=STREAMS)

    def end(self) -> None:
        """End all streams: whoever listens connects again, to another process or to the next one."""
        self._ended = True
        for streams in self._streams.values():
            for woken in streams:
                woken.set()

    async def stream(self, code: str, member: str | None) -> AsyncGenerator[bytes, None]:
        """Give a room's events as they come, until it is over or the listener goes."""
        with self._listening(code, member) as woken:
            await self._look(code)
            said: dict[str, str] = {}
            while not self._ended:
                woken.clear()
                news = self._news.get(code)
                for name, text in ({_OVER: "{}"} if news is None else news.to(member)).items():
                    if said.get(name) != text:
                        said[name] = text
                        yield f"event: {name}\ndata: {text}\n\n".encode()
                if _OVER in said:
                    return
                try:
                    async with asyncio.timeout(ALIVE):
                        await woken.wait()
                except TimeoutError:
                    yield b":\n\n"
                    # It may be over since, of which no act tells.
                    await self._look(code)

    async def _pass_on(self, code: str) -> None:
        await asyncio.sleep(MOMENT)
        # From here on what happens is news again.
        self._due.pop(code, None)
        before = self._news.get(code)
        await self._look(code)
        news = self._news.get(code)
        same = before is not None and news is not None and before.students == news.students
        for woken, member in self._streams.get(code, {}).items():
            if member is None or not same or (news is not None and member not in news.members):
                woken.set()

    async def _look(self, code: str) -> None:
        try:
            room = await self._get(code)
        except RefusedError:
            # The store does not answer for now; what was known still holds.
            return
        if code in self._streams:
            self._news[code] = None if room is None else _written(room)

    @contextmanager
    def _listening(self, code: str, member: str | None) -> Iterator[asyncio.Event]:
        woken = asyncio.Event()
        streams = self._streams.setdefault(code, {})
        streams[woken] = member
        try:
            yield woken
        finally:
            del streams[woken]
            if not streams:
                self._streams.pop(code, None)
                self._news.pop(code, None)


def _written(room: Room) -> News:
    lesson = None if room.lesson is None else asdict(room.lesson)
    told = _json(for_students(room)), _json(for_teacher(room)), _json(lesson)
    return News(*told, room.members, room.answers, frozenset(room.removed))


def _json(what: object) -> str:
    return json.dumps(what, ensure_ascii=False, separators=(",", ":"))

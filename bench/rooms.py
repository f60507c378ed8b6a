"""A room of a class: how late students' pages hear of the teacher, and what two hundred of them take.

    python bench/rooms.py --students 200
    CNNVIZ_REDIS=redis://localhost:6379 python bench/rooms.py --students 200 --workers 2

Each student has a page that stands open, spoken to as a browser does, and a line to the room. The students are this
process and the server another, on the same machine.
"""

import argparse
import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from _run import APP, Server, percentile, processor, server, wait
from _session import Session

QUESTION = {"asked": "How large is the output?", "options": ["3×3", "5×5", "7×7"], "right": 1, "why": "7 − 3 + 1"}
PLACES = ("pooling?stride=1", "convolution?padding=0", "pooling?stride=2", "convolution?padding=1")
_IDLE = 20.0  # seconds


@dataclass
class Member:
    """Somebody in a room: what is heard is noted with the time at which it came."""

    url: str
    code: str = ""
    token: str = ""
    heard: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    line: asyncio.StreamWriter | None = None

    async def ask(self, path: str, given: dict[str, Any]) -> dict[str, Any]:
        """Send a message, and return what the answer holds."""
        body = json.dumps(given).encode()
        reader, writer = await self._connect()
        head = f"POST /api/rooms{path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"{head}{self._headers()}\r\n".encode() + body)
        answer = await reader.read()
        writer.close()
        first, _, rest = answer.partition(b"\r\n\r\n")
        if int(first.split()[1]) >= 300:
            raise RuntimeError(f"{path}: {answer.decode()}")
        return dict(json.loads(rest)) if rest else {}

    async def enter(self, path: str) -> None:
        """Open a room, or join one."""
        made = await self.ask(path, {})
        self.code, self.token = made["code"], made["token"]

    async def listen(self) -> None:
        """Hear the room's events until the line is closed."""
        reader, self.line = await self._connect()
        self.line.write(f"GET /api/rooms/{self.code}/events HTTP/1.1\r\n{self._headers()}\r\n".encode())
        while line := await reader.readline():
            if line.startswith(b"data: {"):
                told = json.loads(line[6:])
                self.heard.append((time.perf_counter(), told.get("room", told)))
                self.news.set()

    async def hear(self, happened: Any, since: float) -> float:
        """Return the time at which the first event came that holds what is waited for."""
        async with asyncio.timeout(60):
            while True:
                self.news.clear()
                for at, told in reversed(self.heard):
                    if at >= since and "place" in told and happened(told):
                        return at
                await self.news.wait()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        place = urlsplit(self.url)
        return await asyncio.open_connection(place.hostname, place.port)

    def _headers(self) -> str:
        token = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        return f"Host: localhost\r\nContent-Type: application/json\r\n{token}"


async def _moved(teacher: Member, students: list[Member], place: str) -> list[float]:
    """Return the seconds until each student heard of the teacher's new place."""
    began = time.perf_counter()
    await teacher.ask(f"/{teacher.code}/place", {"place": place})
    came = await asyncio.gather(*(each.hear(lambda told: told["place"] == place, began) for each in students))
    return [at - began for at in came]


async def _answered(teacher: Member, students: list[Member], number: int) -> float:
    """Return the seconds from the first answer to question `number` until the teacher sees that all have answered."""
    await teacher.ask(f"/{teacher.code}/ask", QUESTION)
    await asyncio.gather(*(each.hear(lambda told: _number(told) == number, 0.0) for each in students))
    began = time.perf_counter()
    acts = (each.ask(f"/{each.code}/answer", {"number": number, "option": at % 3}) for at, each in enumerate(students))
    await asyncio.gather(*acts)
    done = await teacher.hear(lambda told: (told["question"] or {}).get("answered") == len(students), began)
    await teacher.ask(f"/{teacher.code}/clear", {})
    return done - began


def _number(told: dict[str, Any]) -> int | None:
    return told["question"] and told["question"]["number"]


@dataclass
class Page(Session):
    """A student's page, which counts what comes."""

    messages: int = 0

    def take(self, delta: Any) -> None:
        """Count it, too."""
        super().take(delta)
        self.messages += 1


async def _turned(pages: list[Page], place: str) -> list[tuple[float, float]]:
    """Return the seconds until each page had its stage, and all else, all asked for at once as by the room's event."""
    screen, _, query = place.partition("?")
    began = time.perf_counter()

    async def turn(page: Page) -> tuple[float, float]:
        page.staged = 0.0
        await page.open_page(screen, query)
        return page.staged - began, time.perf_counter() - began

    return await asyncio.gather(*map(turn, pages))


async def _run(served: Server, count: int, moves: int) -> None:
    """Print a table, a row as soon as it is measured."""
    print("| what | measured | bar |\n| --- | --- | --- |")
    teacher = Member(served.url)
    await teacher.enter("")
    lines = [asyncio.create_task(teacher.listen())]
    # One page before, which brings what all of them need.
    pages = [await Page.open(served.url, "room", "")]
    before = _held(served)
    students = [Member(served.url) for _ in range(count)]
    for each in students:
        await each.enter(f"/{teacher.code}/join")
        lines.append(asyncio.create_task(each.listen()))
    await teacher.hear(lambda told: told["here"] == count, 0.0)
    with_lines = _held(served)
    _tell("memory a student, the line alone", f"{(with_lines - before) / count:.2f} MB")
    for _ in range(count - 1):
        pages.append(await Page.open(served.url, "room", ""))
        if len(pages) == count // 4:
            # What the start left free is taken by then.
            quarter = _held(served)
    line, page = (with_lines - before) / count, (_held(served) - quarter) / (count - count // 4)
    _tell("memory a student, line and page", f"{line + page:.2f} MB", "2 MB")
    used, began = processor(served), time.perf_counter()
    await asyncio.sleep(_IDLE)
    idle = (processor(served) - used) / (time.perf_counter() - began)
    _tell("processor when nothing happens", f"{idle:.2f} of a core", "0.50")
    late = [each for turn in range(moves) for each in await _moved(teacher, students, PLACES[turn % len(PLACES)])]
    _tell("follow me, until the event is there, median", f"{1000 * median(late):.0f} ms")
    _tell("follow me, until the event is there, p95", f"{1000 * percentile(late, 0.95):.0f} ms", "1000 ms")
    counted = [await _answered(teacher, students, number) for number in (1, 2, 3)]
    _tell(f"{count} answers counted, the slowest of three", f"{max(counted):.2f} s", "2 s")
    for place in PLACES:
        await _show_turn(served, pages, place)
    for line in lines:
        line.cancel()
    assert not [error for page in pages for error in page.errors]


async def _show_turn(served: Server, pages: list[Page], place: str) -> None:
    # What all of them ask for is computed for the first of them, as for the teacher.
    await _turned(pages[:1], place)
    used, own = processor(served), time.process_time()
    for page in pages:
        page.messages = page.received = 0
    drawn = await _turned(pages, place)
    used, own, count = processor(served) - used, time.process_time() - own, len(pages)
    for what, seconds in zip(("there with their stages", "drawn to their ends"), zip(*drawn, strict=True), strict=True):
        told = f"{median(seconds):.2f} and {percentile(seconds, 0.95):.2f} s"
        _tell(f"all {count} pages at {place} {what}, median and p95", told, "1 s" if "stages" in what else "")
    _tell(
        "processor time of one of them, and of the student",
        f"{1000 * used / count:.0f} and {1000 * own / count:.0f} ms",
    )
    _tell("messages to one, and bytes", f"{pages[-1].messages} and {pages[-1].received}")


def _held(served: Server) -> float:
    """Return the MB that a server's processes hold of their own, what the system has put into its swap among them."""
    lines = (line for pid in served.pids for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon", "VmSwap"))) / 1024


def _tell(what: str, measured: str, bar: str = "") -> None:
    print(f"| {what} | {measured} | {bar} |", flush=True)


def main() -> None:
    """Measure, beside the bars."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--moves", type=int, default=20)
    parser.add_argument("--workers", type=int, default=1, help="processes behind HAProxy; CNNVIZ_REDIS has to be set")
    given = parser.parse_args()
    with server(APP, workers=given.workers) as served:
        wait(served, 300, "/api/health")
        asyncio.run(_run(served, given.students, given.moves))
        print("\n".join(served.complaints()) or "The log tells of no error.")


if __name__ == "__main__":
    main()

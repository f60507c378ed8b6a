"""People at once, each with a photo of their own: how long an act takes, and the server's memory over many.

    python bench/sessions.py [--people 30] [--every 2.0] [--acts 1000 | --minutes 10] [--cores 2]
                             [--sliders] [--reading 200] [--leave] [--workers 2 [--kill]] [--at URL [URL ...]]

Every person opens the screen of activation maps over a websocket, uploads a JPEG that nobody else has, and then acts
every two seconds: another layer of EfficientNet-Lite0, or another channel of the one shown. An act lasts from the
moment it was due until the app has sent all of its answer; one that is due while the last is unanswered waits for it,
and its waiting counts. The server is held to two cores; these clients, which draw nothing, run on the same ones.

--sliders  every other person drags instead, on One layer, Convolution and By hand: five steps 0.2 s apart, then a rest
           that makes the average the same
--reading  as many people more, who act every 20 seconds
--leave    at the end all leave, and when Streamlit has forgotten them, two minutes later, the memory is read again
--workers  several processes behind the proxy, `cnnviz serve --workers`; memory and processor time are those of all
--kill     in the middle a worker is killed: how soon its people are back, and what the others notice. With
           CNNVIZ_REDIS their photos are there again; else they are uploaded again
--at       servers that run already, to which people go in turn; their memory is not known
"""

import argparse
import asyncio
import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import linear_regression, median

import _run
from _people import READING, Dragger, Looker, Trainer
from _session import Session
from websockets.exceptions import ConnectionClosed

Person = Looker | Dragger | Trainer
FORGOTTEN = 125  # seconds after which Streamlit has let go of who left, once somebody comes
AFTER = 30  # seconds in which the others' acts are compared with those before a worker was killed
_FRONT = "cnnviz_front"


@dataclass
class Crowd:
    """Acts so far, (kind, due, seconds, the person's first process), and the server's memory at every hundredth.

    `back` has how long it took who lost the server until the stage was there again, and all else.
    """

    app: _run.Server | None
    acts: float
    minutes: float
    began: float = 0.0
    begun: int = 0
    taken: list[tuple[str, float, float, str]] = field(default_factory=list)
    memory: list[tuple[int, float]] = field(default_factory=list)
    back: list[tuple[float, float]] = field(default_factory=list)

    def note_memory(self) -> None:
        """Note the memory that the server has now."""
        if self.app is not None:
            self.memory.append((len(self.taken), _run.memory(self.app)))

    def goes_on(self) -> bool:
        """Return whether there is another act to do, which then counts as begun."""
        self.begun += 1
        return time.perf_counter() - self.began < 60 * self.minutes if self.minutes else self.begun <= self.acts

    def is_half_over(self) -> bool:
        share = (time.perf_counter() - self.began) / 60 / self.minutes if self.minutes else self.begun / self.acts
        return share >= 0.5

    async def person(self, person: Person, delay: float) -> None:
        """Act until it is over."""
        due, front = time.perf_counter() + delay, person.session.cookies.get(_FRONT, "")
        while self.goes_on():
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            try:
                kind = await person.act()
                self.taken.append((kind, due, time.perf_counter() - due, front))
            except ConnectionClosed:
                lost = time.perf_counter()
                await person.come_back()
                self.back.append((person.session.staged - lost, time.perf_counter() - lost))
            due = max(due + person.pause(), time.perf_counter())
            if len(self.taken) % 100 == 0:
                self.note_memory()

    async def kill(self) -> tuple[float, str]:
        """Kill the second worker in the middle, and return when that was, and its name in the cookie."""
        while not self.is_half_over():
            await asyncio.sleep(0.1)
        assert self.app is not None
        _run.kill_worker(self.app, 2)
        return time.perf_counter(), "2"


def crowd_of(urls: list[str], options: argparse.Namespace) -> Iterator[tuple[Person, float]]:
    """Yield the people, and how long after the beginning each acts for the first time."""
    place = itertools.cycle(urls)
    for number in range(options.people):
        person = Dragger if options.sliders and number % 2 else Looker
        yield person(next(place), number, options.every), options.every * number / options.people
    for number in range(options.reading):
        yield Looker(next(place), options.people + number, READING), READING * number / options.reading


async def measure(urls: list[str], app: _run.Server | None, options: argparse.Namespace) -> None:
    """Run the crowd and print its tables."""
    crowd = Crowd(app, options.acts, options.minutes)
    crowd.note_memory()
    people = [*crowd_of(urls, options)]
    for person, _ in people:
        await person.arrive()
    crowd.note_memory()
    print(f"{len(people)} people have arrived", flush=True)
    crowd.began, used = time.perf_counter(), _run.processor(app) if app else 0.0
    arrived = sum(person.session.received for person, _ in people)
    killed = asyncio.create_task(crowd.kill()) if options.kill else None
    await asyncio.gather(*(crowd.person(person, delay) for person, delay in people))
    lasted, used = time.perf_counter() - crowd.began, (_run.processor(app) if app else 0.0) - used
    tell_acts(crowd, options.every)
    if killed is not None:
        _tell_killed(crowd, *await killed)
    due = sum(1 / (person.every) for person, _ in people)
    print(f"{len(crowd.taken) / lasted:.1f} acts a second of {due:.1f} due")
    if app is not None and not options.kill:
        ms = 1000 * used / len(crowd.taken)
        print(f"processor time: {ms:.0f} ms an act; the cores have {1000 * options.cores / due:.0f} ms for each")
    megabytes = (sum(person.session.received for person, _ in people) - arrived) / 1e6
    print(f"sent: {megabytes / len(crowd.taken):.2f} MB an act")
    errors = [error for person, _ in people for error in person.session.errors]
    print(f"errors on the pages: {len(errors)} {sorted(set(errors))[:5]}")
    for person, _ in people:
        await person.session.socket.close()
    if app is not None:
        _tell_memory(crowd)
        if options.leave:
            await _leave(app, crowd)


def tell_acts(crowd: Crowd, every: float) -> None:
    """Print how long acts took, by kind."""
    kinds = sorted({kind for kind, *_ in crowd.taken})
    rows = []
    for name in ("all acts", *kinds):
        values = [seconds for kind, _, seconds, _ in crowd.taken if name in ("all acts", kind)]
        late, later = (f"{_run.percentile(values, share):.3f}" for share in (0.95, 0.99))
        ratio = f"{median(values) / every:.2f}"
        rows.append((name, len(values), f"{median(values):.3f}", late, later, f"{max(values):.2f}", ratio))
    _run.table(("what", "acts", "median s", "p95 s", "p99 s", "max s", "median / time between acts"), rows)


def _tell_killed(crowd: Crowd, when: float, worker: str) -> None:
    others = [(due, seconds) for _, due, seconds, front in crowd.taken if front != worker]
    spans = {
        "the others before": [seconds for due, seconds in others if due < when],
        f"the others in the {AFTER} s after": [seconds for due, seconds in others if when <= due < when + AFTER],
    }
    rows = [
        (name, len(values), f"{median(values):.3f}", f"{_run.percentile(values, 0.95):.3f}")
        for name, values in spans.items()
        if values
    ]
    _run.table(("a worker was killed", "acts", "median s", "p95 s"), rows)
    if crowd.back:
        stages, ends = ([*times] for times in zip(*crowd.back, strict=True))
        for what, times in (("with their stages", stages), ("to the ends of their pages", ends)):
            print(
                f"back {what}: {len(times)} people, after {median(times):.2f} s by median, {max(times):.2f} s at most"
            )


def _tell_memory(crowd: Crowd) -> None:
    start, first = crowd.memory[0][1], crowd.memory[1][1]
    print(f"server's memory: {start:.0f} MB before anybody came")
    rows = [(n, f"{mb:.0f}", f"{mb / first:.2f}") for n, mb in crowd.memory[1:]]
    _run.table(("after acts", "server's MB", "to the first"), rows[:: max(1, len(rows) // 20)])
    settled = crowd.memory[len(crowd.memory) // 2 :]
    if len(settled) > 1:
        slope, _ = linear_regression(*zip(*settled, strict=True))
        print(f"slope over the second half: {100 * slope:+.1f} MB in 100 acts")


async def _leave(app: _run.Server, crowd: Crowd) -> None:
    before = _run.memory(app)
    await asyncio.sleep(FORGOTTEN)
    # Who left is forgotten when somebody comes; through the proxy, at every worker.
    for front in range(1, app.workers + 1):
        last = Session(app.url, "layer", "", cookies={_FRONT: str(front)})
        await last.connect()
        await last.socket.close()
    await asyncio.sleep(5)
    after, start = _run.memory(app), crowd.memory[0][1]
    print(
        f"all have left: {before:.0f} MB then, {after:.0f} MB {FORGOTTEN} s later, {after - start:+.0f} MB to the start"
    )
    print(f"of it in caches: {_run.cached(app):.0f} MB")


@contextmanager
def _served(options: argparse.Namespace) -> Iterator[tuple[list[str], _run.Server | None]]:
    if options.at:
        yield options.at, None
        return
    with _run.server(_run.APP, workers=options.workers) as app:
        # With its first network loaded: that is what its memory is compared with.
        _run.wait(app, path="/api/health")
        yield [app.url], app
        print("errors in the server's log:", app.complaints() or "none")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--acts", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=0.0, help="how long, instead of how many acts")
    parser.add_argument("--every", type=float, default=2.0, help="seconds between the acts of one person")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--reading", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--at", nargs="+", default=[])
    for switch in ("--sliders", "--leave", "--kill"):
        parser.add_argument(switch, action="store_true")
    options = parser.parse_args()
    if options.kill and options.workers < 2:
        parser.error("--kill wants --workers 2 or more, so that somebody is left")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.cores])
    with _served(options) as (urls, app):
        asyncio.run(measure(urls, app, options))


if __name__ == "__main__":
    main()

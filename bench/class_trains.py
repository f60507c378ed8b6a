"""A class that trains at once while others look at activations: how long an act takes, and whether every run moves.

    python bench/class_trains.py [--training 30] [--looking 30] [--minutes 5] [--every 2.0] [--cores 2]
                                  [--workers 2 | --at URL]

Those who train open Training over a websocket, each with a seed of their own, and press Play; their pages draw what
moves twice a second, as a browser does by itself, and they press Play again where a run rests. Those who look have a
photo of their own on Activations and act every two seconds, as in bench/sessions.py. An act lasts from the moment it
was due until the app has sent all of its answer. The bars: nobody waits longer than 1.5 s for an act, and every run
moves. The server, with --workers several processes behind the proxy, is held to two cores; these clients, which draw
nothing, run on the same ones.
"""

import argparse
import asyncio
import itertools
import os
import time
from contextlib import nullcontext
from statistics import median

import _run
from _people import Looker, Trainer
from sessions import Crowd, tell_acts

BAR = 1.5  # seconds for an act
FIRST = 20  # seconds in which all begin at once


async def measure(url: str, app: _run.Server | None, options: argparse.Namespace) -> None:
    """Run the crowd and print its tables."""
    crowd = Crowd(app, 0, options.minutes)
    trainers = [Trainer(url, number) for number in range(options.training)]
    lookers = [Looker(url, number, options.every) for number in range(options.looking)]
    people = [*trainers, *lookers]
    for person in people:
        await person.arrive()
    print(f"{len(people)} people have arrived", flush=True)
    crowd.began, used = time.perf_counter(), _run.processor(app) if app else 0.0
    delays = [person.every * number / len(people) for number, person in enumerate(people)]
    await asyncio.gather(*(crowd.person(person, delay) for person, delay in zip(people, delays, strict=True)))
    lasted = time.perf_counter() - crowd.began
    tell_acts(crowd, options.every)
    late = [due - crowd.began for kind, due, seconds, _ in crowd.taken if kind != "progress" and seconds > BAR]
    at_first = sum(due < FIRST for due in late)
    print(f"acts that took longer than {BAR} s: {len(late)}, {at_first} of them in the first {FIRST} s")
    _tell_runs(trainers, crowd.began, lasted)
    if app is not None:
        print(f"processors busy: {(_run.processor(app) - used) / lasted:.2f} of {options.cores}")
        print(f"server's memory: {_run.memory(app):.0f} MB")
    errors = [error for person in people for error in person.session.errors]
    print(f"errors on the pages: {len(errors)} {sorted(set(errors))[:5]}")
    for person in people:
        await person.session.socket.close()


def _tell_runs(trainers: list[Trainer], began: float, lasted: float) -> None:
    if not trainers:
        return
    runs = [each.session for each in trainers]
    rates = [60 * run.steps / lasted for run in runs]
    gaps = []
    for run in runs:
        times = [began, *run.moved, began + lasted]
        gaps.append(max(later - earlier for earlier, later in itertools.pairwise(times)))
    places = [place for run in runs for place in run.places]
    rows = [
        ("steps a minute of a run", f"{min(rates):.0f}", f"{median(rates):.0f}", f"{max(rates):.0f}"),
        ("seconds without new steps seen, at most", f"{min(gaps):.1f}", f"{median(gaps):.1f}", f"{max(gaps):.1f}"),
        ("place in the queue, where one was told", *((min(places), median(places), max(places)) if places else "---")),
    ]
    _run.table(("what", "least", "median", "most"), rows)
    still = [run for run in runs if not run.moved]
    print(f"runs that never moved: {len(still)}")


def main() -> None:
    """Serve the app, or go to one that runs already, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--training", type=int, default=30)
    parser.add_argument("--looking", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--every", type=float, default=2.0, help="seconds between the acts of one who looks")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--at", default="", help="a server that runs already; its memory is not known")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.cores])
    with nullcontext() if options.at else _run.server(_run.APP, workers=options.workers) as app:
        if app is not None:
            _run.wait(app, path="/api/health")
        asyncio.run(measure(options.at or app.url, app, options))
        if app is not None:
            print("errors in the server's log:", app.complaints() or "none")


if __name__ == "__main__":
    main()

"""Thirty people at once, each with a photo of their own, and the server's memory over a thousand acts.

    python bench/sessions.py [--people 30] [--acts 1000] [--every 2.0] [--cores 2]

Every person opens the screen of activation maps over a websocket, uploads a JPEG that nobody else has, and then acts
every two seconds: another layer of EfficientNet-Lite0, or another channel of the one shown. An act lasts from the
moment it was due until the app has sent all of its answer; one that is due while the last is unanswered waits for it,
and its waiting counts. The server is held to two cores; these clients, which draw nothing, run on the same ones.
"""

import argparse
import asyncio
import io
import os
import random
import time
from statistics import linear_regression, median

import _run
import numpy as np
from _session import Session
from PIL import Image

QUERY = "source=Upload&model=efficientnet-lite0"
UPLOADER = "A photo of your own"


def photo(number: int) -> bytes:
    """Return a JPEG that no other number has, of 1600 x 1200 pixels."""
    noise = np.random.default_rng(number).integers(0, 256, (75, 100, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).resize((1600, 1200), Image.Resampling.BICUBIC).save(buffer, "JPEG")
    return buffer.getvalue()


async def arrive(url: str, number: int) -> Session:
    session = await Session.open(url, "activations", QUERY)
    label = next(label for label in session.widgets if label.startswith(UPLOADER))
    await session.upload(label, f"{number}.jpg", photo(number))
    return session


class Crowd:
    """Acts so far: how long each took, by what it was, and the server's memory at every hundredth."""

    def __init__(self, app: _run.Server, acts: int) -> None:
        self.app, self.acts, self.begun = app, acts, 0
        self.taken: dict[str, list[float]] = {"layer": [], "channel": []}
        self.memory: list[tuple[int, float]] = [(0, _run.memory(app))]

    async def person(self, session: Session, number: int, people: int, every: float) -> None:
        choice = random.Random(number)
        due = time.perf_counter() + every * number / people
        while self.begun < self.acts:
            self.begun += 1
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            kind = choice.choice(("layer", "layer", "channel"))
            if kind == "layer":
                await session.set("Layer", string_value=choice.choice(session.widgets["Layer"].options))
            else:
                channels = session.widgets["Channel"].max + 1
                await session.set("Channel", double_value=float(choice.randrange(int(channels))))
            self.taken[kind].append(time.perf_counter() - due)
            due = max(due + every, time.perf_counter())
            done = sum(map(len, self.taken.values()))
            if done % 100 == 0:
                self.memory.append((done, _run.memory(self.app)))


async def measure(app: _run.Server, options: argparse.Namespace) -> None:
    """Run the crowd and print its tables."""
    sessions = []
    for number in range(options.people):
        sessions.append(await arrive(app.url, number))
    print(f"{len(sessions)} people have arrived; the server has {_run.memory(app):.0f} MB", flush=True)
    crowd, began, used = Crowd(app, options.acts), time.perf_counter(), _run.processor(app)
    arrived = sum(session.received for session in sessions)
    await asyncio.gather(*(crowd.person(s, n, len(sessions), options.every) for n, s in enumerate(sessions)))
    lasted, used = time.perf_counter() - began, _run.processor(app) - used
    everything = [seconds for values in crowd.taken.values() for seconds in values]
    rows = []
    for name, values in {"all acts": everything, **crowd.taken}.items():
        middle, late = median(values), _run.percentile(values, 0.95)
        ratio = f"{median(values) / options.every:.2f}"
        rows.append((name, len(values), f"{middle:.2f}", f"{late:.2f}", f"{max(values):.2f}", ratio))
    _run.table(("what", "acts", "median s", "p95 s", "max s", "median / time between acts"), rows)
    _run.table(
        ("after acts", "server's MB", "to the first"),
        [(n, f"{mb:.0f}", f"{mb / crowd.memory[0][1]:.2f}") for n, mb in crowd.memory],
    )
    settled = crowd.memory[len(crowd.memory) // 2 :]
    if len(settled) > 1:
        slope, _ = linear_regression(*zip(*settled, strict=True))
        print(f"slope over the second half: {100 * slope:+.1f} MB in 100 acts")
    errors = [error for session in sessions for error in session.errors]
    megabytes = (sum(session.received for session in sessions) - arrived) / 1e6
    print(f"{len(everything) / lasted:.1f} acts a second of {len(sessions) / options.every:.1f} due")
    afford = options.cores * options.every / len(sessions)
    print(
        f"processor time: {1000 * used / len(everything):.0f} ms an act; the cores have {1000 * afford:.0f} ms for each"
    )
    print(f"sent: {megabytes / len(everything):.2f} MB an act")
    print(f"errors on the pages: {len(errors)} {sorted(set(errors))[:5]}")
    for session in sessions:
        await session.socket.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--acts", type=int, default=1000)
    parser.add_argument("--every", type=float, default=2.0, help="seconds between the acts of one person")
    parser.add_argument("--cores", type=int, default=2)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.cores])
    with _run.server(_run.APP) as app:
        _run.wait(app)
        asyncio.run(measure(app, options))
        print("errors in the server's log:", app.complaints() or "none")


if __name__ == "__main__":
    main()

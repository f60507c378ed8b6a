"""A class that opens one link: how long until the stage of the screen is there, and all of the page.

    python bench/opening.py [--people 200] [--within 10] [--screen activations] [--query ""] [--workers 2]

People come evenly within so many seconds, 0 for all in one moment, each by a websocket of its own as a browser's page
does, to a server that is up and has shown the screen before. What a browser loads once, the page's scripts, styles
and fonts, is told apart: asked for as Chromium asked, over one connection, again and again.
"""

import argparse
import asyncio
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median
from urllib.parse import urlsplit

import _run
from _session import Session

_FIRST = 20  # visits by a browser that was never there


@dataclass(frozen=True)
class Opening:
    """Seconds from the moment of coming until the stage was there and until the page was, and what went wrong."""

    stage: float
    page: float
    received: int
    errors: list[str]


async def _come(url: str, screen: str, query: str, after: float) -> Opening:
    await asyncio.sleep(after)
    session = Session(url, screen, query)
    began = time.perf_counter()
    await session.connect()
    page = time.perf_counter() - began
    await session.socket.close()
    stage = session.staged - began if session.staged else page
    return Opening(stage, page, session.received, session.errors)


async def _open(url: str, screen: str, query: str, people: int, within: float) -> list[Opening]:
    comes = (_come(url, screen, query, within * number / people) for number in range(people))
    return await asyncio.gather(*comes)


def _asked_for(url: str, screen: str) -> list[str]:
    """Return the paths of all files that a browser which was never there asks for on a screen."""
    found: list[str] = []
    with _run.chromium() as browser:
        page = browser.new_page()
        page.on("request", lambda request: found.append(urlsplit(request.url).path))
        page.goto(f"{url}/{screen}")
        page.locator("h1").wait_for(timeout=60_000)
        page.wait_for_load_state("networkidle")
    return [path for path in found if "/static/" in path or "/api/components" in path or path == f"/{screen}"]


def _load(url: str, paths: list[str]) -> int:
    """Ask for files over one connection as a browser does; return the bytes of their bodies as they came."""
    connection, total = HTTPConnection(urlsplit(url).netloc), 0
    for path in paths:
        accept = "*/*" if "." in path else "text/html"
        connection.request("GET", path, headers={"Accept": accept, "Accept-Encoding": "gzip, deflate, br"})
        total += len(connection.getresponse().read())
    connection.close()
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--within", type=float, default=10.0, help="seconds")
    parser.add_argument("--screen", default="activations")
    parser.add_argument("--query", default="")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    with _run.server(_run.APP, workers=options.workers) as served:
        _run.wait(served, path="/api/health")
        asyncio.run(_open(served.url, options.screen, options.query, 2 * options.workers, 1.0))
        before, memory = _run.processor(served), _run.memory(served)
        found = asyncio.run(_open(served.url, options.screen, options.query, options.people, options.within))
        spent = _run.processor(served) - before
        stages, pages = [each.stage for each in found], [each.page for each in found]
        rows = [
            [name, f"{median(all_):.2f}", f"{_run.percentile(all_, 0.95):.2f}", f"{max(all_):.2f}"]
            for name, all_ in (("stage", stages), ("page", pages))
        ]
        _run.table(["s", "median", "p95", "max"], rows)
        print(
            f"{options.people} people within {options.within:g} s on {options.screen}: "
            f"{1000 * spent / options.people:.0f} ms of the server's processor and "
            f"{sum(each.received for each in found) / options.people / 1e6:.2f} MB each, "
            f"{_run.memory(served) - memory:+.0f} MB of memory; errors: {[*{e for each in found for e in each.errors}]}"
        )
        paths = _asked_for(served.url, options.screen)
        _load(served.url, paths)
        before, began = _run.processor(served), time.perf_counter()
        size = [_load(served.url, paths) for _ in range(_FIRST)][-1]
        print(
            f"A first visit's {len(paths)} files: {size / 1e6:.2f} MB, {(time.perf_counter() - began) / _FIRST:.2f} s, "
            f"{1000 * (_run.processor(served) - before) / _FIRST:.0f} ms of the server's processor"
        )


if __name__ == "__main__":
    main()

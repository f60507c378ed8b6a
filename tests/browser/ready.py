"""Waiting for a page: until it rests, and until the server has answered what was done to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

SLOW = 60_000

# Nothing runs, nothing is stale or still to be drawn, and no element has moved at six looks in a row, a fifth of a
# second. Looks are counted, and anew for each call: a page that was kept from its work for that long has not rested,
# and what rested before an act is no answer to it. Asked at every second or third frame: a question at each would
# itself keep the page from its work.
_RESTS = """(call) => {
  const app = document.querySelector("[data-testid=stApp]");
  const idle = app?.dataset.testScriptState === "notRunning" &&
    !document.querySelector("[data-stale=true], [data-testid=stSkeleton]");
  const boxes = [...document.querySelectorAll("[data-testid=stElementContainer]")].map((each) => {
    const { x, y, width, height } = each.getBoundingClientRect();
    return [x, y, width, height];
  });
  const now = idle ? boxes.join() : "";
  if (window.seenAtRest?.call !== call || window.seenAtRest.now !== now) window.seenAtRest = { call, now, looks: 0 };
  return now !== "" && ++window.seenAtRest.looks > 5;
}"""
_calls = count()


def settle(page: Any) -> None:
    """Wait until the server has answered and nothing on the page moves any more."""
    page.wait_for_function(_RESTS, arg=next(_calls), timeout=SLOW, polling=40)


def next_frames(page: Any) -> None:
    """Wait until what was asked for the next frame has been drawn."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def wait_until(page: Any, look: Callable[[], bool]) -> None:
    """Wait until `look`, which asks of the page what no selector can, is true."""
    for _ in range(SLOW // 20):
        if look():
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{look} has not become true")


@contextmanager
def answered(page: Any) -> Iterator[None]:
    """Wait, after what is done inside, for the server's answer to it; the page is to rest before."""
    before = page.frames_received
    yield
    wait_until(page, lambda: page.frames_received > before)
    settle(page)

"""Waiting for a page: until it rests, and until the server has answered what was done to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SLOW = 60_000

# Nothing runs, nothing is stale or still to be drawn, and no element has moved for a fifth of a second. Asked at
# every second or third frame: a question at each would itself keep the page from its work.
_RESTS = """() => {
  const app = document.querySelector("[data-testid=stApp]"), seen = window.seenAtRest ??= {};
  const idle = app?.dataset.testScriptState === "notRunning" &&
    !document.querySelector("[data-stale=true], [data-testid=stSkeleton]");
  const boxes = [...document.querySelectorAll("[data-testid=stElementContainer]")].map((each) => {
    const { x, y, width, height } = each.getBoundingClientRect();
    return [x, y, width, height];
  });
  const now = idle ? boxes.join() : "";
  if (now !== seen.now) Object.assign(seen, { now, since: performance.now() });
  return idle && performance.now() - seen.since > 200;
}"""


def settle(page: Any) -> None:
    """Wait until the server has answered and nothing on the page moves any more."""
    page.wait_for_function(_RESTS, timeout=SLOW, polling=40)


@contextmanager
def answered(page: Any) -> Iterator[None]:
    """Wait, after what is done inside, for the server's answer to it; the page is to rest before."""
    before = page.frames_received
    yield
    waited = 0
    while page.frames_received == before and waited < SLOW:
        page.wait_for_timeout(20)
        waited += 20
    settle(page)

"""Whether frames keep coming while a pointer moves over a page, and the server hears nothing of it."""

from collections.abc import Callable
from typing import Any

import numpy as np

_RECORD = """() => {
  window.gaps = [];
  let last = performance.now();
  const tick = (now) => { window.gaps.push(now - last); last = now; window.frame = requestAnimationFrame(tick); };
  window.frame = requestAnimationFrame(tick);
}"""
_STOP = "() => { cancelAnimationFrame(window.frame); return window.gaps.slice(1); }"
_TRIES = 3


def assert_smooth(page: Any, move: Callable[[], None]) -> None:
    """Fail where most frames come late or one is blocked for long while `move` is at work, or a message is sent.

    It is tried again: a busy machine may stall one try, slow code would stall every one.
    """
    before, tried = len(page.frames_sent), []
    for _ in range(_TRIES):
        page.evaluate(_RECORD)
        move()
        gaps = np.array(page.evaluate(_STOP))
        assert len(page.frames_sent) == before
        tried.append(f"median {np.median(gaps):.1f} ms, worst {gaps.max():.0f} ms")
        if np.mean(gaps < 50) > 0.8 and gaps.max() < 250:
            print(tried)
            return
    raise AssertionError(f"frames came late: {tried}")


def sweep(page: Any, selector: str) -> None:
    """Move the pointer a hundred times over an element."""
    box = page.locator(selector).bounding_box()
    height = min(box["height"], page.viewport_size["height"] - 50 - box["y"])
    for i in range(100):
        across, down = (i * 7 % 100) / 100, (i * 13 % 100) / 100
        page.mouse.move(box["x"] + 2 + across * (box["width"] - 4), box["y"] + 2 + down * (height - 4))

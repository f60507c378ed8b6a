"""The gaps between a page's frames while a pointer moves over it."""

from typing import Any

import numpy as np

RECORD_FRAMES = """() => {
  window.gaps = [];
  let last = performance.now();
  const tick = (now) => { window.gaps.push(now - last); last = now; window.frame = requestAnimationFrame(tick); };
  window.frame = requestAnimationFrame(tick);
}"""
STOP_FRAMES = "() => { cancelAnimationFrame(window.frame); return window.gaps.slice(1); }"


def sweep(page: Any, selector: str) -> list[float]:
    """Move the pointer a hundred times over an element; return the gaps between frames in milliseconds."""
    box = page.locator(selector).bounding_box()
    height = min(box["height"], 850 - box["y"])
    page.evaluate(RECORD_FRAMES)
    for i in range(100):
        across, down = (i * 7 % 100) / 100, (i * 13 % 100) / 100
        page.mouse.move(box["x"] + 2 + across * (box["width"] - 4), box["y"] + 2 + down * (height - 4))
    return list(page.evaluate(STOP_FRAMES))


def smooth(gaps: list[float]) -> bool:
    """Return whether most frames came in time and none was blocked for long."""
    return bool(np.mean(np.array(gaps) < 50) > 0.8 and max(gaps) < 250)

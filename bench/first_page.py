"""Until the first page can be used, against an empty Streamlit app.

    python bench/first_page.py [--rounds 8] [--cold 2]

Warm: the server runs, a fresh browser context opens the page, one app in turn with the other. Usable is the home page
when the three examples that are canvases have colour, the empty app when its text is there. Cold: from the start of the
server's process; a Chromium is already running.
"""

import argparse
import time
from pathlib import Path
from statistics import median
from typing import Any

import _run

# A canvas with one pixel that is not transparent has been painted.
PAINTED = """() => {
  const drawn = (canvas) => canvas.width > 0 && canvas.height > 0 &&
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0);
  const canvases = [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
    .map((host) => host.shadowRoot?.querySelector("canvas")).filter(Boolean);
  return canvases.length >= 3 && canvases.every(drawn);
}"""
CHARTS = """() => document.querySelectorAll(".js-plotly-plot .main-svg").length >= 1"""
TEXT = """() => document.querySelector('[data-testid="stText"]') !== null"""


def opened(browser: Any, url: str, usable: str) -> float:
    """Return the seconds from going to a page, in a browser that never saw it, until it is usable."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        began = time.perf_counter()
        page.goto(url, wait_until="commit")
        page.wait_for_function(usable, polling="raf", timeout=60_000)
        return time.perf_counter() - began
    finally:
        context.close()


def cold(browser: Any, script: Path, usable: str) -> float:
    """Return the seconds from starting the server until its page is usable."""
    with _run.server(script, plain=script == _run.EMPTY) as served:
        _run.wait(served)
        opened(browser, served.url, usable)
        return time.perf_counter() - served.started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--cold", type=int, default=2)
    options = parser.parse_args()
    with _run.chromium() as browser:
        with _run.server(_run.APP) as app, _run.server(_run.EMPTY, plain=True) as empty:
            _run.wait(app)
            _run.wait(empty)
            warm = _run.interleaved(
                options.rounds,
                {
                    "an empty app": lambda: opened(browser, empty.url, TEXT),
                    "the first page": lambda: opened(browser, app.url, PAINTED),
                    "the first page, its charts too": lambda: opened(browser, app.url, CHARTS),
                },
            )
        started = _run.interleaved(
            options.cold,
            {
                "an empty app, server started": lambda: cold(browser, _run.EMPTY, TEXT),
                "the first page, server started": lambda: cold(browser, _run.APP, PAINTED),
            },
            warm=0,
        )
    for taken in (warm, started):
        (base, least), (_, ours), *_ = taken.items()
        _run.table(_run.RATIO_COLUMNS, _run.ratios(taken, base))
        more = [a - b for a, b in zip(ours, least, strict=True)]
        print(f"more than {base}: median {median(more):.2f} s ({min(more):.2f} to {max(more):.2f})")


if __name__ == "__main__":
    main()

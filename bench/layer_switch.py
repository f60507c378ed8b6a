"""Another layer of the same photo, from the key press to the mosaic on the screen, against an empty page's rerun.

    python bench/layer_switch.py [--rounds 25]

In Chromium, all servers up, one press each in turn, each once all is quiet: the arrow key on the strip of layers of
EfficientNet-Lite0, Enter on the empty page's button. The empty page is served twice, with Streamlit's own settings and
with this project's. The clock runs in the browser, from the key event until the frame is painted in which the mosaic
has the new layer's name (its canvas is drawn in the same task), or the empty page its new count. Also the frames a
second while the pointer moves over the mosaic, and the websocket messages that this causes.
"""

import argparse
import time
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any

import _run

# Looked at in every frame: when the text is new, what goes with it is painted with this frame, before the next task.
TIMED = """([kind, key]) => new Promise((done, failed) => {
  const read = () => kind === "mosaic" ? window.mosaic().getAttribute("aria-label")
    : document.querySelector('[data-testid="stText"]').textContent;
  const before = read(), channel = new MessageChannel();
  addEventListener("keydown", (event) => {
    if (event.key !== key) return failed(new Error(`${event.key} was pressed, not ${key}`));
    const began = event.timeStamp;
    channel.port1.onmessage = () => done((performance.now() - began) / 1000);
    const look = () => {
      if (read() !== before) channel.port2.postMessage(null);
      else if (performance.now() - began > 20_000) failed(new Error(`${kind} did not change`));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, { once: true, capture: true });
})"""
# Components live in shadow roots.
FIND = """window.mosaic = () => {
  for (const host of document.querySelectorAll('[data-testid="stBidiComponentIsolated"]'))
    for (const frame of host.shadowRoot?.querySelectorAll(".frame") ?? [])
      if (frame.getAttribute("aria-label")?.includes("activation maps of")) return frame;
}"""
FRAMES = """() => {
  window.gaps = [];
  let last = performance.now();
  const tick = (now) => { window.gaps.push(now - last); last = now; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
}"""
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def settle(pages: Sequence[Any], servers: Sequence[_run.Server]) -> None:
    """Wait until no page is drawing and no server computing: one case's aftermath must not slow the other down."""
    for page in pages:
        page.wait_for_selector(IDLE)
    deadline, before = time.monotonic() + 20, -1.0
    while time.monotonic() < deadline and (now := sum(map(_run.processor, servers))) - before > 0.02:
        before = now
        pages[0].wait_for_timeout(300)


def press(page: Any, kind: str, key: str) -> float:
    """Press a key where the focus is; return the seconds until what it changes is painted."""
    # The clock is set before the key is pressed, and read after.
    page.evaluate(f"(what) => {{ window.timing = ({TIMED})(what); window.timing.catch(() => 0); }}", [kind, key])
    page.keyboard.press(key)
    return float(page.evaluate("() => window.timing"))


def hover(page: Any, moves: int = 300) -> tuple[list[float], int]:
    """Move the pointer over the mosaic; return the milliseconds between frames, and the messages sent meanwhile."""
    page.wait_for_selector(IDLE)
    page.evaluate("() => window.mosaic().scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(1000)
    box = page.evaluate("() => window.mosaic().getBoundingClientRect().toJSON()")
    sent: list[Any] = []
    page.sockets[-1].on("framesent", lambda frame: sent.append(frame))
    page.evaluate(FRAMES)
    for i in range(moves):
        page.mouse.move(
            box["x"] + 2 + i * 7 % 97 / 97 * (box["width"] - 4), box["y"] + 2 + i / moves * (box["height"] - 4)
        )
        page.wait_for_timeout(4)
    gaps = page.evaluate("() => window.gaps.slice(1)")
    page.wait_for_timeout(500)
    return gaps, len(sent)


def opened(browser: Any, url: str) -> Any:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.sockets, page.errors = [], []
    page.on("websocket", lambda socket: page.sockets.append(socket))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(url, timeout=120_000)
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--query", default="", help="of the screen's address, such as model=resnet18")
    options = parser.parse_args()
    with ExitStack() as stack:
        app, plain, set_up = servers = [
            stack.enter_context(_run.server(_run.APP)),
            stack.enter_context(_run.server(_run.EMPTY, plain=True)),
            stack.enter_context(_run.server(_run.EMPTY)),
        ]
        for served in servers:
            _run.wait(served)
        browser = stack.enter_context(_run.chromium())
        ours = opened(browser, f"{app.url}/activations?{options.query}")
        pages = ours, *(opened(browser, served.url) for served in (plain, set_up))
        for page in pages[1:]:
            page.get_by_role("button", name="Again").focus()
        ours.get_by_role("listbox", name="activation maps of").wait_for(timeout=120_000)
        ours.evaluate(FIND)
        ours.get_by_role("option", selected=True).filter(has=ours.locator(".kind")).focus()

        def pressed(page: Any, kind: str, key: str) -> float:
            settle(pages, servers)
            return press(page, kind, key)

        base = "an empty page's rerun"
        cases = {
            base: lambda: pressed(pages[1], "count", "Enter"),
            "the same with this project's settings": lambda: pressed(pages[2], "count", "Enter"),
            "another layer": lambda: pressed(ours, "mosaic", "ArrowRight"),
        }
        taken = _run.interleaved(options.rounds, cases, warm=3)
        _run.table(_run.RATIO_COLUMNS, _run.ratios(taken, base))
        gaps, sent = hover(ours)
        late = sum(gap > 25 for gap in gaps) / len(gaps)
        row = f"{1000 / median(gaps):.0f}", f"{_run.percentile(gaps, 0.95):.1f}", f"{late:.1%}", sent
        _run.table(("frames a second on hover", "p95 ms a frame", "frames later than 25 ms", "messages sent"), [row])
        print("errors:", [*ours.errors, *app.complaints()] or "none")


if __name__ == "__main__":
    main()

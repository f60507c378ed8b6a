"""From a key press on a slider to the new number on the screen, on `design/layer` and on an empty page with a slider.

    python bench/slider.py [--rounds 25] [--query kind=MaxPool2d]

In Chromium, all servers up, one arrow key on the slider of the stride each in turn, each once all is quiet. The empty
page is served twice, with Streamlit's own settings and with this project's. The clock runs in the browser, from the key
event until the frame is painted in which the output size, or the empty page's number, has changed. A slider is moved
back and forth, so that the number changes at every press. Last, from the key event until the whole page is quiet.
"""

import argparse
from contextlib import ExitStack
from typing import Any

import _run
from layer_switch import opened, settle

# Looked at in every frame: when the text is new, what goes with it is painted with this frame, before the next task.
TIMED = """([where, key]) => new Promise((done, failed) => {
  const read = () => document.querySelector(where)?.textContent ?? "";
  const before = read(), channel = new MessageChannel();
  addEventListener("keydown", (event) => {
    const began = event.timeStamp;
    channel.port1.onmessage = () => done((performance.now() - began) / 1000);
    const look = () => {
      if (read() !== before) channel.port2.postMessage(null);
      else if (performance.now() - began > 20_000) failed(new Error(`${where} did not change`));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, { once: true, capture: true });
})"""
OURS, PLAIN = ".st-key-numbers dl dd", '[data-testid="stText"]'


def press(page: Any, where: str, key: str) -> float:
    """Press a key where the focus is; return the seconds until what it changes is painted."""
    page.evaluate(f"(what) => {{ window.timing = ({TIMED})(what); window.timing.catch(() => 0); }}", [where, key])
    page.keyboard.press(key)
    return float(page.evaluate("() => window.timing"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--query", default="", help="of the screen's address, such as kind=MaxPool2d")
    options = parser.parse_args()
    with ExitStack() as stack:
        slider = _run.ROOT / "bench" / "apps" / "slider.py"
        app, plain, set_up = servers = [
            stack.enter_context(_run.server(_run.APP)),
            stack.enter_context(_run.server(slider, plain=True)),
            stack.enter_context(_run.server(slider)),
        ]
        for served in servers:
            _run.wait(served)
        browser = stack.enter_context(_run.chromium())
        pages = [opened(browser, f"{app.url}/layer?{options.query}")]
        pages += [opened(browser, served.url) for served in (plain, set_up)]
        for page in pages:
            page.get_by_role("slider", name="Stride").focus(timeout=120_000)
        turns = dict.fromkeys(range(len(pages)), 0)

        def moved(number: int) -> float:
            settle(pages, servers)
            turns[number] += 1
            key = "ArrowRight" if turns[number] % 2 else "ArrowLeft"
            return press(pages[number], OURS if number == 0 else PLAIN, key)

        base = "an empty page with a slider"
        cases = {
            base: lambda: moved(1),
            "the same with this project's settings": lambda: moved(2),
            "the output size of a layer": lambda: moved(0),
        }
        taken = _run.interleaved(options.rounds, cases, warm=3)
        _run.table(_run.RATIO_COLUMNS, _run.ratios(taken, base))
        print("errors:", [*(error for page in pages for error in page.errors), *app.complaints()] or "none")


if __name__ == "__main__":
    main()

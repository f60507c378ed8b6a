"""From a drag of the patch on Occlusion to its answer on the screen, against a forward pass and an empty page's rerun.

    python bench/drag.py [--rounds 25]

In Chromium, all servers up, one step each in turn, each once all is quiet: the pointer, with its button down, takes the
patch to a place where it has not been, so that the network runs. The clock runs in the browser, from the pointer's
event until the frame is painted in which the classes have their new probabilities. The empty page with a slider is that
of bench/slider.py, served with Streamlit's own settings and with this project's; the forward pass is one photo's, here,
with one thread, as a server of two cores has it.
"""

import argparse
import time
from typing import Any

import _run
import torch
from layer_switch import settle
from slider import PLAIN, beside_empty_pages, press

from cnnviz import models
from cnnviz.engine import garbage

# The table of classes is written anew with every answer, also where no digit of it changes.
TIMED = """() => new Promise((done, failed) => {
  const own = [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
    .map((host) => host.shadowRoot).find((root) => root?.querySelector("button.patch"));
  const channel = new MessageChannel();
  addEventListener("pointermove", (event) => {
    const began = event.timeStamp;
    channel.port1.onmessage = () => done((performance.now() - began) / 1000);
    const seen = new MutationObserver(() => {
      seen.disconnect();
      requestAnimationFrame(() => channel.port2.postMessage(null));
    });
    seen.observe(own.querySelector("tbody"), { childList: true });
    setTimeout(() => failed(new Error("no answer came")), 20_000);
  }, { once: true, capture: true });
})"""
STEP = 9  # pixels of the screen
SIDE = 13  # steps along a row


def dragged(page: Any, number: int) -> float:
    """Take the patch to place `number`; return the seconds until the classes have its probabilities."""
    box = page.locator(".stage .photo").bounding_box()
    row, column = divmod(number, SIDE)
    page.evaluate(f"() => {{ window.timing = ({TIMED})(); window.timing.catch(() => 0); }}")
    page.mouse.move(box["x"] + box["width"] / 4 + STEP * column, box["y"] + box["height"] / 4 + STEP * row)
    return float(page.evaluate("() => window.timing"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, batch = models.load(models.DEFAULT), torch.randn(1, 3, 224, 224)
    garbage.settle()
    with beside_empty_pages("why?part=Occlusion") as (servers, pages):
        ours = pages[0]
        patch = ours.locator("button.patch")
        patch.wait_for(timeout=120_000)
        settle(pages, servers)
        patch.hover()
        ours.mouse.down()
        turns = dict.fromkeys(range(len(pages)), 0)

        def turn(number: int) -> int:
            settle(pages, servers)
            turns[number] += 1
            return turns[number]

        def slid(number: int) -> float:
            at = turn(number)
            pages[number].locator('input[aria-label="Stride"]').first.focus()
            return press(pages[number], PLAIN, "ArrowUp" if at % 4 in (1, 2) else "ArrowDown")

        def forward() -> float:
            settle(pages, servers)
            began = time.perf_counter()
            with torch.no_grad():
                model(batch)
            return time.perf_counter() - began

        rerun, passed = "an empty page with a slider", "a forward pass"
        cases = {
            rerun: lambda: slid(1),
            "the same with this project's settings": lambda: slid(2),
            passed: forward,
            "the patch, to its answer": lambda: dragged(ours, turn(0)),
        }
        taken = _run.interleaved(options.rounds, cases, warm=3)
        ours.mouse.up()
        both = f"{passed} and {rerun}"
        taken = {both: [one + other for one, other in zip(taken[passed], taken[rerun], strict=True)], **taken}
        _run.table(_run.RATIO_COLUMNS, _run.ratios(taken, both))
        print("errors:", [*(error for page in pages for error in page.errors), *servers[0].complaints()] or "none")


if __name__ == "__main__":
    main()

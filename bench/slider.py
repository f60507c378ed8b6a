"""From a key press on a slider to the new numbers on the screen, against an empty page with a slider.

    python bench/slider.py [--screen convolution] [--slider Stride] [--query kind=Conv3d] [--words] [--rounds 25]

In Chromium, all servers up, one arrow key on the slider each in turn, each once all is quiet. The empty page is served
twice, with Streamlit's own settings and with this project's. The clock runs in the browser, from the key event until
the frame is painted in which the screen's result, or the empty page's number, has changed: the output size on
`design/layer`, the output grid with its new size on `basics/convolution` (it is drawn in the same task), the stage on
any other screen; with --words, until the run is over in which the page's words have changed, the last of them included.
"""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import _run
from layer_switch import opened, settle

# Looked at in every frame: when the text is new, what goes with it is painted with this frame, before the next task.
TIMED = """(read) => new Promise((done, failed) => {
  const before = read(), channel = new MessageChannel();
  addEventListener("keydown", (event) => {
    const began = event.timeStamp;
    channel.port1.onmessage = () => done((performance.now() - began) / 1000);
    const look = () => {
      if (read() !== before) channel.port2.postMessage(null);
      else if (performance.now() - began > 20_000) failed(new Error("nothing changed"));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, { once: true, capture: true });
})"""
# What changes with the slider, by screen.
PLAIN = """() => document.querySelector('[data-testid="stText"]')?.textContent ?? ''"""
RESULTS = {
    "layer": """() => document.querySelector('.st-key-layer-numbers dl dd')?.textContent ?? ''""",
    "convolution": """() => [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
        .map((host) => host.shadowRoot?.querySelector("[data-panel=output]")).find(Boolean).getAttribute("aria-label")
    """,
}
# Of any other screen: what the stage is called, says and draws, in components too.
STAGE = """() => {
  const stage = document.querySelector("[class*=-main-stage-]"), told = [];
  for (const each of stage?.querySelectorAll("path, [data-testid=stBidiComponentIsolated]") ?? [])
    if (!each.shadowRoot) told.push(each.getAttribute("d"));
    else told.push(each.shadowRoot.textContent,
      ...[...each.shadowRoot.querySelectorAll("[aria-label]")].map((one) => one.getAttribute("aria-label")));
  return told.join();
}"""
# All its words, once the run is over.
WORDS = """() => document.querySelector('[data-testid="stApp"]').dataset.testScriptState !== "notRunning"
    ? window.atRest
    : window.atRest = [...document.querySelectorAll('[data-testid="stMarkdownContainer"]')]
        .filter((each) => !each.closest('[data-testid="stSlider"], [data-testid="stNumberInput"]'))
        .map((each) => each.textContent).join()"""


def press(page: Any, result: str, key: str) -> float:
    """Press a key where the focus is; return the seconds until what `result` reads is painted anew."""
    page.evaluate(f"() => {{ window.timing = ({TIMED})({result}); window.timing.catch(() => 0); }}")
    page.keyboard.press(key)
    return float(page.evaluate("() => window.timing"))


@contextmanager
def beside_empty_pages(address: str) -> Iterator[tuple[list[_run.Server], list[Any]]]:
    """Give three servers and their pages: the app's, and the empty one's, plain and with our settings."""
    with ExitStack() as stack:
        slider = _run.ROOT / "bench" / "apps" / "slider.py"
        servers = [
            stack.enter_context(_run.server(_run.APP)),
            stack.enter_context(_run.server(slider, plain=True)),
            stack.enter_context(_run.server(slider)),
        ]
        for served in servers:
            _run.wait(served)
        browser = stack.enter_context(_run.chromium())
        addresses = [f"{servers[0].url}/{address}", *(served.url for served in servers[1:])]
        yield servers, [opened(browser, each) for each in addresses]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--screen", default="layer")
    parser.add_argument("--slider", default="Stride", help="what the screen's slider or number is called")
    parser.add_argument("--words", action="store_true", help="until the run is over that changes the page's words")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--query", default="", help="of the screen's address, such as kind=MaxPool2d")
    options = parser.parse_args()
    with beside_empty_pages(f"{options.screen}?{options.query}") as (servers, pages):
        names = (options.slider, "Stride", "Stride")
        controls = [page.locator(f'input[aria-label="{name}"]').first for page, name in zip(pages, names, strict=True)]
        result = WORDS if options.words else RESULTS.get(options.screen, STAGE)
        turns = dict.fromkeys(range(len(pages)), 0)

        def moved(number: int) -> float:
            settle(pages, servers)
            if not controls[number].is_visible():  # it stands in something folded
                pages[number].locator("[data-testid=stExpander] summary").first.click()
                pages[number].wait_for_timeout(500)
            controls[number].focus(timeout=120_000)
            turns[number] += 1
            # Back and forth between three strides, so that the engine's cache is no more than a person's.
            key = "ArrowUp" if turns[number] % 4 in (1, 2) else "ArrowDown"
            return press(pages[number], PLAIN if number else result, key)

        base = "an empty page with a slider"
        cases = {
            base: lambda: moved(1),
            "the same with this project's settings": lambda: moved(2),
            f"the result on {options.screen}": lambda: moved(0),
        }
        taken = _run.interleaved(options.rounds, cases, warm=3)
        _run.table(_run.RATIO_COLUMNS, _run.ratios(taken, base))
        print("errors:", [*(error for page in pages for error in page.errors), *servers[0].complaints()] or "none")


if __name__ == "__main__":
    main()

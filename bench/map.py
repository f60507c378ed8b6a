"""The map of a network: frames while it is moved and zoomed, opened whole with maps of a photo; its first picture.

    python bench/map.py [--moves 150] [--openings 5]

In Chromium, on Activations with random weights: ResNet-152 and GoogLeNet with all blocks open, dragged where the whole
network is in sight, dragged where the layers show their maps, and zoomed from the one to the other and on into all maps
of a layer. A frame's time is from one to the next; its work is what the page's own script does in it, without what the
browser does besides. Then Network with ResNet-50: from the frame in which its table is there to that in which its map
is.
"""

import argparse
from contextlib import ExitStack
from statistics import median
from typing import Any

import _run

# Turns of the wheel from a whole network of 500 layers to where these show their maps.
TO_LAYERS = 75
NETWORKS = ("resnet152", "googlenet")
COLUMNS = ("network", "what", "frames", "median ms", "p95 ms", "work median ms", "work p95 ms")
# Before the page's own scripts: what is asked for at the next frame is timed, and frames are counted while `gaps` is.
TIMED = """(() => {
  const ask = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (act) => ask((now) => {
    const began = performance.now();
    act(now);
    window.works?.push(performance.now() - began);
  });
  window.record = () => {
    Object.assign(window, { gaps: [], works: [] });
    let last = performance.now();
    const tick = (now) => {
      if (!window.gaps) return;
      window.gaps.push(now - last);
      last = now;
      ask(tick);
    };
    ask(tick);
  };
  window.stop = () => {
    const found = [window.gaps.slice(1), window.works];
    window.gaps = window.works = null;
    return found;
  };
})()"""
# Components live in shadow roots.
STAGE = """() => {
  for (const host of document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')) {
    const found = host.shadowRoot?.querySelector(".stage .map");
    if (found) return found.parentElement;
  }
}"""
FIRST = """(() => {
  const look = (now) => {
    if (document.querySelector('[data-testid="stDataFrame"] canvas')) window.table ??= now;
    for (const host of document.querySelectorAll('[data-testid="stBidiComponentIsolated"]'))
      if (host.shadowRoot?.querySelector(".stage .map")?.width > 300) window.map ??= now;
    if (!(window.table && window.map)) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""


def moved(page: Any, box: dict[str, float], moves: int) -> tuple[list[float], list[float]]:
    """Drag the map to and fro; return the milliseconds between frames, and of the script's work in each."""
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("() => window.record()")
    for turn in range(moves):
        page.mouse.move(x + 150 * (turn % 40 - 20) / 20, y + 20 * (turn % 7 - 3) / 3)
        page.wait_for_timeout(4)
    found = page.evaluate("() => window.stop()")
    page.mouse.up()
    return found[0], found[1]


def zoomed(page: Any, box: dict[str, float], moves: int) -> tuple[list[float], list[float]]:
    """Zoom in about a third of the way along the map."""
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    page.evaluate("() => window.record()")
    for _ in range(moves):
        page.mouse.wheel(0, -40)
        page.wait_for_timeout(4)
    found = page.evaluate("() => window.stop()")
    return found[0], found[1]


def frames(page: Any, url: str, network: str, moves: int) -> list[tuple[Any, ...]]:
    """Return a row for each way of moving the map of a network whose blocks are all open."""
    page.goto(f"{url}/activations?view=network&model={network}&weights=random")
    page.get_by_text("Try this").first.wait_for(timeout=180_000)
    page.wait_for_timeout(3000)
    stage = page.evaluate_handle(STAGE).as_element()
    page.get_by_role("button", name="Open all").click()
    stage.scroll_into_view_if_needed()
    stage.focus()
    page.wait_for_timeout(1000)
    box = stage.bounding_box()
    rows = [("dragged, all in sight", moved(page, box, moves)), ("zoomed in", zoomed(page, box, moves))]
    page.get_by_role("button", name="Fit", exact=True).click()
    stage.focus()
    zoomed(page, box, TO_LAYERS)
    rows.append(("dragged, maps in the layers", moved(page, box, moves)))
    return [
        (network, what, len(gaps), *(f"{part:.1f}" for each in (gaps, works) for part in _middle(each)))
        for what, (gaps, works) in rows
    ]


def _middle(values: list[float]) -> tuple[float, float]:
    return median(values), _run.percentile(values, 0.95)


def first_picture(context: Any, url: str) -> float:
    """Return the seconds from the frame with ResNet-50's table to the one with its map."""
    page = context.new_page()
    page.add_init_script(FIRST)
    page.goto(f"{url}/network?net=model:resnet50&size=3x224x224")
    page.wait_for_function("() => window.table && window.map", timeout=180_000)
    seconds = float(page.evaluate("() => (window.map - window.table) / 1000"))
    page.close()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=150)
    parser.add_argument("--openings", type=int, default=5)
    options = parser.parse_args()
    with ExitStack() as stack:
        app = stack.enter_context(_run.server(_run.APP))
        _run.wait(app)
        browser = stack.enter_context(_run.chromium())
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(TIMED)
        rows = [row for network in NETWORKS for row in frames(page, app.url, network, options.moves)]
        _run.table(COLUMNS, rows)
        page.close()
        # A browser that has the app's code, as after the first screen; the first opening brings it.
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        taken = [first_picture(context, app.url) for _ in range(options.openings + 1)][1:]
        _run.table(
            ("ResNet-50 on Network", "median s", "least s", "most s"),
            [("from its table to its map", *(f"{each:.2f}" for each in (median(taken), min(taken), max(taken))))],
        )
        print("errors:", app.complaints() or "none")


if __name__ == "__main__":
    main()

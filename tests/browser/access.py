"""Whether a page can be used by all: axe's findings, and no scrolling sideways, on a phone and on a laptop.

By day axe looks at a page as wide as it was opened, nightly at both widths.
"""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.ready import SLOW, settle
from tests.conftest import NIGHTLY

PHONE, LAPTOP = 390, 1280

# What colours alone can break. What has passed would take longer to tell than to find.
_COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
_ALL = {"resultTypes": ["violations"]}

# app.py's style comes as an element of its own, perhaps after the formulas; until then a wide one scrolls by itself.
STYLED = """() => [...document.querySelectorAll('.katex-display')]
  .every((each) => getComputedStyle(each).overflowX === 'hidden')"""

# A formula that is wider than its place is cut, for none scrolls.
_CUT = """() => [...document.querySelectorAll('.katex-display')]
  .filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent)"""

# What moves by itself while a page loads, by the sum that Chromium reports; good is below 0.1.
_SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 100);
})"""


def assert_nothing_jumps(page: Page) -> None:
    """Fail where things move by themselves while the page, which has just been opened, loads.

    A busy machine may load a style or a font late in one try; a place that is not kept is missing in every one.
    """
    tried = [page.evaluate(_SHIFTS)]
    while tried[-1] >= 0.1 and len(tried) < 3:
        page.reload()
        page.locator("h1").wait_for(timeout=SLOW)
        settle(page)
        tried.append(page.evaluate(_SHIFTS))
    assert min(tried) < 0.1, f"{page.viewport_size['width']} px: the sums of shifts were {tried}"


def assert_accessible(page: Page) -> None:
    """Fail with axe's serious and critical findings, a cut formula, and a page wider than its window, made so wide."""
    opened = PHONE if page.viewport_size["width"] < LAPTOP else LAPTOP
    for width in (PHONE, LAPTOP):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        page.wait_for_function(STYLED)
        if NIGHTLY or width == opened:
            _assert_no_faults(page, f"{width} px", _ALL)
        assert not (cut := page.evaluate(_CUT)), (width, cut)
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0, width


def assert_readable(page: Page, where: str) -> None:
    """Fail with what axe finds serious or critical of the page's colours as they are now."""
    _assert_no_faults(page, where, _COLOURS)


def _assert_no_faults(page: Page, where: str, options: dict[str, Any]) -> None:
    violations = [
        f"{where}: {each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}"
        for each in Axe().run(page, options=options).response["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    assert not violations, "\n".join(violations)

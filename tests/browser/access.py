"""Whether a page can be used by all: axe's findings, and no scrolling sideways, on a phone and on a laptop."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.ready import settle

PHONE, LAPTOP = 390, 1280

# app.py's style comes as an element of its own, perhaps after the formulas; until then a wide one scrolls by itself.
STYLED = """() => [...document.querySelectorAll('.katex-display')]
  .every((each) => getComputedStyle(each).overflowX === 'hidden')"""


def assert_accessible(page: Page) -> None:
    """Fail with axe's serious and critical findings, and for a page wider than its window, which is made so wide."""
    for width in (PHONE, LAPTOP):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        page.wait_for_function(STYLED)
        violations = [
            f"{width} px: {each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}"
            for each in Axe().run(page).response["violations"]
            if each["impact"] in ("serious", "critical")
        ]
        assert not violations, "\n".join(violations)
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0, width

"""Whether a page can be used by all: axe's findings, and no scrolling sideways."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# app.py's style comes as an element of its own, perhaps after the formulas; until then a wide one scrolls by itself.
STYLED = """() => [...document.querySelectorAll('.katex-display')]
  .every((each) => getComputedStyle(each).overflowX === 'hidden')"""


def assert_accessible(page: Page) -> None:
    """Fail with axe's serious and critical findings, and for a page that is wider than its window."""
    page.wait_for_function(STYLED)
    violations = [
        f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}"
        for each in Axe().run(page).response["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    assert not violations, "\n".join(violations)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0

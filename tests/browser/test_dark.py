"""Light and dark: who asks for dark gets it, at once and when the choice changes, and can read everything."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.access import assert_readable
from tests.browser.ready import SLOW, settle, wait_until


# Every screen becomes dark in test_screens.py; these are opened in the dark: a component, figures and a table.
@pytest.mark.parametrize("screen", ["convolution", "network"])
def test_a_dark_page_can_be_read(serve: Any, visit: Any, screen: str) -> None:
    page = visit(f"{serve('app.py')}/{screen}", color_scheme="dark")
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=SLOW)
    settle(page)
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(15, 20, 27)")
    assert_readable(page, "dark")


def drawn(page: Any, selector: str) -> np.ndarray:
    """Return the mean colour of what a canvas shows, 0 to 1, where anything is drawn."""
    script = """canvas => {
      const { width, height } = canvas, sum = [0, 0, 0, 0];
      canvas.getContext("2d").getImageData(0, 0, width, height).data.forEach((byte, i) => { sum[i % 4] += byte; });
      return sum;
    }"""
    *colour, opacity = page.locator(selector).evaluate(script)
    return np.array(colour) / opacity


def wait_for_other_than(page: Any, selector: str, before: np.ndarray) -> None:
    wait_until(page, lambda: np.abs(drawn(page, selector) - before).max() > 0.2)


def test_components_and_figures_follow_the_choice(serve: Any, visit: Any) -> None:
    page = visit(serve("tests/browser/apps/theme_app.py"), color_scheme="light")
    expect(page.locator(".sum")).to_be_visible(timeout=SLOW)
    title = page.locator(".js-plotly-plot .xtitle").last
    for scheme, shade, ink in (
        ("dark", "rgb(15, 20, 27)", "rgb(232, 237, 243)"),
        ("light", "rgb(255, 255, 255)", "rgb(13, 17, 23)"),
    ):
        settle(page)
        before = drawn(page, "canvas.base")
        page.emulate_media(color_scheme=scheme)
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", shade)
        expect(title).to_have_css("fill", ink, timeout=SLOW)
        wait_for_other_than(page, "canvas.base", before)

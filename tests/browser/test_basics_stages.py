"""The stages of the basics on the first screenful of a projector: what answers the pointer, and its result."""

import pytest
from playwright.sync_api import expect

from tests.browser.ready import SLOW, settle


@pytest.mark.parametrize(("screen", "last"), [
    ("convolution", ".sum"),
    ("pooling", ".sum"),
    ("pooling?size=16&kernel_size=4&stride=4&shift=3", ".sum"),
    ("connectivity", ".sum"),
    ("normalization", ".sum"),
])  # fmt: skip
def test_the_picture_and_its_result_are_on_the_first_screenful(serve, visit, screen, last):
    page = visit(f"{serve('app.py')}/{screen}", width=1280, height=800)
    expect(page.locator(".sum")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
    settle(page)
    box = page.locator(last).bounding_box()
    assert box["y"] + box["height"] <= 800
    assert page.get_by_test_id("stButtonGroup").first.bounding_box()["y"] < 200

"""A cell's editor on a phone: a keyboard with a minus, and letters large enough that Safari doesn't zoom in."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.ready import SLOW, settle


def test_a_weight_is_made_negative_on_a_phone(serve: Any, visit: Any) -> None:
    phone = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2}
    page = visit(f"{serve('app.py')}/convolution", width=390, height=844, **phone)
    expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
    settle(page)
    kernel = page.locator("[data-panel=kernel]")
    kernel.scroll_into_view_if_needed()
    box = kernel.bounding_box()
    page.touchscreen.tap(box["x"] + 15, box["y"] + 15)
    page.get_by_role("button", name="Change value").tap()
    editor = page.locator(".edit")
    expect(editor).to_be_focused()
    # iOS offers a minus on the keyboard of text alone, not on those of "decimal" and "numeric".
    assert editor.get_attribute("inputmode") in (None, "text")
    assert float(editor.evaluate("field => parseFloat(getComputedStyle(field).fontSize)")) >= 16
    editor.fill("-0.5")
    editor.press("Enter")
    expect(page).to_have_url(re.compile(r"edited_kernel=0(:|%3A)-0\.5"), timeout=SLOW)

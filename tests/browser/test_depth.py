"""The screen on depth in a real Chromium: a channel that is pointed at is the same in F(x), x and their sum."""

import re

from playwright.sync_api import expect

from tests.browser.access import PHONE, assert_accessible, assert_nothing_jumps
from tests.browser.ready import SLOW, answered, settle


def test_a_channel_picked_in_one_mosaic_is_the_one_of_all_three(serve, visit):
    page = visit(f"{serve('app.py')}/depth?part=Block&block=blocks.5.3", width=PHONE, height=900)
    expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
    settle(page)
    assert_nothing_jumps(page)
    assert_accessible(page)
    expect(page.locator(".legend .low").first).to_have_text(re.compile(r"−\d"))
    mosaic = page.get_by_role("listbox", name="Maps of x")
    box = mosaic.bounding_box()
    with answered(page):
        page.mouse.click(box["x"] + 3 * box["width"] / 4, box["y"] + box["height"] / 4)
    expect(page).to_have_url(re.compile(r"channel=\d+"), timeout=SLOW)
    channel = re.search(r"channel=(\d+)", page.url)[1]
    expect(page.get_by_role("heading", name=f"Channel {channel},")).to_be_visible(timeout=SLOW)
    for name in ("Maps of F(x)", "Maps of x", "Maps of the sum"):
        option = page.get_by_role("listbox", name=name).locator("[role=option]")
        expect(option).to_have_attribute("aria-selected", "true", timeout=SLOW)

"""The gallery in a real Chromium: a bar that is clicked is the entry that is told of, and its network opens."""

import re

from playwright.sync_api import expect

from tests.browser.ready import SLOW, answered, settle


def test_a_clicked_bar_tells_of_its_entry_and_leads_to_its_network(serve, visit):
    page = visit(f"{serve('app.py')}/architectures", width=1280, height=900)
    expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
    settle(page)
    with answered(page):
        page.locator(".js-plotly-plot .point path").nth(6).click(force=True)
    expect(page).to_have_url(re.compile("entry=resnet"), timeout=SLOW)
    expect(page.get_by_role("heading", name="2015 · ResNet: 3.57%")).to_be_visible(timeout=SLOW)
    page.get_by_role("link", name="ResNet-152 in the calculator").click()
    expect(page).to_have_url(re.compile("/network.*Bottleneck"), timeout=SLOW)

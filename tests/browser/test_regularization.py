"""The screen on regularisation in a real Chromium: masks fall without a message, and their mean nears the exact one."""

import re

import pytest
from playwright.sync_api import expect

from cnnviz.probes.dropout import draw_network, subnetworks
from tests.browser.access import PHONE, assert_accessible
from tests.browser.ready import SLOW, answered, settle
from tests.ui.written import number

LINK = "part=Dropout&first=3&second=2&keep=0.8&seed=8"


def legend(page) -> list[float]:
    return [number(each) for each in page.locator(".lines span").all_inner_texts() if each != "–"]


def test_masks_fall_without_a_message_and_a_unit_can_be_dropped(serve, visit):
    page = visit(f"{serve('app.py')}/regularization?{LINK}", width=PHONE)
    expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
    settle(page)
    found = subnetworks(draw_network((3, 2), seed=8), "relu", keep=0.8)
    assert legend(page) == pytest.approx([found.mean, found.scaled, found.outputs[31]], abs=6e-4)
    assert_accessible(page)
    page.get_by_role("slider", name="Masks a second").fill("60")
    play, before = page.locator(".play"), page.frames_received
    play.click()
    expect(page.get_by_text(re.compile(r"masks that fell \([1-9]\d\d\)"))).to_be_visible(timeout=SLOW)
    assert page.frames_received == before
    with answered(page):
        play.click()
    fallen = int(re.search(r"fell \(([\d,]+)\)", page.locator(".lines").inner_text())[1].replace(",", ""))
    assert legend(page)[2] == pytest.approx(found.mean, abs=5 * found.deviation / fallen**0.5)
    with answered(page):
        page.locator(".all").click()
    with answered(page):
        page.get_by_role("button", name="Unit 2 is kept").press("Enter")
    expect(page).to_have_url(re.compile("at=29"))
    assert legend(page)[3] == pytest.approx(found.outputs[29], abs=6e-4)
    expect(page.get_by_role("button", name="Unit 2 is kept")).to_have_attribute("aria-pressed", "false")

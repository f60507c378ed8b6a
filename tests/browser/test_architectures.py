"""The gallery in a real Chromium: what is clicked and pointed at is told of, and networks open."""

import re

from playwright.sync_api import expect

from cnnviz.design.comparisons import COMPARISONS
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


def test_at_every_pixel_that_the_keys_reach_the_convolution_is_the_linear_layer(serve, visit):
    page = visit(f"{serve('app.py')}/architectures?part=Pixels", width=1280, height=900)
    expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
    settle(page)
    grid, gap = page.get_by_role("grid", name="Output 0 of the 1×1 convolution"), page.locator("[data-difference]")
    grid.focus()
    values = set()
    for pressed in ("ArrowLeft", "ArrowDown", "Home", "PageUp"):
        grid.press(pressed)
        values.add(page.locator(".convolved").inner_text())
        assert float(gap.get_attribute("data-difference")) <= 1e-6
    assert len(values) == 4
    expect(page.locator(".readout").last).to_contain_text("row 0, column 0")
    with answered(page):
        grid.press("Enter")
    expect(page).to_have_url(re.compile("row=0&column=0|column=0&row=0"), timeout=SLOW)


def test_each_way_of_a_comparison_has_a_map_of_its_own_layers(serve, visit):
    page = visit(f"{serve('app.py')}/architectures?part=Why&comparison=shortcut&channels=8&side=8")
    expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
    settle(page)
    maps = page.locator(".small .stage")
    ways = COMPARISONS["shortcut"].ways(8, 8)
    expect(maps).to_have_count(len(ways))
    for at, way in enumerate(ways):
        layers = len(way.totals.leaves)
        expect(page.locator(".small .readout").nth(at)).to_contain_text(f"Layers: {layers}, ")
        stage = maps.nth(at)
        stage.focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowDown")
        expect(page.locator(".small .readout").nth(at)).to_contain_text(way.totals.leaves[0].kind)
    boxes = [maps.nth(at).bounding_box() for at in range(len(ways))]
    assert len({box["y"] for box in boxes}) == 1

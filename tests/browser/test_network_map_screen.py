"""The map on the screen Network in a real browser: from a layer to its row and back, by key alone."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.ready import SLOW, settle

LINK = f"net={quote('Conv 8 3 p1, Add [Conv 8 3 p1 | ], ReLU')}&size=3x16x16"


@pytest.fixture
def screen(serve, visit):
    page = visit(f"{serve('app.py')}/network?{LINK}")
    expect(page.locator(".stage .map")).to_be_attached(timeout=SLOW)
    settle(page)
    return page


def test_a_layer_leads_to_its_row_and_a_row_to_its_layer(screen):
    stage, readout = screen.locator(".stage"), screen.locator(".foot .readout")
    stage.focus()
    screen.keyboard.press("Home")
    expect(readout).to_contain_text("input, input")
    # The flow goes down where the window is no wide one.
    for told in ("conv1, Conv2d", "add1.branch1.conv1, Conv2d", "add1.add, add"):
        screen.keyboard.press("ArrowDown")
        expect(readout).to_contain_text(told)
    expect(readout).to_contain_text("reads conv1, add1.branch1.conv1 · gives 8×16×16")
    screen.keyboard.press("Enter")
    expect(screen).to_have_url(re.compile("row=2"), timeout=SLOW)
    settle(screen)
    expect(screen.get_by_test_id("stDataFrame").first.locator("#glide-cell-0-1")).to_have_text("▸ 2", timeout=SLOW)
    # Closed and opened in the browser alone.
    sent = len(screen.frames_sent)
    stage.focus()
    screen.keyboard.press("Escape")
    expect(readout).to_contain_text("add1, Add: 2 layers")
    screen.keyboard.press("Enter")
    expect(readout).to_contain_text("Enter opens it")
    screen.keyboard.press("Enter")
    expect(readout).to_contain_text("Enter closes it")
    assert len(screen.frames_sent) == sent
    row = screen.get_by_label("Row", exact=True)
    row.fill("3")
    row.press("Enter")
    expect(readout).to_contain_text("relu1, ReLU", timeout=SLOW)
    with screen.expect_download() as saved:
        screen.get_by_role("button", name="Save as SVG").click()
    picture = saved.value.path().read_text(encoding="utf-8")
    assert picture.startswith("<svg")
    assert all(f">{kind}</text>" in picture for kind in ("Conv2d", "add", "ReLU", "input", "output"))


def test_the_numbers_follow_a_change_that_keeps_all_sizes(screen):
    readout = screen.locator(".foot .readout")
    expect(readout).to_contain_text("Layers: 4, blocks: 1.")
    screen.locator(".stage").focus()
    screen.keyboard.press("Home")
    screen.keyboard.press("ArrowDown")
    # 8 filters of 3x3x3 with a bias, then of 5x5x3 with one.
    expect(readout).to_contain_text("224 parameters")
    screen.get_by_text("typed line", exact=True).first.click()
    line = screen.get_by_label("The network as one line")
    line.fill("Conv 8 5 p2, Add [Conv 8 3 p1 | ], ReLU")
    line.press("Enter")
    expect(readout).to_contain_text("608 parameters", timeout=SLOW)
    expect(readout).to_contain_text("a unit sees 5 px")


def test_a_whole_network_is_readable_at_once_beside_its_table(serve, visit):
    page = visit(f"{serve('app.py')}/network")
    expect(page.locator(".foot .readout")).to_contain_text("Layers: 23", timeout=SLOW)
    settle(page)
    # The small map shows which part is in sight, where that is not all.
    expect(page.locator(".stage .mini")).to_be_hidden()


def test_a_map_that_nobody_has_moved_stays_in_the_middle_of_a_narrower_window(serve, visit):
    page = visit(f"{serve('app.py')}/architectures?part=Networks", width=1280, height=844)
    stage, canvas = page.locator(".stage:has(.mini)"), page.locator(".stage .map")
    expect(page.locator(".foot .readout")).to_contain_text("Layers:", timeout=SLOW)
    settle(page)
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    assert box["width"] < 390
    # The flow goes down: layers stand one below the other, all about the middle.
    found = set()
    for step in range(1, 20):
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * step / 20)
        found.add(canvas.get_attribute("data-hover"))
    assert {"conv1", "pool1", "conv2"} <= found

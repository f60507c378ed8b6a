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


def hovered(page):
    return page.locator(".stage .map").evaluate("(canvas) => canvas.dataset.hover ?? ''")


def test_the_wheel_leads_from_a_closed_block_to_the_layers_in_it_and_asks_nothing(serve, visit):
    page = visit(f"{serve('app.py')}/network?net=model:resnet50&size=3x64x64")
    stage = page.locator(".stage")
    expect(page.locator(".stage .map")).to_be_attached(timeout=SLOW)
    settle(page)
    page.get_by_role("button", name="Close all").click()
    stage.click(position={"x": 4, "y": 4})
    sent, box = len(page.frames_sent), stage.bounding_box()
    middle = box["x"] + box["width"] / 2
    # A block in the middle of the flow, wherever it stands.
    places = []
    for at in range(10, int(box["height"]), 4):
        page.mouse.move(middle, box["y"] + at)
        if hovered(page) == "layer2":
            places.append(at)
    down, seen = places[len(places) // 2], []
    page.mouse.move(middle, box["y"] + down)
    for _ in range(40):
        page.mouse.wheel(0, -200)
        page.wait_for_timeout(60)
        page.mouse.move(middle + len(seen) % 2, box["y"] + down)
        if not seen or hovered(page) != seen[-1]:
            seen.append(hovered(page))
    # From the stage to a block of it, and from that to what is inside.
    assert "layer2" in seen
    assert any(re.fullmatch(r"layer2\.\d", name) for name in seen), seen
    # All the way out the map is half as large as the window at the least.
    for _ in range(60):
        page.mouse.wheel(0, 200)
    page.wait_for_timeout(200)
    page.mouse.move(middle, box["y"] + box["height"] / 2)
    assert hovered(page)
    assert len(page.frames_sent) == sent


def test_a_layer_that_was_looked_for_is_whole_in_the_window_however_near_one_was(screen):
    find = screen.get_by_label("Find a layer, Enter goes to it")
    for _ in range(12):
        screen.get_by_role("button", name="Zoom in").click()
    find.fill("ReLU")
    find.press("Enter")
    expect(screen.locator(".foot .readout")).to_contain_text("relu1, ReLU")
    screen.wait_for_timeout(200)
    box = screen.locator(".stage").bounding_box()

    def ends(way):
        """Return how far from the middle the layer is left, at most."""
        for far in range(0, 1000, 6):
            x, y = box["x"] + box["width"] / 2 + way[0] * far, box["y"] + box["height"] / 2 + way[1] * far
            screen.mouse.move(x, y)
            if hovered(screen) != "relu1":
                return far
        return 1000

    assert 0 < ends((0, 1)) < box["height"] / 2
    assert 0 < ends((0, -1)) < box["height"] / 2

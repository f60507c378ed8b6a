"""The receptive field's screen in a real browser: boxes where the numbers say, and hovering that sends nothing."""

import re

import pytest
from playwright.sync_api import expect

from cnnviz import analyze, models
from tests.browser.access import assert_accessible
from tests.browser.frames import assert_smooth, sweep
from tests.browser.ready import SLOW, settle

LINK = "receptive_field?model=alexnet-tiny&over=this+picture&layer=conv4"
SIDE = 8  # of conv4's maps


@pytest.fixture
def page(serve, revisit):
    """Return the screen once all of it is there; the tests that take it tell Python nothing."""
    return ready(revisit(f"{serve('app.py')}/{LINK}", height=2400))


def ready(page):
    expect(page.get_by_text("Try this").first).to_be_visible(timeout=SLOW)
    expect(page.locator(".layer .map canvas")).to_be_visible(timeout=SLOW)
    settle(page)
    return page


@pytest.fixture(scope="module")
def field():
    network = models.load("alexnet-tiny", random_seed=0)
    return {layer.name: layer for layer in analyze(network, (1, 3, 64, 64)).layers}["conv4"].receptive_field


def point(page, selector: str, down: float, across: float) -> None:
    """Point at a place of an element."""
    box = page.locator(selector).bounding_box()
    page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])


def box_in(page, stage: str, height: int) -> tuple[float, float, float, float]:
    """Return where the box lies in a stage, in the pixels of its picture of so many rows: top, left, bottom, right."""
    picture = page.locator(f"{stage} .picture").bounding_box()
    box = page.locator(f"{stage} .box").bounding_box()
    scale, edge = picture["height"] / height, 3
    top, left = (box["y"] + edge - picture["y"]) / scale, (box["x"] + edge - picture["x"]) / scale
    return top, left, top + (box["height"] - 2 * edge) / scale, left + (box["width"] - 2 * edge) / scale


@pytest.mark.parametrize("unit", [(0, 0), (3, 6), (7, 7)])
def test_both_boxes_are_exact(page, field, unit):
    row, column = unit
    point(page, ".layer .map canvas", (row + 0.5) / SIDE, (column + 0.5) / SIDE)
    assert box_in(page, ".input", 64) == pytest.approx(field.box(*unit), abs=0.4)
    # A 3×3 kernel with padding 1.
    assert box_in(page, ".before", 8) == pytest.approx((row - 1, column - 1, row + 2, column + 2), abs=0.1)
    top, left, bottom, right = field.box(*unit)
    readout = page.locator(".three + .foot .readout").inner_text()
    assert f"row {row} · column {column} · " in readout
    where = f"rows {top} to {bottom - 1}, columns {left} to {right - 1}"
    assert f"input: {where} ({bottom - top} × {right - left})" in readout
    assert "% of it padding" in readout


def test_pointing_at_the_input_finds_the_unit_that_looks_there(page, field):
    point(page, ".input .picture", 0.5, 0.25)
    row, column = map(
        int, re.match(r"row (\d+) · column (\d+)", page.locator(".three + .foot .readout").inner_text()).groups()
    )
    middle = [(field.box(0, place)[1] + field.box(0, place)[3]) / 2 for place in range(SIDE)]
    assert abs(middle[column] - 16) == min(abs(each - 16) for each in middle)
    assert abs(middle[row] - 32) == min(abs(each - 32) for each in middle)


@pytest.mark.alone
def test_hovering_sends_nothing_and_keeps_up(page):
    before = len(page.frames_sent)
    spent = page.evaluate("""() => {
      const deep = (root, selector) => { for (const node of root.querySelectorAll("*")) {
        if (node.matches(selector)) return node;
        const found = node.shadowRoot && deep(node.shadowRoot, selector);
        if (found) return found; } };
      const run = (element) => { const box = element.getBoundingClientRect(), times = [];
        for (let i = 0; i < 200; i++) {
          const start = performance.now();
          const x = box.left + (i * 37 % 100) / 100 * box.width, y = box.top + (i * 53 % 100) / 100 * box.height;
          const where = { bubbles: true, composed: true, clientX: x, clientY: y };
          element.dispatchEvent(new PointerEvent("pointermove", where));
          element.getBoundingClientRect(); // the layout that the move asks for is a part of its price
          times.push(performance.now() - start);
        }
        element.dispatchEvent(new PointerEvent("pointerleave", { composed: true }));
        return times.sort((a, b) => a - b)[100]; };
      return [".layer .map", ".input .stage", ".rows"].map((each) => run(deep(document, each)));
    }""")
    print("a move over map, input, dots:", [round(each, 2) for each in spent], "ms")
    assert max(spent) < 8  # half of a frame
    page.wait_for_timeout(200)
    assert len(page.frames_sent) == before


@pytest.mark.alone
def test_frames_keep_coming_while_the_pointer_moves(page):
    assert_smooth(page, lambda: sweep(page, ".layer .map canvas"))


def test_a_click_and_the_keyboard_keep_a_unit(serve, visit, field):
    page = ready(visit(f"{serve('app.py')}/{LINK}", height=2400))
    point(page, ".layer .map canvas", 2.5 / SIDE, 5.5 / SIDE)
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_label("Row", exact=True)).to_have_value("2", timeout=SLOW)
    expect(page.get_by_label("Column", exact=True)).to_have_value("5", timeout=SLOW)
    expect(page).to_have_url(re.compile(r"row=2&column=5|column=5.*row=2"))
    for key in ("ArrowDown", "ArrowLeft", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_label("Row", exact=True)).to_have_value("3", timeout=SLOW)
    expect(page.get_by_label("Column", exact=True)).to_have_value("3", timeout=SLOW)
    top, left, bottom, right = field.box(3, 3)
    sees = f"The unit at row 3, column 3 sees rows {top} to {bottom - 1} and columns {left} to {right - 1}"
    expect(page.get_by_text(sees)).to_be_visible(timeout=SLOW)


def test_a_layer_that_is_picked_on_the_map_is_the_screens(serve, visit, field):
    page = ready(visit(f"{serve('app.py')}/{LINK}", height=2400))
    box = page.locator(".root:has(.measure)")
    expect(box.locator(".measure")).to_have_value("3", timeout=SLOW)
    expect(box.locator(".readout")).to_contain_text(f"a unit sees {field.size[0]} px")
    expect(box.locator(".low")).to_have_text("11 px")
    page.locator(".stage:has(.mini)").focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile("layer=relu1"), timeout=SLOW)
    expect(page.get_by_label("Layer", exact=True)).to_have_value("relu1", timeout=SLOW)
    expect(box.locator(".readout")).to_contain_text("relu1, ReLU")


def test_dots_light_up_by_pointer_and_by_key(page):
    readout = page.locator(".rows + .foot .readout")
    expect(readout).to_have_text("layer 4, unit 1 · reads 3 of the layer before · sees inputs 1 to 9, a field of 9")
    before = len(page.frames_sent)
    page.locator(".rows").focus()
    page.keyboard.press("ArrowDown")
    expect(readout).to_contain_text("sees inputs 2 to 8, a field of 7")
    expect(readout).to_contain_text("reaches 3 of layer 4")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(readout).to_contain_text("input, unit 5 · reaches 3 of layer 1")
    page.keyboard.press("Home")
    expect(readout).to_have_text("input, unit 0 · reaches 1 of layer 1 · reaches 1 of layer 2 · reaches 1 of layer 3 · reaches 1 of layer 4")  # fmt: skip # noqa: E501
    assert page.locator(".dot").get_attribute("aria-label").startswith("input, unit 0")
    point(page, ".rows canvas", 0.06, 0.01)
    expect(readout).to_contain_text("layer 4, unit 0")
    assert len(page.frames_sent) == before


def test_dilated_taps_and_the_networks_own_dots_are_accessible(serve, visit):
    design = "design:1x28x28: Conv 6 5 p2, ReLU, MaxPool 2, Conv 8 3 d2"
    link = f"receptive_field?model={design}&layer=conv2&over=noise&dots=this+network"
    page = visit(f"{serve('app.py')}/{link}", width=390)
    expect(page.get_by_text("Try this").first).to_be_visible(timeout=SLOW)
    expect(page.locator(".rows + .foot .readout")).to_contain_text("conv2, unit 4 · reads 3", timeout=SLOW)
    expect(page.locator(".rows + .foot .readout")).to_contain_text("a field of 14")
    taps = page.locator(".before .taps").evaluate("(canvas) => canvas.width")
    assert taps > 0
    assert_accessible(page)

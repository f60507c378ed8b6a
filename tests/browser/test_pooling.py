"""The screen on pooling in a real Chromium: what is pointed at, against torch's numbers."""

import re

import pytest
import torch
from playwright.sync_api import expect
from torch.nn import functional

from cnnviz.images.small_inputs import input_values
from cnnviz.ui.pooling.state import PRESETS, WORDS
from tests.browser.frames import assert_smooth, sweep
from tests.browser.ready import SLOW, answered, settle
from tests.conftest import some

YELLOW = (255, 212, 0)


@pytest.fixture
def open_at(serve, visit):
    """Return a function (query) -> Page on which the grids are drawn."""
    return lambda query="": ready(visit(f"{serve('app.py')}/pooling?{query}", height=1000))


def ready(page):
    expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
    expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
    settle(page)
    return page


def cell(page, panel: str, row: int, column: int, size: tuple[int, int]) -> tuple[float, float]:
    box = page.locator(f"[data-panel={panel}]").bounding_box()
    return box["x"] + (column + 0.5) * box["width"] / size[1], box["y"] + (row + 0.5) * box["height"] / size[0]


def told(page) -> list[str]:
    return page.locator(".sum > div").all_inner_texts()


def wears_a_corner(page, row: int, column: int, size: tuple[int, int]) -> bool:
    """Return whether a cell of the input has a yellow corner at its top right."""
    box = page.locator("[data-panel=input]").bounding_box()
    side = box["width"] / size[1]
    point = [box["x"] + (column + 1) * side - 4, box["y"] + row * side + 4]
    script = """(canvas, [x, y]) => {
      const box = canvas.getBoundingClientRect(), scale = canvas.width / box.width;
      return [...canvas.getContext("2d").getImageData((x - box.left) * scale, (y - box.top) * scale, 1, 1).data]; }"""
    pixel = page.locator(".stage .base").evaluate(script, point)
    return max(abs(a - b) for a, b in zip(pixel[:3], YELLOW, strict=True)) < 12


def test_winners_wear_a_corner_and_a_hover_tells_the_maximum(open_at):
    page = open_at("input=random&size=6")
    image = input_values("random", 1, 6, 2, None)[0]
    best, where = functional.max_pool2d(torch.tensor(image)[None, None], 2, return_indices=True)
    winners = set(where.flatten().tolist())
    for place in range(36):
        assert wears_a_corner(page, place // 6, place % 6, (6, 6)) == (place in winners), place
    before = len(page.frames_sent)
    page.mouse.move(*cell(page, "output", 1, 2, (3, 3)))
    title, written = told(page)
    assert title == f"Output · row 1 · column 2: {best[0, 0, 1, 2]:g}"
    window = ", ".join(f"{value:g}" for value in image[2:4, 4:6].flatten())
    assert written == f"max({window}) = {best[0, 0, 1, 2]:g}"
    assert len(page.frames_sent) == before


def test_a_changed_value_moves_the_corner_at_once_and_torch_agrees(open_at):
    page = open_at("input=random&size=6")
    image = input_values("random", 1, 6, 2, None)[0]
    loser = next(place for place in (0, 1, 6, 7) if image[place // 6, place % 6] < image[:2, :2].max())
    page.mouse.dblclick(*cell(page, "input", loser // 6, loser % 6, (6, 6)))
    page.keyboard.type("50")
    page.keyboard.press("Enter")
    assert wears_a_corner(page, loser // 6, loser % 6, (6, 6))
    expect(page).to_have_url(re.compile(rf"edited_input={loser}(:|%3A)50"), timeout=SLOW)
    expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
    page.mouse.move(*cell(page, "output", 0, 0, (3, 3)))
    assert told(page)[0].endswith(": 50")


def test_padding_of_a_maximum_is_minus_infinity(open_at):
    page = open_at("kernel_size=3&padding=1&size=6&input=random")
    page.mouse.move(*cell(page, "input", 0, 0, (8, 8)))
    assert told(page)[0] == "Input · padding: −∞"
    page.mouse.move(*cell(page, "output", 0, 0, (3, 3)))
    assert "∞" not in told(page)[1]


def test_the_browser_pools_as_torch_does_in_every_preset(open_at):
    page = open_at()
    pills = page.get_by_test_id("stButtonGroup").first
    for name in some([*PRESETS][1:]):
        with answered(page):
            pills.get_by_text(WORDS.label(f"preset.{name}"), exact=True).click()
        expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
        assert float(page.locator(".check").get_attribute("data-difference")) < 1e-5, name


@pytest.mark.parametrize("query", some([
    "operation=LP&norm_type=3&kernel_size=3&stride=2&ceil_mode=true&size=8",
    "operation=average&kernel_size=5&padding=2&stride=3&ceil_mode=true&count_include_pad=false",
    "operation=average&kernel_size=4&padding=2&stride=3&ceil_mode=true&channels=3",
    # Here a window reads padding alone, and the greatest of nothing is minus infinity.
    "dilation=2&kernel_size=2&padding=1&stride=1&size=1&input=random",
    "operation=adaptive average&output_size=5&size=13",
    "dilation=3&kernel_size=3&padding=1&stride=1&ceil_mode=true",
    "operation=adaptive max&output_size=8&size=5&channels=2",
]))  # fmt: skip
def test_the_browser_pools_as_torch_does(open_at, query):
    page = open_at(query)
    assert float(page.locator(".check").get_attribute("data-difference")) < 1e-5
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


@pytest.mark.alone
def test_hovering_keeps_the_frame_rate_and_sends_nothing(open_at):
    page = open_at("size=16&channels=2")
    assert_smooth(page, lambda: sweep(page, ".stage"))

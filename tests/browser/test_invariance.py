"""The part "Move it" of the screen on invariance in a real Chromium: the film, and what it asks of the server."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnviz.images import sheet
from tests.browser.frames import assert_smooth, sweep
from tests.browser.ready import SLOW, settle

PIXELS = """canvas => [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]"""


@pytest.fixture
def open_at(serve, visit):
    """Return a function (query, width=1280) -> Page on which the film is drawn."""

    def go(query: str = "", *, width: int = 1280):
        page = visit(f"{serve('app.py')}/invariance?{query}", width=width, height=1000)
        expect(page.get_by_text("Try this").first).to_be_visible(timeout=SLOW)
        expect(page.locator(".tools + .readout")).to_contain_text("The network predicts", timeout=SLOW)
        settle(page)
        return page

    return go


def drawn(page, row: str, column: int = 0) -> np.ndarray:
    canvas = page.locator(f".row.{row} canvas").nth(column)
    height, width = canvas.evaluate("canvas => [canvas.height, canvas.width]")
    return np.array(canvas.evaluate(PIXELS)).reshape(height, width, 4)[..., :3]


def test_the_film_shows_the_digit_and_the_digit_turned(open_at):
    page = open_at("rotation=90")
    digit = sheet("digits")[60]
    np.testing.assert_allclose(drawn(page, "first")[..., 0], digit, atol=1)
    np.testing.assert_allclose(drawn(page, "second")[..., 0], np.rot90(digit), atol=2)
    expect(page.locator(".row.first canvas")).to_have_count(4)


def test_the_slider_moves_picture_maps_and_answers_and_only_letting_go_is_told(open_at):
    page = open_at("rotation=0")
    slider = page.locator(".tools input")
    slider.scroll_into_view_if_needed()
    still = [drawn(page, "second", column) for column in range(4)]
    page.wait_for_timeout(500)
    before = len(page.frames_sent)
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    for step in range(20):
        page.mouse.move(box["x"] + box["width"] * (0.5 + 0.024 * step), middle)
    page.mouse.move(box["x"] + box["width"] - 2, middle)
    expect(page.locator(".tools + .readout")).to_contain_text(
        "Rotated counter-clockwise, degrees: 180. The network predicts 9"
    )
    assert all((drawn(page, "second", column) != still[column]).any() for column in range(4))
    np.testing.assert_array_equal(drawn(page, "first"), still[0])
    assert len(page.frames_sent) == before
    page.mouse.up()
    expect(page.get_by_role("spinbutton", name="Rotated counter-clockwise, degrees")).to_have_value("180", timeout=SLOW)
    # The default is left out of the link.
    expect(page).not_to_have_url(re.compile("rotation=0"), timeout=SLOW)
    expect(page.locator(".tools + .readout")).to_contain_text("Rotated counter-clockwise, degrees: 180")


def test_arrow_keys_are_the_pointers_twin(open_at):
    page = open_at("rotation=0")
    page.locator(".tools input").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tools + .readout")).to_contain_text("Rotated counter-clockwise, degrees: 15.")
    expect(page).to_have_url(re.compile("rotation=15"), timeout=SLOW)
    expect(page.locator(".tools input")).to_have_attribute("aria-valuetext", re.compile("The network predicts"))


@pytest.mark.alone
def test_play_runs_to_the_end_without_the_server(open_at):
    page = open_at("rotation=0&steps=13")
    page.locator(".play").click()
    expect(page.locator(".play")).to_have_text("Pause")
    before = len(page.frames_sent)
    page.wait_for_timeout(300)
    assert len(page.frames_sent) == before
    expect(page.locator(".tools + .readout")).to_contain_text("Rotated counter-clockwise, degrees: 180", timeout=10_000)
    expect(page.locator(".play")).to_have_text("Play")


def test_the_bars_are_the_probabilities_that_are_told(open_at):
    page = open_at("rotation=180")
    names = page.locator(".bar .name").all_inner_texts()
    numbers = dict(zip(names, page.locator(".bar .number").all_inner_texts(), strict=True))
    assert re.fullmatch(r"0\.\d → 100%", numbers["9"])
    assert re.fullmatch(r"\d{2,3} → 0\.\d%", numbers["6"])


def test_another_sweep_begins_with_the_unmoved_picture(open_at):
    page = open_at()
    page.get_by_role("radio", name="brightness").click()
    expect(page.locator(".tools + .readout")).to_contain_text("Brightness, %: 30", timeout=SLOW)
    np.testing.assert_allclose(drawn(page, "second")[..., 0], 0.3 * sheet("digits")[60], atol=2)


def test_the_table_is_a_file_with_a_row_a_state(open_at):
    page = open_at("steps=9")
    with page.expect_download(timeout=SLOW) as caught:
        page.get_by_role("button", name="The table as CSV").click()
    lines = Path(caught.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 10
    assert lines[0].startswith('"Rotated counter-clockwise, degrees",answer,probability of 0')
    assert lines[1].startswith("-180,9,")


def test_a_photo_shows_how_far_its_sweep_is(open_at, serve, visit):
    page = visit(f"{serve('app.py')}/invariance?source=Gallery&model=efficientnet-lite0&steps=61", height=1000)
    expect(page.get_by_text(re.compile(r"\d+ of 61 states"))).to_be_visible(timeout=SLOW)
    expect(page.locator(".tools + .readout")).to_contain_text("The network predicts", timeout=SLOW)


@pytest.mark.alone
def test_dragging_through_a_photos_sweep_is_drawn_at_frame_rate(open_at):
    page = open_at("source=Gallery&model=alexnet-tiny&steps=61")
    slider = page.locator(".tools input")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    assert_smooth(page, lambda: sweep(page, ".tools input"))
    page.mouse.up()

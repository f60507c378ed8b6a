"""The parts "Learned" and "Inside a network" in a real Chromium: a drawn digit, a slider, and access for all."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.access import PHONE, assert_accessible
from tests.browser.ready import SLOW, settle
from tests.conftest import some

SAID = {"Learned": "With the transformer the answer is", "Inside a network": "Both orders give them something else"}


@pytest.fixture
def open_at(serve, visit):
    """Return a function (part, query="", width=1280) -> Page on which the part is there to its end."""

    def go(part: str, query: str = "", *, width: int = 1280):
        page = visit(f"{serve('app.py')}/spatial_transformer?part={part}&{query}", width=width, height=1000)
        expect(page.get_by_text(SAID[part])).to_be_visible(timeout=SLOW)
        expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return go


@pytest.mark.parametrize("part", SAID)
def test_no_serious_fault_of_access_and_nothing_wider_than_the_window(open_at, part):
    assert_accessible(open_at(part, width=PHONE))


@pytest.mark.parametrize("first", some([0, 5]))
def test_the_ten_digits_and_their_answers_are_all_drawn_on_a_phone(open_at, first):
    page = open_at("Learned", width=390)
    row = page.locator(f".st-key-spatial_transformer-Learned-row-warped-{first}")
    row.scroll_into_view_if_needed()
    answers = row.locator(".annotation")
    expect(answers).to_have_count(10)
    picture = row.locator(".imagelayer image, image").first.bounding_box()
    # All of the tiles, five of 84 and four gaps of 8, and not a part of them.
    assert picture["width"] / picture["height"] == pytest.approx(452 / 84, rel=0.05)
    for index in range(10):
        box = answers.nth(index).bounding_box()
        assert box["y"] >= picture["y"] + picture["height"] - 4
        assert 0 <= box["x"] <= 390


def test_a_digit_that_is_drawn_is_read(open_at):
    page = open_at("Learned", "degrees=0&scale=100&right=0&down=0")
    page.get_by_text("Another digit").click()
    page.get_by_role("radio", name="Draw").click()
    expect(page.get_by_text("There is no picture yet")).to_be_visible(timeout=SLOW)
    pad = page.locator("canvas").first
    expect(pad).to_be_visible(timeout=SLOW)
    pad.scroll_into_view_if_needed()
    settle(page)
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 140, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 135, box["y"] + 240, steps=15)
    page.mouse.up()
    expect(page.get_by_text(SAID["Learned"])).to_contain_text("the answer is 1", timeout=SLOW)
    # Nobody knows what a drawing is meant to be.
    expect(page.get_by_text(re.compile(r"^It is a \d"))).to_have_count(0)


def test_a_slider_moves_the_digit_and_the_link_follows(open_at):
    page = open_at("Inside a network", "degrees=0&right=3")
    expect(page.get_by_text("A shift between units")).to_be_visible()
    page.get_by_role("slider", name="Right, pixels").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("A shift by whole units")).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile("right=4"), timeout=SLOW)


def test_who_comes_from_a_photo_begins_with_a_digit(serve, visit):
    page = visit(f"{serve('app.py')}/spatial_transformer?image=photo")
    expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
    page.get_by_role("radio", name="Learned").click()
    expect(page.get_by_text(re.compile(r"^It is a \d"))).to_be_visible(timeout=SLOW)

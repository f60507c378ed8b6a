"""The board of Go in a real Chromium: stones by pointer, keys and touch, and no message while one only looks."""

import re

import pytest
from playwright.sync_api import expect

from cnnviz.go import games
from cnnviz.go.board import coordinate, point
from tests.browser.frames import assert_smooth, sweep
from tests.browser.ready import SLOW, answered, settle

STATE, TOLD = ".account .state", ".account .readout"


@pytest.fixture
def open_at(serve, visit):
    """Return a function (query, **options) -> Page at rest, on which a board is drawn."""

    def open_page(query="", **options):
        page = visit(f"{serve('app.py')}/go?{query}", **options)
        expect(page.locator(STATE).first).to_have_text(re.compile(r"\w"), timeout=SLOW)
        settle(page)
        return page

    return open_page


def place(page, name):
    """Return where a point lies on the screen."""
    box = page.locator(".map canvas").first.bounding_box()
    row, column = divmod(point(name), 19)
    return box["x"] + (column + 0.5) * box["width"] / 19, box["y"] + (row + 0.5) * box["height"] / 19


def test_a_click_plays_and_the_rules_are_told_without_a_message(open_at):
    page = open_at("game=empty&moves=A2+K10+B1", height=1000)
    before = len(page.frames_sent)
    for name, words in (("A2", "A2 is taken"), ("A1", "A1 would be suicide")):
        page.mouse.click(*place(page, name))
        expect(page.locator(TOLD)).to_contain_text(words)
    assert len(page.frames_sent) == before
    with answered(page):
        page.mouse.click(*place(page, "D4"))
    expect(page).to_have_url(re.compile("moves=A2.K10.B1.D4"), timeout=SLOW)
    expect(page.locator(STATE)).to_contain_text("After move 4 of 4 · Black to move")
    with answered(page):
        page.get_by_role("button", name="Take back").click()
    expect(page.locator(STATE)).to_contain_text("After move 3 of 3 · White to move", timeout=SLOW)


def test_keys_play_too(open_at):
    page = open_at("game=empty", height=1000)
    page.get_by_role("grid", name=re.compile("Go board")).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator(TOLD)).to_contain_text("L9: empty, to the network 0")
    with answered(page):
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("moves=L9"), timeout=SLOW)


def test_a_finger_aims_first(open_at):
    page = open_at("game=empty", width=390, height=844, has_touch=True)
    page.touchscreen.tap(*place(page, "Q16"))
    expect(page.locator(TOLD)).to_have_text("Tap Q16 again to play there.")
    with answered(page):
        page.touchscreen.tap(*place(page, "Q16"))
    expect(page).to_have_url(re.compile("moves=Q16"), timeout=SLOW)


def test_the_network_answers_a_stone(open_at):
    page = open_at("game=empty&opponent=white", height=1000)
    page.mouse.click(*place(page, "Q16"))
    expect(page.locator(STATE)).to_contain_text("After move 2 of 2 · Black to move", timeout=SLOW)
    settle(page)
    with answered(page):
        page.get_by_role("button", name="Take back").click()
    expect(page.locator(STATE)).to_contain_text("After move 0 of 0", timeout=SLOW)


def test_stepping_and_pointing_send_nothing_until_the_slider_rests(open_at):
    page = open_at("game=2&step=50", height=1000)
    game = games.game("2")
    slider = page.locator(".tools input")
    before = len(page.frames_sent)
    slider.evaluate("each => { each.value = 120; each.oninput(); }")
    expect(page.locator(STATE)).to_contain_text("After move 120 of 212")
    expect(page.locator(".next")).to_contain_text(f"Played next: {coordinate(game.moves[120][1])}, number ")
    page.mouse.move(*place(page, coordinate(game.moves[119][1])))
    colour = "black" if game.moves[119][0] == 1 else "white"
    expect(page.locator(TOLD)).to_contain_text(f"{coordinate(game.moves[119][1])}: {colour} stone, to the network −1")
    assert len(page.frames_sent) == before
    with answered(page):
        slider.evaluate("each => each.onchange()")
    expect(page).to_have_url(re.compile("step=120"), timeout=SLOW)


@pytest.mark.alone
def test_the_board_keeps_up_with_the_pointer_and_with_the_slider(open_at):
    page = open_at("game=4&step=200", height=1000)
    assert_smooth(page, lambda: sweep(page, ".map canvas"))

    def play():
        for step in range(100, 300, 2):
            page.locator(".tools input").evaluate("(each, step) => { each.value = step; each.oninput(); }", step)

    assert_smooth(page, play)

"""The screen on training in a real Chromium: it moves by itself, stops when it is left, a cell opens its mistakes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.access import PHONE, assert_accessible
from tests.browser.ready import SLOW, answered, settle


@pytest.fixture
def open_at(serve, visit):
    """Return a function (query, width=1280) -> Page that rests."""

    def go(query: str = "examples=xor&rate=0.01", *, width: int = 1280):
        page = visit(f"{serve('app.py')}/training?{query}", width=width)
        expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return go


def key(page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def steps(page) -> int:
    return int(page.get_by_test_id("stMetricValue").first.inner_text().replace(",", ""))


def rests(page) -> None:
    expect(key(page, "Play")).to_be_visible(timeout=SLOW)
    settle(page)


def test_it_moves_by_itself_until_pause(open_at):
    page = open_at("")
    key(page, "Play").click()
    expect(key(page, "Pause")).to_be_visible(timeout=SLOW)
    seen = [0]
    while len(seen) < 4:
        page.wait_for_function(
            "(last) => ![undefined, last].includes(document.querySelector('[data-testid=stMetricValue]')?.innerText)",
            arg=f"{seen[-1]:,}",
            timeout=SLOW,
        )
        seen.append(steps(page))
    assert seen == sorted(seen)
    key(page, "Pause").click()
    rests(page)
    ended = steps(page)
    page.wait_for_timeout(1500)
    assert steps(page) == ended


def test_the_film_goes_back_in_the_browser_alone_and_a_kept_run_stands_beside(open_at):
    page = open_at()
    key(page, "One epoch").click()
    expect(page.get_by_text("This run after 7 steps")).to_be_visible(timeout=SLOW)
    rests(page)
    before, step = page.frames_received, page.get_by_role("slider", name="Step", exact=True)
    step.press("Home")
    expect(page.get_by_text("This run after 0 steps")).to_be_visible()
    page.get_by_label("Drawn large").select_option("Hidden layer 1, tanh1: unit 3")
    expect(page.locator("figcaption", has_text="Hidden layer 1, tanh1: unit 3")).to_be_visible()
    assert page.frames_received == before
    for name in ("Keep this run", "From the beginning"):
        with answered(page):
            key(page, name).click()
    expect(page.get_by_text("Kept, the same settings after 7 steps")).to_be_visible(timeout=SLOW)
    step.press("Home")
    expect(page.get_by_text("Kept, the same settings after 0 steps")).to_be_visible()


def test_a_run_that_is_left_stops_and_is_found_where_it_stopped(open_at):
    page = open_at()
    key(page, "Play").click()
    expect(key(page, "Pause")).to_be_visible(timeout=SLOW)
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="cnnviz")).to_be_visible(timeout=SLOW)
    page.wait_for_timeout(5000)
    page.get_by_role("link", name="Train", exact=True).click()
    page.get_by_role("link", name="Training", exact=True).click()
    rests(page)
    ended = steps(page)
    page.wait_for_timeout(1500)
    assert steps(page) == ended
    expect(page.get_by_text("It rests. Play goes on from here.")).to_be_visible()


def test_a_cell_opens_its_mistakes_and_all_can_use_what_was_learnt(open_at):
    page = open_at("net=Flatten, Linear 10", width=PHONE)
    key(page, "One epoch").click()
    expect(page.get_by_text("It rests. Play goes on from here.")).to_be_visible(timeout=SLOW)
    rests(page)
    cell = page.locator(".st-key-training-confusion .scatterlayer .point").first
    cell.scroll_into_view_if_needed()
    with answered(page):
        cell.click(force=True)
    expect(page).to_have_url(re.compile(r"right=0&said=\d"), timeout=SLOW)
    said = re.search(r"said=(\d)", page.url)[1]
    chosen = page.get_by_text(re.compile(rf"^Test image \d+: 0 → {said} \(\d+%\)$"))
    expect(chosen).to_be_visible(timeout=SLOW)
    assert_accessible(page)

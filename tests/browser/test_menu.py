"""The menu and the browser's history: from screen to screen, one entry an act, and each screen as it was left."""

import re
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import expect

from cnnviz.components.bundle import script
from cnnviz.ui import links
from cnnviz.ui.menu import SCREENS
from tests.browser.access import PHONE
from tests.browser.ready import SLOW, settle
from tests.conftest import NIGHTLY, some
from tests.pages.test_pairs import CHANGED, every_pair

SECTIONS = {screen.name: screen.section for screen in SCREENS}
TITLES = {screen.name: screen.label for screen in SCREENS}


@pytest.fixture
def open_at(serve, visit):
    """Return a function (address, **options) -> Page at rest."""

    def go(address="", **options):
        page = visit(f"{serve('app.py')}/{address}", **options)
        expect(page.locator("h1")).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return go


def go_to(page, name):
    """Open a screen as a person does: its section first, where that is not open."""
    menu = page.get_by_role("navigation", name="Screens")
    if SECTIONS[name] and menu.get_by_role("link", name=TITLES[name], exact=True).count() == 0:
        menu.get_by_role("link", name=SECTIONS[name].title(), exact=True).click()
        settle(page)
    menu.get_by_role("link", name=TITLES[name], exact=True).last.click()
    expect(page.locator("h1")).to_have_text("cnnviz" if name == "home" else TITLES[name], timeout=SLOW)
    settle(page)


def link_of(page):
    return dict(parse_qsl(urlsplit(page.url).query))


def test_one_act_is_one_entry_and_back_and_forward_go_through_them(open_at):
    page = open_at("pooling")
    started = page.evaluate("history.length")
    for name, link in (("LP", "operation=LP"), ("Overlapping", "kernel_size=3")):
        page.get_by_role("radio", name=name, exact=True).click()
        expect(page).to_have_url(re.compile(link), timeout=SLOW)
        settle(page)
    assert page.evaluate("history.length") == started + 2
    page.go_back()
    settle(page)
    assert link_of(page) == {"operation": "LP", "input": "random", "size": "6"}
    expect(page.get_by_role("radio", name="LP", exact=True)).to_be_checked()
    page.go_back()
    settle(page)
    assert link_of(page) == {}
    page.go_forward()
    settle(page)
    expect(page.get_by_role("radio", name="LP", exact=True)).to_be_checked()


def test_to_another_screen_and_back_are_two_entries(open_at):
    page = open_at("pooling?stride=1")
    started = page.evaluate("history.length")
    go_to(page, "connectivity")
    go_to(page, "pooling")
    assert link_of(page) == {"stride": "1"}
    assert page.evaluate("history.length") == started + 2
    page.go_back()
    expect(page.locator("h1")).to_have_text("Connectivity", timeout=SLOW)
    settle(page)
    assert link_of(page) == {}


def test_from_screen_to_screen_by_the_menus_links(open_at):
    # By day to every third screen; tests/pages/test_pairs.py walks between all without a browser.
    walk = every_pair(list(CHANGED)) if NIGHTLY else ["home", "pooling", *some(CHANGED)[1:], "pooling", "activations"]
    page = open_at()
    picture: dict[str, str] = {}
    left: dict[str, dict[str, str]] = {name: {} for name in CHANGED}
    for before, name in pairwise(walk):
        go_to(page, name)
        wanted = dict(left[name])
        if name in links.SHARE_A_PICTURE:
            wanted = {**{key: text for key, text in wanted.items() if key not in links.PICTURE}, **picture}
        assert link_of(page) == wanted, (before, name)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        if name == "pooling" and not left[name]:
            page.get_by_role("radio", name="Channels", exact=True).click()
            expect(page).to_have_url(re.compile("channels=3"), timeout=SLOW)
            settle(page)
            left[name] = link_of(page)


def test_the_menu_says_what_is_open_and_tabs_are_called_after_screens(open_at):
    page = open_at("pooling")
    menu = page.get_by_role("navigation", name="Screens")
    expect(menu.locator("[aria-current=page]")).to_contain_text("Pooling")
    expect(menu.locator("[aria-current=true]")).to_contain_text("Basics")
    expect(page).to_have_title("Pooling · cnnviz")
    go_to(page, "network")
    expect(menu.locator("[aria-current=page]")).to_contain_text("Network")
    expect(page).to_have_title("Network · cnnviz")


# Links that come after the component has run, as when Streamlit's code for them is late: what is marked at each step.
LATE_LINKS = """async () => {
  ENTRY
  const parent = document.body.appendChild(document.createElement("div")), told = [];
  parent.innerHTML = "<div class=root></div>";
  const app = document.body.appendChild(document.createElement("main"));
  const step = async (act) => {
    act();
    await new Promise((done) => setTimeout(done));
    const current = [...document.querySelectorAll("[role=navigation] [aria-current]")];
    told.push(current.map((link) => `${link.textContent}: ${link.ariaCurrent}`));
  };
  const open = (screen) => entry({ data: { label: "Screens", screen, language: "en" }, parentElement: parent });
  const put = (selector, html) => document.querySelector(selector).insertAdjacentHTML("beforeend", html);
  const menu = `<div class=st-key-menu><p class=st-key-menu-open></p><p class=st-key-menu-screens></p></div>`;
  let stop;
  await step(() => { stop = open("Pooling"); });
  await step(() => put("main", menu));
  await step(() => put(".st-key-menu-open", "<a>Basics</a>"));
  await step(() => put(".st-key-menu-screens", "<a>Convolution</a><a></a>"));
  await step(() => app.querySelector("a:last-child:not(:only-child)").append("Pooling"));
  await step(() => { stop = open("Convolution"); });
  await step(() => { app.innerHTML = menu; put(".st-key-menu-screens", "<a>Convolution</a><a>Pooling</a>"); });
  stop();
  await step(() => { app.innerHTML = menu; });
  return told;
}"""


def test_links_that_come_late_are_marked(chromium):
    page = chromium.new_page()
    entry = script("navigation").replace("export default function", "const entry = function")
    pooling = ["Basics: true", "Pooling: page"]
    assert page.evaluate(LATE_LINKS.replace("ENTRY", entry)) == [
        [],
        [],
        pooling[:1],
        pooling[:1],
        pooling,
        ["Basics: true", "Convolution: page"],
        ["Convolution: page"],
        [],
    ]
    page.close()


def test_the_menu_stays_in_reach_and_is_two_lines_on_a_phone(open_at):
    page = open_at("pooling", width=PHONE)
    rows = page.locator(".st-key-menu-sections, .st-key-menu-screens")
    assert [row.bounding_box()["height"] < 40 for row in rows.all()] == [True, True]
    page.mouse.move(180, 500)
    page.mouse.wheel(0, 2500)
    page.wait_for_function("() => document.querySelector('[data-testid=stMain]').scrollTop > 1000")
    assert page.locator(".st-key-menu").bounding_box()["y"] < 20


@pytest.mark.parametrize(
    "address", some(["normalization", "activation_functions?lang=zh", "invariance", "room?lang=zh"])
)
def test_on_a_phone_the_menu_shows_where_one_is_and_the_other_language(open_at, address):
    page = open_at(address, width=PHONE)
    other = page.locator("[class*=st-key-menu-language] a").bounding_box()
    assert other["x"] + other["width"] <= PHONE
    section = page.locator(".st-key-menu-sections a[aria-current]").bounding_box()
    assert section["x"] + section["width"] <= other["x"] + 1
    for current in page.locator(".st-key-menu a[aria-current]").all():
        box = current.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE


def test_an_american_spelling_finds_the_screen(open_at):
    page = open_at()
    page.get_by_placeholder("stride").first.fill("normalization")
    expect(page.get_by_role("link", name="Normalisation", exact=True)).to_be_visible()


def test_skipping_to_the_content_leads_past_the_menu(open_at):
    page = open_at("pooling")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_focused()

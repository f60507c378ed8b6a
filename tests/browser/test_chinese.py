"""The app in Chinese: no English sentence on any screen, nothing off the page, and fonts that have the letters."""

import subprocess
from functools import cache
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from cnnviz import lessons
from tests.browser.access import LAPTOP, PHONE
from tests.browser.ready import SLOW, settle
from tests.browser.test_screens import OPENED, PARTS, SCREENS
from tests.conftest import some
from tests.spoken import chinese, english, said

CASES = [*((name, "") for name in SCREENS), *PARTS]
WIDTHS = [(*case, width) for case in CASES for width in (PHONE, LAPTOP)]
# What comes last of a screen.
LAST = {
    "home": lessons.labels("zh", "home")["path"],
    "room": lessons.labels("zh", "components", "room_desk")["open_text"],
}
TRY = lessons.labels("zh", "common")["try"]

# Texts that end before their last letter, or are cut in their height.
_CUT = """() => [...document.querySelectorAll("[data-testid=stMain] :is(p, button, label, h1, h2, h3)")]
  .filter((each) => each.clientWidth && getComputedStyle(each).overflowX !== "visible"
    && each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent)"""


@pytest.fixture(scope="module")
def tab(new_tab):
    """One tab for all screens: what Streamlit has loaded once is there."""
    page = new_tab()
    yield page
    page.close()


@cache
def has_font():
    """Return whether this machine has a font with Chinese letters: without one texts are there, but not as wide."""
    try:
        found = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return False
    return bool(found.stdout.strip())


def open_in_chinese(page, url, name, part="", width=LAPTOP):
    path, _, query = ("" if name == "home" else OPENED.get(name, name)).partition("?")
    asked = urlencode({"lang": "zh", **({"part": part} if part else {})})
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{url}/{path}?{asked}{f'&{query}' if query and not part else ''}")
    expect(page.get_by_text(LAST.get(name, TRY)).first).to_be_visible(timeout=SLOW)
    settle(page)
    return page


@pytest.mark.parametrize(("name", "part", "width"), some(WIDTHS, every=5))
def test_a_screen_says_no_english_sentence_and_fits(serve, tab, name, part, width):
    page = open_in_chinese(tab, serve("app.py"), name, part, width)
    texts = said(page)
    assert len(chinese(texts)) > 10
    assert not english(texts)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0
    if has_font():
        assert not page.evaluate(_CUT)


def test_text_in_the_page_in_components_and_in_figures_has_fonts_with_chinese_letters(serve, tab):
    page = open_in_chinese(tab, serve("app.py"), "pooling")
    assert page.evaluate("document.documentElement.lang") == "zh"
    for place in ("h1", ".root.named canvas", ".root.named .sum", ".js-plotly-plot .xtick text"):
        family = page.locator(place).first.evaluate("each => getComputedStyle(each).fontFamily")
        assert "PingFang SC" in family, place
        assert "Noto Sans SC" in family, place


def test_the_walk_finds_english_wherever_it_stands(new_tab):
    page = new_tab()
    page.set_content(
        """<p>一句话 <b>half of</b> it here</p><button aria-label="press it again" title="好">好</button>
        <svg><text>the last layer</text></svg><pre>code says what it does</pre>
        <p>ReLU, Sobel x 与 ResNet</p><div id=a></div>"""
    )
    page.evaluate('document.querySelector("#a").attachShadow({mode: "open"}).innerHTML = "<i>deep in shadow</i>"')
    found = {"一句话 half of it here", "press it again", "the last layer", "deep in shadow"}
    assert {*english(said(page))} == found
    page.close()

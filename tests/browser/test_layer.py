"""The screen of one layer in a real browser: sliders, links, the phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.ready import SLOW, settle


@pytest.fixture
def layer(serve, visit):
    """Return a function that opens the screen and waits until all of it is there."""

    def go(link: str = "", **options):
        page = visit(f"{serve('app.py')}/layer?{link}", **options)
        expect(page.get_by_text("Try this").first).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return go


def output(page):
    return page.locator(".st-key-layer-numbers dd").first


def test_an_arrow_key_on_a_slider_moves_everything_and_puts_it_in_the_link(layer):
    page = layer()
    expect(output(page)).to_have_text("10×32×32")
    page.get_by_role("slider", name="Stride").focus()
    page.keyboard.press("ArrowRight")
    expect(output(page)).to_have_text("10×16×16", timeout=SLOW)
    expect(page.get_by_role("spinbutton", name="Stride")).to_have_value("2")
    expect(page).to_have_url(re.compile(r"stride=2"))
    expect(page.get_by_text("nn.Conv2d(3, 10, kernel_size=5, stride=2, padding=2)", exact=True)).to_be_visible(
        timeout=SLOW
    )


def test_a_typed_number_moves_its_slider(layer):
    page = layer()
    box = page.get_by_role("spinbutton", name="Kernel size")
    box.fill("7")
    box.press("Enter")
    expect(output(page)).to_have_text("10×30×30", timeout=SLOW)
    expect(page.get_by_role("slider", name="Kernel size")).to_have_value("7", timeout=SLOW)


def test_the_link_of_a_layer_opens_the_same_layer(layer):
    page = layer("stride=3")
    box = page.get_by_role("spinbutton", name="Padding")
    box.fill("0")
    box.press("Enter")
    expect(output(page)).to_have_text("10×10×10", timeout=SLOW)
    expect(page).to_have_url(re.compile(r"padding=0"))
    again = layer(page.url.partition("?")[2])
    expect(output(again)).to_have_text("10×10×10", timeout=SLOW)


def test_a_layer_that_cannot_be_leaves_its_controls_and_one_sentence(layer):
    page = layer("side=6")
    box = page.get_by_role("spinbutton", name="Kernel size")
    box.fill("11")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("kernel spans 11", timeout=SLOW)
    expect(box).to_have_value("11")
    box.fill("3")
    box.press("Enter")
    expect(output(page)).to_have_text("10×8×8", timeout=SLOW)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_answer_is_marked_as_soon_as_it_is_there(layer):
    page = layer("question=2")
    box = page.get_by_role("spinbutton", name="Parameters")
    box.fill(str(12 * 6 * 49))
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("a bias too", timeout=SLOW)
    page.get_by_role("button", name="Next question").click()
    expect(page.get_by_text("Question 3.")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_predict_asks_once_it_is_opened(layer):
    page = layer()
    expect(page.get_by_text("What comes out?")).to_have_count(0)
    page.get_by_text("Predict", exact=True).click()
    expect(page.get_by_text("Question 1.")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Next question").click()
    expect(page.get_by_text("Question 2.")).to_be_visible(timeout=SLOW)


def test_on_a_phone_the_numbers_stay_in_sight_while_a_lower_slider_is_moved(layer):
    page = layer(width=390)
    slider = page.get_by_role("slider", name="Groups")
    slider.scroll_into_view_if_needed()
    settle(page)
    box = output(page).bounding_box()
    assert 0 <= box["y"] <= 200
    assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).tagName", [box["x"] + 5, box["y"] + 5]) == "DD"


def test_every_figure_has_a_name_for_those_who_do_not_see_it(layer):
    page = layer()
    expect(page.locator(".js-plotly-plot")).to_have_count(5, timeout=SLOW)
    named = page.get_by_role("figure", name=re.compile("blocks: input 3×32×32, output 10×32×32"))
    expect(named).to_have_count(1)

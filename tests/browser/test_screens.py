"""The screens in a real browser: what a person sees, presses and sends."""

import io
import re
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from cnnviz import lessons
from cnnviz.ui import menu
from tests.browser.access import LAPTOP, PHONE, assert_accessible, assert_nothing_jumps, assert_readable
from tests.browser.ready import SLOW, answered, settle
from tests.conftest import NIGHTLY, some
from tests.spoken import chinese, said

# Networks that are small, for a browser's patience.
OPENED = {
    "activations": "activations?model=alexnet-tiny",
    "receptive_field": "receptive_field?model=alexnet-tiny",
    "why": "why?model=smallvgg-tiny",
}
SCREENS = {screen.name: OPENED.get(screen.name, screen.name if screen.section else "") for screen in menu.SCREENS}
# The stage, or the table that one part begins with.
STAGE = "[class*=-stage-], [class*=-method-]"
LABELS = {name: lessons.labels(lessons.ENGLISH, name) for name in SCREENS}
# Of screens with parts, all but the first, which opens with the screen.
PARTS = [
    (name, label.removeprefix("part."))
    for name, labels in LABELS.items()
    for label in labels
    if "part.first" in labels and label.startswith("part.") and label != "part.first"
]
# Those of the basics, where a sum tells what is pointed at.
WITH_A_SUM = ("convolution", "pooling", "connectivity", "normalization")
LAST = {"home": "A spatial transformer inside a network"}


@pytest.fixture
def screen_at(serve, visit):
    """Return a function that opens a link."""
    return lambda link, **options: visit(f"{serve('app.py')}/{link}", **options)


@pytest.fixture
def screen(screen_at):
    """Return a function that opens a screen and waits until all of it is there."""

    def go(name: str, link: str | None = None, **options):
        return ready(screen_at(SCREENS[name] if link is None else link, **options), name)

    return go


def ready(page, name: str):
    expect(page.get_by_text(LAST.get(name, "Try this")).first).to_be_visible(timeout=SLOW)
    settle(page)
    return page


# Every other screen is looked at on a phone and the others on a laptop; nightly each on both.
@pytest.mark.parametrize("name", some(SCREENS, every=2))
def test_a_screen_on_a_phone(screen, name):
    page = screen(name, width=PHONE, height=844, first=True)
    assert_nothing_jumps(page)
    assert chinese(said(page)) == ["中文"]  # the link to the other language
    assert_one_line_above_the_stage(page)
    assert_accessible(page)
    assert page.viewport_size["width"] == LAPTOP
    assert page.locator("[class*=-idea-rest]").bounding_box() is None


@pytest.mark.parametrize("name", SCREENS if NIGHTLY else [*SCREENS][1::2])
def test_a_screen_on_a_laptop_in_light_and_dark(screen, name):
    page = screen(name, width=LAPTOP, height=800, first=True)
    assert_nothing_jumps(page)
    assert chinese(said(page)) == ["中文"]
    if name in WITH_A_SUM:
        assert_the_result_is_in_sight(page)
    # Python is told of the change, and draws figures in other colours.
    with answered(page):
        page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(15, 20, 27)")
    assert_readable(page, "dark")


@pytest.mark.parametrize(("name", "part"), some(PARTS, every=4))
def test_a_part_on_a_phone_has_its_stage_below_one_line(screen_at, name, part):
    page = screen_at(f"{SCREENS[name].partition('?')[0]}?{urlencode({'part': part})}", width=PHONE, height=844)
    expect(page.locator("[class*=-idea-rest]")).to_be_visible(timeout=SLOW)
    settle(page)
    assert_one_line_above_the_stage(page)


def assert_one_line_above_the_stage(page):
    """Fail where more than a line of text stands above the stage of a phone's page; the rest is below."""
    line = page.locator("[class*=-idea-line]").bounding_box()
    assert line["height"] < 32, line
    assert line["y"] < 220, line
    stage = page.locator(STAGE).first.bounding_box()
    assert stage["y"] < 400, stage
    rest = page.locator("[class*=-idea-rest]").bounding_box()
    assert rest["y"] > stage["y"], (rest, stage)


def assert_the_result_is_in_sight(page):
    """Fail where what answers the pointer, or its result, is below a projector's first screenful."""
    box = page.locator(".sum").bounding_box()
    assert box["y"] + box["height"] <= 800
    assert page.get_by_test_id("stButtonGroup").first.bounding_box()["y"] < 200


def test_a_large_input_leaves_the_result_in_sight(screen):
    assert_the_result_is_in_sight(screen("pooling", "pooling?size=16&kernel_size=4&stride=4&shift=3", height=800))


def test_home_leads_to_each_screen_in_one_click(screen):
    page = screen("home")
    page.get_by_role("link", name=re.compile("Activations: put in a photo")).click()
    expect(page.get_by_role("heading", name="Activations")).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile(r"/activations(\?|$)"))


def test_hovering_over_the_mosaic_tells_values_and_sends_nothing(screen):
    page = screen("activations")
    mosaic = page.get_by_role("listbox", name=re.compile("activation maps of conv1"))
    mosaic.scroll_into_view_if_needed()
    settle(page)
    box = mosaic.bounding_box()
    before = len(page.frames_sent)
    for step in range(60):
        page.mouse.move(box["x"] + 5 + step * 8, box["y"] + 5 + step * 2)
    expect(page.get_by_text(re.compile(r"channel \d+ · row \d+ · column \d+ · value"))).to_be_visible()
    assert len(page.frames_sent) == before


def test_the_arrow_key_on_the_strip_shows_the_next_layer_and_puts_it_in_the_link(screen):
    page = screen("activations")
    page.get_by_role("option", name=re.compile(r"conv1")).first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("listbox", name=re.compile("activation maps of bn1"))).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile(r"layer=bn1"))


def test_a_click_in_the_mosaic_picks_the_channel(screen):
    page = screen("activations")
    mosaic = page.get_by_role("listbox", name=re.compile("activation maps of conv1"))
    mosaic.scroll_into_view_if_needed()
    settle(page)
    box = mosaic.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.click(box["x"] + 20, box["y"] + 20)
    expect(page.get_by_label("Channel", exact=True)).to_have_value("0", timeout=SLOW)
    expect(page).to_have_url(re.compile(r"channel=0"), timeout=SLOW)


def test_a_link_keeps_a_network_that_is_not_made_for_its_picture(screen):
    page = screen("activations", "activations?source=Digits&model=efficientnet-lite0")
    expect(page).to_have_url(re.compile("model=efficientnet-lite0"))
    page.get_by_role("button", name="digit 70").click()
    page.get_by_role("radio", name="Gallery").click()
    # There it is what a link without a model means.
    expect(page).not_to_have_url(re.compile("model="), timeout=SLOW)


def test_a_photo_of_ones_own_goes_in_and_a_broken_one_gets_one_sentence(screen):
    page = screen("activations")
    page.get_by_role("button", name="chelsea").click()
    page.get_by_role("radio", name="Upload").click()
    pixels = np.random.default_rng(1).integers(0, 256, (60, 90, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    chooser = page.locator('input[type="file"]').first
    chooser.set_input_files({"name": "mine.png", "mimeType": "image/png", "buffer": buffer.getvalue()})
    expect(page.get_by_text("the original, 60×90")).to_be_visible(timeout=SLOW)
    chooser.set_input_files({"name": "bad.png", "mimeType": "image/png", "buffer": b"<html>no</html>"})
    expect(page.get_by_role("alert").first).to_contain_text("web page", timeout=SLOW)
    expect(page.get_by_text("the original, 60×90")).to_be_visible()


def test_a_drawn_one_is_read_as_a_one(screen):
    page = screen("activations")
    page.get_by_role("button", name="chelsea").click()
    settle(page)
    with answered(page):
        page.get_by_role("radio", name="Draw").click()
    pad = page.locator("canvas").first
    expect(pad).to_be_visible(timeout=SLOW)
    settle(page)
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 140, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 135, box["y"] + 240, steps=15)
    page.mouse.up()
    prediction = page.get_by_role("button", name=re.compile("Prediction: 1,"))
    expect(prediction).to_be_visible(timeout=SLOW)
    page.keyboard.press("Escape")
    prediction.click()
    # The bars are the one chart with named ticks; the most probable class stands first.
    expect(page.locator("g.ytick text").first).to_have_text("1", timeout=SLOW)

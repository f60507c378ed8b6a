"""The whole network on Activations in a real browser: from far away to a thumbnail, all maps, a unit and its sum."""

import base64
import re
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from cnnviz.engine import Input, Layers, LocalEngine, ModelChoice
from cnnviz.engine.requests import Maps
from cnnviz.ui.picture_choice import sheet_picture
from tests.browser.access import PHONE, assert_accessible
from tests.browser.frames import assert_smooth
from tests.browser.ready import SLOW, answered, settle, wait_until

LENET = ModelChoice("lenet-relu-mnist")
LINK = "activations?view=network&model=lenet-relu-mnist&source=Digits&digit_number=23"
UNIT = re.compile(r"row (\d+) · column (\d+) · value (−?[\d.e+-]+) · sees")


@pytest.fixture
def screen(serve, visit):
    """Return a function that opens the map of LeNet and waits until its thumbnails are there."""

    def go(link: str = LINK, **options):
        page = visit(f"{serve('app.py')}/{link}", **options)
        expect(page.get_by_text("Try this").first).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return go


@pytest.fixture(scope="module")
def answers():
    """Return the maps (C, H, W) of conv2 for the digit, its row of the analysis, and the photo's size."""
    engine, picture = LocalEngine(), sheet_picture("digits", 23)
    row = next(row for row in engine.ask(Layers(LENET)).rows if row.name == "conv2")
    size = engine.ask(Input(LENET, picture)).view.shape[:2]
    return engine.ask(Maps(LENET, picture, "conv2")).values, row, size


def rests(page) -> None:
    """Wait until the map asks for nothing more, which it does a quarter of a second after each of its pictures."""
    sent = -1
    while sent != len(page.frames_sent):
        sent = len(page.frames_sent)
        page.wait_for_timeout(400)
        settle(page)


def readout(page):
    return page.locator(".foot .readout").last


def to_conv2(page) -> None:
    """Walk to the second convolution, from where its maps are small pictures in its block."""
    page.locator(".stage").last.focus()
    page.keyboard.press("Home")
    for _ in range(4):
        page.keyboard.press("ArrowDown" if page.viewport_size["width"] < 700 else "ArrowRight")
    expect(readout(page)).to_contain_text("conv2, Conv2d")


def assert_is(page, answers) -> tuple[int, int, int]:
    """Assert that what is told of a unit is its number and its box by the analysis; return its place."""
    values, row, _ = answers
    told = readout(page).inner_text()
    channel = int(re.search(r"channel (\d+) of 50", told)[1])
    at_row, at_column, value = UNIT.search(told).groups()
    place = channel, int(at_row), int(at_column)
    assert float(value.replace("−", "-")) == pytest.approx(float(values[place]), rel=1e-4)
    top, left, bottom, right = row.receptive_field.box(*place[1:])
    field, inset = [top, left, bottom - top, right - left], page.locator(".inset")
    # Drawn at the frame after the words.
    wait_until(page, lambda: [float(part) for part in inset.get_attribute("data-box").split()] == field)
    assert f"sees rows {top} to {bottom - 1}, columns {left} to {right - 1}".replace("-", "−") in told
    return place


def test_from_a_thumbnail_to_all_maps_a_unit_and_its_sum_by_key(screen, answers):
    page, (values, _, _) = screen(), answers
    peaks = values.reshape(len(values), -1).max(axis=1)
    best = np.argsort(-peaks, kind="stable")[:4]
    to_conv2(page)
    expect(readout(page)).to_contain_text(f"Strongest on this photo: channels {', '.join(map(str, best))}.")
    with answered(page):
        page.keyboard.press("Enter")
        expect(readout(page)).to_contain_text(f"conv2 · channel {best[0]} of 50")
    expect(page).to_have_url(re.compile("layer=conv2"), timeout=SLOW)
    page.keyboard.press("Enter")
    # It is gone to the map's greatest value, which is told exactly once it has come.
    expect(readout(page)).to_contain_text(re.compile("value −?[0-9]"), timeout=SLOW)
    expect(readout(page)).to_contain_text(UNIT, timeout=SLOW)
    channel, *place = assert_is(page, answers)
    assert channel == best[0]
    assert place == list(np.unravel_index(values[channel].argmax(), values[channel].shape))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    channel, row, column = assert_is(page, answers)
    assert [row, column] == [max(0, place[0] - 1), max(0, place[1] - 1)]
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"layer=conv2&channel={channel}&row={row}&column={column}"), timeout=SLOW)
    sentence = f"The unit in channel {channel}, row {row}, column {column} of conv2 has the value"
    expect(page.get_by_text(sentence)).to_be_visible(timeout=SLOW)
    # The way back, a level a key.
    for told in ("conv2 · channel", "conv2, Conv2d"):
        page.locator(".stage").last.focus()
        page.keyboard.press("Escape")
        expect(readout(page)).to_contain_text(told)


@pytest.mark.alone
def test_a_link_to_a_unit_opens_there_and_the_pointer_asks_nothing(screen, answers):
    page = screen(f"{LINK}&layer=conv2&channel=3&row=6&column=7", reduced_motion="reduce")
    expect(readout(page)).to_contain_text("conv2 · channel 3 of 50", timeout=SLOW)
    expect(readout(page)).to_contain_text(UNIT, timeout=SLOW)
    assert assert_is(page, answers) == (3, 6, 7)
    stage = page.locator(".stage").last
    box = stage.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(readout(page)).to_contain_text(UNIT, timeout=SLOW)
    rests(page)
    assert_is(page, answers)
    # The very map that has come is pointed at: no message goes to the server.
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def wander() -> None:
        for step in range(60):
            page.mouse.move(middle[0] + step % 20 * 2, middle[1] + step % 13 * 2)

    assert_smooth(page, wander)


def test_the_maps_colours_by_the_zeros_of_this_picture_and_by_time(screen):
    page = screen()
    note, measure = page.locator(".foot .note").last, page.get_by_label("Colour")
    measure.select_option(label="share of zeros")
    said = "One run of the picture above, with its own weights: [0-9.]+% of all outputs"
    expect(note).to_contain_text(re.compile(said), timeout=SLOW)
    expect(page).to_have_url(re.compile("heat=zeros"), timeout=SLOW)
    settle(page)
    to_conv2(page)
    page.keyboard.press("ArrowRight")
    expect(readout(page)).to_contain_text("ReLU")
    layer = readout(page).inner_text().partition(",")[0]
    zeros = np.mean(LocalEngine().ask(Maps(LENET, sheet_picture("digits", 23), layer)).values == 0)
    assert 0 < zeros < 1
    expect(readout(page)).to_contain_text(f"{100 * zeros:.1f}".removesuffix(".0") + "% of its outputs are zero")
    measure.select_option(label="time of a run")
    expect(note).to_contain_text(re.compile(r"Median of \d+ runs on CPU .* batch 1"), timeout=SLOW)
    expect(page).to_have_url(re.compile("heat=time"), timeout=SLOW)
    expect(readout(page)).to_contain_text(re.compile(r"· [\d.]+ (µs|ms) of a run"), timeout=SLOW)
    measure.select_option(label="kind")
    expect(page).not_to_have_url(re.compile("heat="), timeout=SLOW)


def test_on_a_phone_by_touch_and_without_a_fault_of_access(screen, answers):
    page = screen(width=PHONE, height=844, has_touch=True, reduced_motion="reduce")
    to_conv2(page)
    with answered(page):
        page.keyboard.press("Enter")
    stage = page.locator(".stage").last
    box = stage.bounding_box()
    # A tap goes into a map, and one more chooses a unit.
    at = {"x": box["width"] * 0.5 + 6, "y": box["height"] * 0.6}
    stage.tap(position=at)
    expect(readout(page)).to_contain_text(re.compile(r"row \d+ · column \d+"))
    stage.tap(position=at)
    expect(page).to_have_url(re.compile(r"channel=\d+&row=\d+&column=\d+"), timeout=SLOW)
    settle(page)
    assert_accessible(page)


def test_layers_without_maps_or_places_say_so(screen):
    page = screen("activations?view=network&model=swin_t&weights=random")
    find = page.get_by_placeholder("Find a layer")
    for layer, told in (
        ("features.0.2", "Strongest on this photo"),
        # Six axes: windows of the picture, and the channels last.
        ("features.1.0.attn.view_1", "there is no map to show"),
        ("features.1.0.attn.softmax", "sees of the picture is not known"),
    ):
        find.fill(layer)
        find.press("Enter")
        expect(readout(page)).to_contain_text(told, timeout=SLOW)


def test_the_file_of_the_map_has_the_picture_and_the_maps_in_it(screen):
    page = screen()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as SVG").click()
    found = ElementTree.fromstring(saved.value.path().read_text(encoding="utf-8"))
    pictures = [each.get("href") for each in found.iter("{http://www.w3.org/2000/svg}image")]
    # The digit, and one map at least of each of two convolutions, their activations and poolings.
    assert len(pictures) >= 7
    sizes = [Image.open(BytesIO(base64.b64decode(each.partition(",")[2]))).size for each in pictures]
    assert sizes[0] == (28, 28)
    assert all(side > 1 for size in sizes[:7] for side in size)


def test_a_layer_in_the_link_is_seen_on_a_phone_where_all_of_the_network_is_small(screen):
    page = screen("activations?view=network&layer=bn2.act", width=390, height=844)
    expect(readout(page)).to_contain_text("bn2.act, ReLU6", timeout=SLOW)
    stage = page.locator(".stage").last
    stage.scroll_into_view_if_needed()
    box, seen = stage.bounding_box(), set()
    for down in range(4, int(box["height"]), 6):
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + down)
        seen.add(page.locator(".stage .map").last.evaluate("(canvas) => canvas.dataset.hover"))
    assert "bn2.act" in seen

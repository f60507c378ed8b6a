"""Tours in a real browser: a whole one by key, one by touch on a phone, one that Python draws; none loses a view."""

import re

import pytest
from playwright.sync_api import expect

from cnnviz.ui.tours import tour, tour_through
from tests.browser.ready import SLOW, answered, next_frames, settle
from tests.conftest import some

NETWORKS = "architectures?part=Networks"


def pixels(page):
    """Return the map as it is drawn, after the next frames."""
    next_frames(page)
    return page.locator(".stage .map").evaluate("(canvas) => canvas.toDataURL()")


def opened(visit, url, **options):
    page = visit(url, reduced_motion="reduce", **options)
    expect(page.locator(".stage .map")).to_be_attached(timeout=SLOW)
    settle(page)
    return page


def test_a_whole_tour_by_key_alone_asks_the_server_nothing_and_gives_the_view_back(serve, visit):
    page = opened(visit, f"{serve('app.py')}/{NETWORKS}", height=800)
    stage, card, said = page.locator(".stage"), page.locator(".tour"), page.locator(".tour .said")
    stage.focus()
    for key in ("End", "+", "+"):
        page.keyboard.press(key)
    page.get_by_label("Colour").select_option("1")
    steps = tour_through("lenet5").through("lenet5")
    begin = page.get_by_role("button", name="Begin the tour of the network")
    begin.focus()
    before, sent = pixels(page), len(page.frames_sent)
    page.keyboard.press("Enter")
    seen = []
    for number, step in enumerate(steps, 1):
        expect(said).to_have_text(re.compile(rf"^{number}/{len(steps)}\S"))
        assert f"tour=lenet&step={number}" in page.url
        expect(page.get_by_label("Colour")).to_have_value("-1" if not step.measure else re.compile("[012]"))
        seen.append(pixels(page))
        page.keyboard.press("ArrowRight" if number % 2 else "n")
    assert len(set(seen)) > len(steps) - 2
    # "Done" at the last step leaves the tour, and begins it anew the next time.
    expect(card).to_be_hidden()
    expect(begin).to_be_focused()
    assert "tour=" not in page.url
    assert pixels(page) == before
    page.keyboard.press("Enter")
    for key in ("ArrowRight", "n", "p", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    expect(said).to_have_text(re.compile("^2/"))
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    assert pixels(page) == before
    page.get_by_role("button", name="Go on with step 2 of 8 of the tour").press("Enter")
    expect(said).to_have_text(re.compile("^2/"))
    assert len(page.frames_sent) == sent
    # An act that Python writes into the address keeps the step there, as another network of the same tour does.
    with answered(page):
        page.get_by_role("combobox", name=re.compile("Network")).click()
        page.get_by_text("20 and 50 maps, ReLU").last.click()
    expect(page).to_have_url(re.compile("network=lenet-relu.*tour=lenet&step=2"), timeout=SLOW)
    expect(said).to_contain_text("Each of 20 kernels", timeout=SLOW)
    with answered(page):
        page.get_by_text("VGG", exact=True).first.click()
    expect(card).to_be_hidden(timeout=SLOW)
    assert "tour=" not in page.url


def test_a_link_opens_a_step_and_a_finger_walks_on_at_390_pixels(serve, visit):
    link = f"{serve('app.py')}/{NETWORKS}&architecture=nin&tour=nin&step=2"
    page = opened(visit, link, width=390, height=844, has_touch=True)
    said, steps = page.locator(".tour .said"), tour("nin").steps
    stage, card = page.locator(".stage"), page.locator(".tour")
    sent = len(page.frames_sent)
    for number in range(2, len(steps) + 1):
        expect(said).to_have_text(re.compile(f"^{number}/{len(steps)}"))
        assert f"step={number}" in page.url
        seen, below = stage.bounding_box(), card.bounding_box()
        assert below["y"] >= seen["y"] + seen["height"]
        assert below["x"] >= 0
        assert below["x"] + below["width"] <= 390
        button = page.locator(".tour .next")
        assert button.bounding_box()["height"] >= 40
        button.tap()
        if number < len(steps):
            # Map and card are seen together, whole.
            expect(said).to_have_text(re.compile(f"^{number + 1}/"))
            box = card.bounding_box()
            assert box["y"] + box["height"] <= 844
            assert stage.bounding_box()["y"] >= 0
    expect(card).to_be_hidden()
    assert "tour=" not in page.url
    assert len(page.frames_sent) == sent


@pytest.mark.parametrize("width", some([1280, 390]))
def test_the_tour_of_torchvisions_network_on_the_screen_network_asks_the_server_nothing(serve, visit, width):
    page = opened(visit, f"{serve('app.py')}/network?net=model:resnet18&size=3x64x64", width=width, height=844)
    said = page.locator(".tour .said")
    before, sent = pixels(page), len(page.frames_sent)
    page.get_by_role("button", name="Begin the tour of the network").press("Enter")
    seen = []
    for number in range(1, len(steps := tour("resnet").through("resnet18")) + 1):
        expect(said).to_have_text(re.compile(rf"^{number}/{len(steps)}\S"))
        assert f"tour=resnet&step={number}" in page.url
        seen.append(pixels(page))
        page.keyboard.press("n")
    assert len(set(seen)) > len(steps) - 2
    expect(page.locator(".tour")).to_be_hidden()
    assert "tour=" not in page.url
    assert pixels(page) == before
    assert len(page.frames_sent) == sent
    # Beside a network that is none of the gallery's no tour is offered.
    page = opened(visit, f"{serve('app.py')}/network?net=model:resnext50_32x4d&size=3x64x64&tour=resnet&step=2")
    expect(page.locator(".stage")).to_be_visible()
    expect(page.locator(".begin")).to_be_hidden()
    expect(page.locator(".tour")).to_be_hidden()


def test_a_step_that_no_tour_has_is_the_last_one_and_another_tour_is_none(serve, visit):
    page = opened(visit, f"{serve('app.py')}/{NETWORKS}&architecture=nin&tour=nin&step=99")
    expect(page.locator(".tour .said")).to_have_text(re.compile("^7/7"))
    page = opened(visit, f"{serve('app.py')}/{NETWORKS}&architecture=nin&tour=vgg&step=2")
    expect(page.locator(".tour")).to_be_hidden()
    assert "tour=" not in page.url


@pytest.mark.parametrize("width", some([390, 1280]))
def test_the_tour_from_the_photo_moves_the_screen_and_gives_it_back(serve, visit, width):
    page = visit(f"{serve('app.py')}/activations?layer=bn1.act&channel=3", width=width, height=844)
    begin = page.get_by_role("button", name="Begin the tour of the network")
    expect(begin).to_be_visible(timeout=SLOW)
    settle(page)
    begin.click()
    said = page.locator(".tour .said")
    expect(said).to_have_text(re.compile("^1/9"))
    expect(page).to_have_url(re.compile("layer=conv_stem.pad&tour=photo&step=1"), timeout=SLOW)
    settle(page)
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("layer=conv_stem.conv2d&tour=photo&step=2"), timeout=SLOW)
    expect(page.get_by_text("32 maps of 112×112")).to_be_visible(timeout=SLOW)
    settle(page)
    # What the pointer is told stands above the card; on a phone it follows further down.
    top, readouts = page.locator(".tour").bounding_box()["y"], page.locator(".readout").filter(visible=True)
    boxes = [each.bounding_box() for each in readouts.all()]
    assert boxes
    assert width < 640 or all(box["y"] + box["height"] <= top for box in boxes), (top, boxes)
    page.keyboard.press("Escape")
    expect(page.locator(".tour")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"\?layer=bn1.act&channel=3$"), timeout=SLOW)

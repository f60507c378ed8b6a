"""The screen on why a network answers as it does in a real Chromium: places and patches, against torch's numbers."""

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from cnnviz import images, models
from cnnviz.probes import cam, excite, gradient_signs, noise_image, stepped
from tests.browser.ready import SLOW, answered, settle

MODEL = "smallvgg-tiny"
ADDS = re.compile(r"Row (\d+), column (\d+) adds ([−\d.]+) to the logit")


@pytest.fixture
def open_at(serve, visit):
    """Return a function (query, **options) -> Page at rest, on which a part is drawn."""

    def open_page(query, **options):
        page = visit(f"{serve('app.py')}/why?model={MODEL}&{query}", **options)
        expect(page.locator(".account tbody tr").first).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return open_page


@pytest.fixture(scope="module")
def network():
    """Return the network and what it gets, (1, 3, H, W), of the photo that a page begins with."""
    how = models.card(MODEL).preprocessing
    prepared = images.prepare(np.asarray(images.gallery_image("chelsea")), how)
    return models.load(MODEL).eval(), torch.tensor(prepared.tensor)


def number(told: str) -> float:
    return float(told.replace("−", "-").rstrip("%"))


def place(page) -> tuple[int, int, float]:
    """Return the row, the column and the share that the readout tells of."""
    row, column, share = ADDS.search(page.locator(".account .readout").inner_text()).groups()
    return int(row), int(column), number(share)


def channels(page) -> list[float]:
    """Return what the lines above the last add: the strongest channels, and the others together."""
    return [number(line.split()[-1]) for line in page.locator(".account tbody tr").all_inner_texts()[:-1]]


def test_pointing_at_a_place_tells_its_share_of_the_logit(open_at, network):
    page = open_at("target=7", height=1000)
    found = cam(*network, 7)
    shares = found.map / found.map.size
    assert place(page)[:2] == np.unravel_index(shares.argmax(), shares.shape)
    box, (rows, columns) = page.locator(".map canvas.over").bounding_box(), shares.shape
    before = len(page.frames_sent)
    for row, column in ((0, 0), (rows - 1, 1), (1, columns - 1)):
        page.mouse.move(
            box["x"] + (column + 0.5) * box["width"] / columns, box["y"] + (row + 0.5) * box["height"] / rows
        )
        assert place(page) == (row, column, pytest.approx(shares[row, column], abs=6e-5))
        assert sum(channels(page)) == pytest.approx(shares[row, column], abs=1e-4)
    assert len(page.frames_sent) == before
    assert f"{found.logit:.4f}".replace("-", "−") in page.locator(".account .total").inner_text()


def test_keys_walk_over_the_places_and_the_link_keeps_the_last(open_at, network):
    page = open_at("target=7&row=1&column=1", height=1000)
    found = cam(*network, 7)
    shares = found.map / found.map.size
    page.locator(".map").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert place(page) == (2, 2, pytest.approx(shares[2, 2], abs=6e-5))
    with answered(page):
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"row=2&column=2|column=2&row=2"), timeout=SLOW)


def test_arrow_keys_move_the_patch_and_torch_has_the_same_probabilities(open_at, network):
    page = open_at("part=Occlusion&filling=black&size=16&stride=8&top=8&left=8", height=1000)
    model, batch = network
    how = models.card(MODEL).preprocessing

    def hidden(top, left):
        """Return the probabilities (K,) without the patch, which is written over in a copy."""
        copy = batch.clone()
        for channel, (mean, std) in enumerate(zip(how.mean, how.std, strict=True)):
            copy[0, channel, top : top + 16, left : left + 16] = -mean / std
        with torch.no_grad():
            return model(copy)[0].softmax(dim=0)

    with torch.no_grad():
        whole = model(batch)[0].softmax(dim=0)

    def shown():
        lines = page.locator(".account tbody tr").all_inner_texts()
        return [tuple(number(each) for each in line.split()[-2:]) for line in lines]

    def wanted(top, left):
        after = hidden(top, left)
        first = int(whole.argmax())
        return 100 * float(whole[first]), 100 * float(after[first])

    assert shown()[0] == pytest.approx(wanted(8, 8), abs=0.06)
    page.locator("button.patch").focus()
    with answered(page):
        page.keyboard.press("ArrowRight")
    with answered(page):
        page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile(r"top=16&left=16|left=16&top=16"), timeout=SLOW)
    expect(page.locator(".account .readout")).to_have_text("Patch, rows 16 to 31, columns 16 to 31")
    settle(page)
    assert shown()[0] == pytest.approx(wanted(16, 16), abs=0.06)
    assert abs(wanted(16, 16)[1] - wanted(8, 8)[1]) > 0.5, "two places with the same answer show nothing"


@pytest.fixture
def open_part(serve, visit):
    """Return a function (query, selector, **options) -> Page at rest, on which what the selector finds is drawn."""

    def open_page(query, selector, **options):
        page = visit(f"{serve('app.py')}/why?model={MODEL}&{query}", **options)
        expect(page.locator(selector).first).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return open_page


def test_the_film_goes_from_noise_to_what_the_channel_likes(open_part, network):
    query = "part=Excite&layer=block2.conv1&channel=5&aim=channel&steps=16&shift=2&blur=0&decay=0"
    page = open_part(query, ".reels canvas:visible", height=1000)
    model, _ = network
    how = models.card(MODEL).preprocessing
    mean, std = (torch.tensor(each)[:, None, None] for each in (how.mean, how.std))
    ends = {"low": (0 - mean) / std, "high": (1 - mean) / std}
    start = noise_image((3, *how.crop), **ends)
    wanted = [excite(model, start, "block2.conv1", 5, steps=steps, shift=2, **ends).mean for steps in (0, 8, 16)]
    before = len(page.frames_sent)
    slider = page.locator(".player input[type=range]")
    for at, steps in enumerate((0, 8, 16)):
        slider.fill(str(at))
        said = page.locator(".reels .said").inner_text()
        assert said.startswith(f"after {steps} steps: ")
        assert number(said.split()[-1]) == pytest.approx(wanted[at], rel=2e-3, abs=1e-3)
    assert len(page.frames_sent) == before


def test_the_slider_of_levels_gives_the_answer_of_the_picture_so_many_levels_on(open_part, network):
    page = open_part("part=Fool&levels=0", "[data-testid=stSlider]", height=1000)
    model, batch = network
    how = models.card(MODEL).preprocessing
    std = torch.tensor(how.std)[:, None, None]
    with torch.no_grad():
        best = int(model(batch)[0].argmax())
    signs = gradient_signs(model, batch, best)
    low, high = ((shade - torch.tensor(how.mean)[:, None, None]) / std for shade in (0, 1))
    names, page_says = models.card(MODEL).classes, page.get_by_text("The network now predicts")
    for levels in (0, 8):
        with torch.no_grad():
            shares = model(stepped(batch, signs, levels / 255 / std, low=low, high=high))[0].softmax(dim=0)
        if levels:
            page.get_by_role("spinbutton", name="Step ε").fill(str(levels))
            with answered(page):
                page.keyboard.press("Enter")
        name, share = names[int(shares.argmax())], 100 * float(shares.max())
        expect(page_says).to_contain_text(f"{name}, ")
        assert number(page_says.inner_text().rstrip(".").split()[-1]) == pytest.approx(share, abs=0.06)
    assert int(shares.argmax()) != best, "a step that changes nothing shows nothing"


def test_maps_that_nothing_follows_from_are_read_by_a_click_and_not_picked(open_part):
    page = open_part("part=Gradients", ".frame canvas:visible", height=1000)
    readout, box = page.locator(".foot .readout"), page.locator(".frame").bounding_box()
    assert "Enter" not in readout.inner_text()
    before = len(page.frames_sent)
    page.mouse.click(box["x"] + 20, box["y"] + 20)
    expect(readout).to_contain_text("gradient · row")
    page.wait_for_timeout(300)
    assert len(page.frames_sent) == before


def test_the_gallery_names_photos_and_no_channels(open_part):
    page = open_part("part=Fool", ".frame canvas:visible", height=1000)
    page.get_by_role("button", name="chelsea").click()
    settle(page)
    readout = page.locator(".root", has=page.get_by_label("Photos of the gallery")).locator(".readout")
    expect(readout).to_contain_text("chelsea · ")
    assert "channel" not in readout.inner_text()

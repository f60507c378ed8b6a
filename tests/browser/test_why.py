"""The screen on why a network answers as it does in a real Chromium: places against torch's numbers."""

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from cnnviz import images, models
from cnnviz.probes import cam
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

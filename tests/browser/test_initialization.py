"""The screen on initialisation in a real Chromium: a film over layers without a message, its numbers those of torch."""

import re

import pytest
import torch
from playwright.sync_api import expect

from cnnviz.probes.deep_stack import DeepStack, measure
from tests.browser.access import PHONE, assert_accessible, assert_nothing_jumps
from tests.browser.frames import assert_smooth, sweep
from tests.browser.ready import SLOW, answered, settle
from tests.conftest import some
from tests.ui.written import number

LINK = "width=96&depth=5&beginning=xavier&function=relu"
PARTS = ("", "Symmetry", "Residual", "First steps", "Derivation")


@pytest.fixture
def open_at(serve, visit):
    """Return a function (query, width=1280) -> Page on which the film is drawn."""

    def go(query: str = LINK, *, width: int = 1280):
        page = visit(f"{serve('app.py')}/initialization?{query}", width=width, height=900)
        expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return go


def slider(page):
    return page.get_by_role("slider", name="layer", exact=True)


def told(page) -> list[dict[str, float]]:
    """Return what is said of the activations and of the gradients of the layer that is looked at."""
    rows = []
    for text in page.locator(".panel .head span").all_inner_texts():
        deviation = re.search(r"standard deviation ([^ ]+)", text)
        zeros = re.search(r"([\d.]+)% exactly 0", text)
        rows.append({"deviation": number(deviation[1]), "zeros": float(zeros[1]) / 100 if zeros else 0.0})
    return rows


def assert_told(page, found, layer: int) -> None:
    expect(page.get_by_text(f"layer {layer} of 5")).to_be_visible()
    for row, each in zip(told(page), (found.activations[layer], found.gradients[layer]), strict=True):
        assert row["deviation"] == pytest.approx(each.deviation, rel=0.01)
        assert row["zeros"] == pytest.approx(each.zeros, abs=0.006)


def middle(page, layer: int, layers: int) -> tuple[float, float]:
    """Return where a layer's column stands in the upper panel; left of the columns is the axis."""
    box = page.locator(".up .layers").bounding_box()
    return box["x"] + 58 + (layer + 0.5) * (box["width"] - 62) / layers, box["y"] + 60


def test_every_layer_is_told_as_torch_has_it_wherever_it_is_asked_for(open_at):
    found = measure(DeepStack((96,) * 6, torch.relu, "xavier"))
    page = open_at()
    before = len(page.frames_sent)
    for layer in (3, 0, 5, 1):
        page.mouse.move(*middle(page, layer, 6))
        assert_told(page, found, layer)
    assert len(page.frames_sent) == before
    page.mouse.move(5, 5)
    slider(page).fill("2")
    assert_told(page, found, 2)


@pytest.mark.alone
def test_pointing_and_playing_are_answered_at_frame_rate_without_a_message(open_at):
    page = open_at("width=256&depth=50&beginning=kaiming_in&function=relu")
    assert_smooth(page, lambda: sweep(page, ".up .layers"))


def test_a_click_is_the_link_and_playing_ends_at_the_last_layer(open_at):
    page = open_at()
    with answered(page):
        page.mouse.click(*middle(page, 2, 6))
    expect(page).to_have_url(re.compile("at=2"), timeout=SLOW)
    page.mouse.move(5, 5)
    expect(page.get_by_text("layer 2 of 5")).to_be_visible()
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text("layer 5 of 5")).to_be_visible(timeout=SLOW)


@pytest.mark.parametrize("part", some(PARTS, every=2))
def test_every_part_stays_where_it_is_and_can_be_used_by_all(open_at, part):
    page = open_at(f"part={part}" if part else LINK, width=PHONE)
    assert_nothing_jumps(page)
    assert_accessible(page)

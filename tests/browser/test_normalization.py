"""The screen on normalisation in a real Chromium: what is pointed at and typed, against torch's numbers."""

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from torch.nn import functional

from tests.browser.frames import assert_smooth, sweep
from tests.browser.ready import SLOW, answered, settle
from tests.conftest import some


@pytest.fixture
def open_at(serve, visit):
    """Return a function (query) -> Page on which the batch is drawn."""

    def go(query="", **options):
        page = visit(f"{serve('app.py')}/normalization?{query}", **options)
        expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
        expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return go


def numbers(page, grid: str, size: tuple[int, ...]) -> torch.Tensor:
    """Return what stands in the cells of a grid."""
    written = page.locator(f".{grid} .cell").evaluate_all(
        "(cells) => cells.toSorted((a, b) => a.id.split('-')[1] - b.id.split('-')[1]).map((cell) => cell.textContent)"
    )
    return torch.tensor([float(text.replace("−", "-")) for text in written]).reshape(size)


def lit(page, grid: str) -> set[int]:
    ids = page.locator(f".{grid} .lit").evaluate_all("(cells) => cells.map((cell) => cell.id)")
    return {int(each.split("-")[1]) for each in ids}


@pytest.mark.parametrize("way", some(["batch", "layer", "group", "instance"], every=2))
def test_a_hover_lights_the_set_and_writes_its_sums(open_at, way):
    page = open_at(f"way={way}")
    inputs = numbers(page, "input", (3, 4, 3, 3)).double()
    sent = len(page.frames_sent)
    page.locator("#output-40").hover()  # image 1, channel 0
    places = torch.arange(108).reshape(3, 4, 3, 3)
    members = {"batch": places[:, 0], "layer": places[1], "instance": places[1, 0], "group": places[1, :2]}[way]
    assert lit(page, "input") == set(members.flatten().tolist())
    assert lit(page, "output") == {40}
    chosen = inputs.flatten()[members.flatten()]
    hat = (inputs.flatten()[40] - chosen.mean()) / (chosen.var(correction=0) + 1e-5).sqrt()
    lines = page.locator(".sum > div").all_inner_texts()
    assert f"{len(chosen)} numbers" in lines[0]
    for line, value in zip(lines[1:], (chosen.mean(), chosen.var(correction=0), hat, hat), strict=True):
        told = float(line.rsplit("= ", 1)[1].replace("−", "-"))
        assert told == pytest.approx(value.item(), rel=1e-4, abs=1e-6)
    assert len(page.frames_sent) == sent


def test_a_changed_number_moves_what_shares_its_statistics_and_torch_agrees(open_at):
    page = open_at("kind=vectors&images=3&features=4")
    page.locator(".input").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("2")
    page.keyboard.type("5")
    with answered(page):
        page.keyboard.press("Enter")
    # Feature 0 of every vector moves, and no other.
    moved = page.locator(".output .moved").evaluate_all("(cells) => cells.map((cell) => cell.id)")
    assert set(moved) == {"output-0", "output-4", "output-8"}
    expect(page).to_have_url(re.compile(r"edited_input=4(:|%3A)25"), timeout=SLOW)
    expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
    assert float(page.locator(".check").get_attribute("data-difference")) < 1e-9
    inputs = numbers(page, "input", (3, 4))
    assert inputs[1, 0] == 25
    wanted = functional.batch_norm(inputs, None, None, training=True)
    np.testing.assert_allclose(numbers(page, "output", (3, 4)), wanted, atol=0.0051)


def test_a_gamma_is_changed_by_touch_and_is_in_the_link(open_at):
    page = open_at(width=390, height=844, has_touch=True)
    page.locator("#gamma-2").tap()
    expect(page).to_have_url(re.compile(r"at=gamma\.2"), timeout=SLOW)
    page.get_by_role("button", name="Change value").tap()
    expect(page.locator(".edit")).to_be_focused()
    page.keyboard.type("-3")
    with answered(page):
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"edited_gamma=2(:|%3A)-3"), timeout=SLOW)
    expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
    assert numbers(page, "gamma", (4,)).tolist() == [1, 1, -3, 1]


@pytest.mark.alone
def test_hovering_keeps_the_frame_rate_and_sends_nothing(open_at):
    page = open_at("images=4&channels=6&size=4")
    assert_smooth(page, lambda: sweep(page, ".panels"))

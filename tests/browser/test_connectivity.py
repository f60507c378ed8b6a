"""The screen on connectivity in a real Chromium: weights, sums and keys, against torch's numbers."""

import re

import pytest
import torch
from playwright.sync_api import expect
from torch.nn import functional

from cnnviz.ui.connectivity.state import WORDS, read
from tests.browser.frames import assert_smooth, sweep
from tests.browser.ready import SLOW, answered, settle
from tests.conftest import some
from tests.ui.opened import opened

NUMBER = r"−?\d+(?:\.\d+)?"


@pytest.fixture
def open_at(serve, visit):
    """Return a function (query) -> Page on which the connections are drawn."""

    def go(query: str = ""):
        page = visit(f"{serve('app.py')}/connectivity?{query}", height=1000)
        expect(matrix(page)).to_be_visible(timeout=SLOW)
        expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return go


def matrix(page):
    return page.get_by_role("grid", name=re.compile("Weight matrix"))


def told(page) -> list[str]:
    return page.locator(".sum > div").all_inner_texts()


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def experiment(axes: str = "one axis", step: str = "shared", **changes):
    with opened(axes=axes, step=step, **changes):
        return read()


def test_the_keys_walk_the_matrix_and_tell_weights_sums_and_inputs(open_at):
    page = open_at()
    each = experiment()
    inputs, kernel = torch.tensor(each.inputs), torch.tensor(each.weights)
    expected = functional.conv1d(inputs[None, None], kernel[None, None], stride=2)[0, 0]
    before = len(page.frames_sent)
    matrix(page).focus()
    page.keyboard.press("Home")
    title, used = told(page)
    assert number(title.split(" = ")[1]) == kernel[0]
    assert used == "connects input 0 with output 0; used 3 times, at every place of its colour"
    page.keyboard.press("ArrowDown")
    assert told(page)[0] == "No connection from input 0 to output 1: the matrix has a 0 there."
    page.keyboard.press("End")
    title, written = told(page)
    assert number(title.split(" = ")[1]) == pytest.approx(float(expected[1]))
    terms = re.findall(rf"({NUMBER})·\(?({NUMBER})\)?", written)
    assert [number(a) for a, _ in terms] == inputs[2:5].tolist()
    assert [number(b) for _, b in terms] == kernel.tolist()
    for key in ("Home", "ArrowUp", "ArrowUp", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert told(page) == [f"Input 2 = {inputs[2]:g}", "reaches 2 of 3 outputs"]
    expect(page.locator("#at-connection")).to_have_attribute(
        "aria-label", f"Input 2 = {inputs[2]:g}, reaches 2 of 3 outputs"
    )
    page.keyboard.press("Space")
    page.mouse.move(5, 5)
    matrix(page).blur()
    assert told(page)[0].startswith("Input 2")
    assert len(page.frames_sent) == before


def test_pointing_at_a_unit_of_the_image_tells_its_sum(open_at):
    page = open_at("axes=two axes&size=4&kernel_size=3&stride=1&step=local")
    each = experiment("two axes", "local", kernel_size=3)
    windows = functional.unfold(torch.tensor(each.inputs)[None, None], 3)[0].T
    expected = (windows * torch.tensor(each.weights).flatten(1)).sum(dim=1)
    matrix(page).focus()
    for _ in range(4):
        page.keyboard.press("ArrowUp")
    for row in range(4):
        page.keyboard.press("Home")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("End")
        title, written = told(page)
        assert title.startswith(f"Output ({row // 2}, {row % 2}) = ")
        assert number(title.split(" = ")[1]) == pytest.approx(float(expected[row]))
        assert written.count("·") == 9


def test_each_step_draws_its_own_connections(open_at):
    page = open_at()
    for name, entry in (("all", "used here alone"), ("local", "used here alone")):
        with answered(page):
            page.get_by_test_id("stButtonGroup").first.get_by_text(WORDS.label(f"preset.{name}"), exact=True).click()
        expect(page.get_by_text("(drawn)")).to_contain_text(name[0].title(), timeout=SLOW)
        matrix(page).focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowDown")
        assert entry in told(page)[1]


@pytest.mark.alone
@pytest.mark.parametrize("query", some(["axes=two axes&size=5&kernel_size=1&step=all", ""]))
def test_hovering_keeps_the_frame_rate_and_sends_nothing(open_at, query):
    page = open_at(query)
    assert_smooth(page, lambda: sweep(page, ".stage"))

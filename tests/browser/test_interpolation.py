"""The film of a descent in a real Chromium: dragged and played without a message, and its numbers those of torch."""

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from cnnviz import images
from cnnviz.probes.descent import descend
from cnnviz.probes.resampling import by_pixels
from tests.browser.access import PHONE, assert_accessible
from tests.browser.frames import assert_smooth
from tests.browser.ready import SLOW, answered, settle
from tests.conftest import some

LINK = "part=Why interpolation&steps=60"


@pytest.fixture
def open_at(serve, visit):
    """Return a function (query, width=1280) -> Page on which the film is drawn."""

    def go(query: str = LINK, *, width: int = 1280):
        page = visit(f"{serve('app.py')}/spatial_transformer?{query}", width=width, height=1000)
        expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=SLOW)
        expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return go


@pytest.fixture(scope="module")
def path():
    target = torch.tensor(images.sheet("digits")[36], dtype=torch.float64) / 255
    return descend(by_pixels(target, right=3, down=2), target, rate=0.03, steps=60, only_shift=True).bilinear


def pixels(page, name: str) -> np.ndarray:
    script = "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"
    return np.array(page.locator(f"canvas.{name}").evaluate(script)).reshape(28, 28, 4)[..., 0]


def told(page, row: str) -> list[str]:
    return page.locator(f"tr.{row} td").all_inner_texts()


def slider(page):
    return page.get_by_role("slider", name="step", exact=True)


def test_what_is_drawn_at_a_step_is_what_torch_computes(open_at, path):
    page = open_at(LINK + "&at=10")
    np.testing.assert_array_equal(pixels(page, "target"), images.sheet("digits")[36])
    np.testing.assert_array_equal(pixels(page, "given"), path.pictures[0])
    for step in (10, 11, 60, 0):
        slider(page).fill(str(step))
        np.testing.assert_array_equal(pixels(page, "first"), path.pictures[step])
        np.testing.assert_array_equal(pixels(page, "second"), path.pictures[0])
        loss, *theta = told(page, "one")
        assert float(loss) == pytest.approx(path.losses[step], rel=1e-2)
        assert [float(each.replace("−", "-")) for each in theta] == pytest.approx(path.thetas[step], abs=6e-4)
        assert told(page, "two")[1:] == ["1.000", "0.000", "0.000", "0.000", "1.000", "0.000"]


@pytest.mark.alone
def test_dragging_sends_nothing_until_it_is_released_and_then_the_curve_follows(open_at):
    page = open_at()
    slider(page).scroll_into_view_if_needed()
    settle(page)
    box = slider(page).bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.1, y)
    page.mouse.down()

    def along() -> None:
        for share in np.linspace(0.1, 0.9, 60):
            page.mouse.move(box["x"] + box["width"] * share, y)

    assert_smooth(page, along)
    page.mouse.up()
    step = int(slider(page).input_value())
    assert step > 45
    expect(page).to_have_url(re.compile(f"at={step}"), timeout=SLOW)
    expect(page.get_by_text(f"as bilinear's descent has them at step {step}")).to_be_visible(timeout=SLOW)
    expect(page.get_by_label("Step shown")).to_have_value(str(step))


@pytest.mark.alone
def test_play_runs_to_the_end_in_the_browser_and_pause_stops_it(open_at):
    page = open_at()
    page.get_by_role("button", name="Play").click()
    before = len(page.frames_sent)
    expect(page.get_by_text(re.compile(r"step ([89]|[1-5]\d) of 60"))).to_be_visible()
    assert len(page.frames_sent) == before
    page.get_by_role("button", name="Pause").click()
    stopped = int(slider(page).input_value())
    assert 6 < stopped < 60
    expect(page).to_have_url(re.compile(f"at={stopped}"), timeout=SLOW)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text("step 60 of 60")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page).to_have_url(re.compile("at=60"), timeout=SLOW)
    # Played again, it begins anew.
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text(re.compile(r"step [1-5]?\d of 60"))).to_be_visible()


def test_the_keys_do_the_same_and_a_typed_step_moves_the_slider(open_at):
    page = open_at()
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("at=7"), timeout=SLOW)
    assert "step 7 of 60" in slider(page).get_attribute("aria-valuetext")
    page.get_by_label("Step shown").fill("33")
    page.keyboard.press("Enter")
    expect(page.get_by_text("step 33 of 60")).to_be_visible(timeout=SLOW)
    expect(slider(page)).to_have_value("33")


def test_another_digit_is_picked_by_its_picture(open_at):
    page = open_at()
    page.get_by_text("Choose another digit").click()
    tiles = page.get_by_role("listbox")
    expect(tiles).to_be_visible(timeout=SLOW)
    tiles.focus()
    settle(page)
    page.keyboard.press("Home")
    with answered(page):
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("pulled=0"), timeout=SLOW)
    np.testing.assert_array_equal(pixels(page, "target"), images.sheet("digits")[0])


@pytest.mark.parametrize("query", some([LINK + "&picture=digit&step=0.5&all_six=true", LINK]))
def test_no_serious_fault_of_access_and_nothing_wider_than_the_window(open_at, query):
    assert_accessible(open_at(query, width=PHONE))

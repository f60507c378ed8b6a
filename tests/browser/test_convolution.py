"""The screen on convolution in a real Chromium: what is pointed at, played and changed, against torch's numbers."""

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from torch.nn import functional

from cnnviz.ui.convolution.state import PRESETS, WORDS, read
from tests.browser.frames import assert_smooth, sweep
from tests.browser.ready import SLOW, answered, settle, wait_until
from tests.conftest import some

NUMBER = r"−?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
ORANGE = (180, 83, 9)


@pytest.fixture
def open_at(serve, visit):
    """Return a function (query, width=1280) -> Page on which the grids are drawn."""
    return lambda query="", width=1280: ready(visit(f"{serve('app.py')}/convolution?{query}", width=width, height=1000))


@pytest.fixture
def look_at(serve, revisit):
    """Return the same function, for tests that tell Python nothing."""
    return lambda query="": ready(revisit(f"{serve('app.py')}/convolution?{query}", height=1000))


def ready(page):
    expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
    settle(page)
    return page


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def cell(page, panel: str, row: int, column: int, size: tuple[int, int]) -> tuple[float, float]:
    """Return where a cell of a panel of one grid is, in the window."""
    box = page.locator(f"[data-panel={panel}]").bounding_box()
    return box["x"] + (column + 0.5) * box["width"] / size[1], box["y"] + (row + 0.5) * box["height"] / size[0]


def told(page) -> list[str]:
    return page.locator(".sum > div").all_inner_texts()


def default() -> tuple[np.ndarray, np.ndarray]:
    """Return the input (10, 10) and the kernel (3, 3) that the screen begins with."""
    begun = read()
    return begun.inputs[0], begun.weights[0, 0]


def convolution(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    given = (torch.tensor(each, dtype=torch.float64)[None, None] for each in (image, kernel))
    return functional.conv2d(*given, padding=1)[0, 0].numpy()


def is_lit(page, point: tuple[float, float]) -> bool:
    """Return whether the cell at a point of the window has a border in the kernel's colour."""
    script = """(canvas, [x, y]) => {
      const box = canvas.getBoundingClientRect(), scale = canvas.width / box.width, context = canvas.getContext("2d");
      return [...context.getImageData((x - box.left) * scale - 40, (y - box.top) * scale, 40, 1).data]; }"""
    pixels = np.array(page.locator(".stage .over").evaluate(script, list(point))).reshape(-1, 4)
    return bool((np.abs(pixels[:, :3] - ORANGE).max(axis=1) < 6).any())


def test_a_hover_lights_the_window_and_writes_products_that_add_up(look_at):
    page = look_at()
    image, kernel = default()
    expected, padded = convolution(image, kernel), np.pad(image, 1)
    before = len(page.frames_sent)
    for row, column in [(0, 0), (4, 5), (5, 4), (9, 2), (7, 9)]:
        page.mouse.move(*cell(page, "output", row, column, (10, 10)))
        title, products = told(page)[:2]
        assert title.startswith(f"Output · row {row} · column {column}: ")
        assert number(title.split(": ")[1]) == pytest.approx(expected[row, column], abs=1e-4)
        left, total = products.split(" = ")
        pairs = re.findall(rf"({NUMBER})·\(?({NUMBER})\)?", left)
        window = padded[row : row + 3, column : column + 3]
        assert [number(a) for a, _ in pairs] == pytest.approx(window.flatten().tolist(), abs=1e-4)
        assert [number(b) for _, b in pairs] == pytest.approx(kernel.flatten().tolist(), abs=1e-4)
        assert sum(number(a) * number(b) for a, b in pairs) == pytest.approx(expected[row, column], abs=1e-3)
        assert number(total) == pytest.approx(expected[row, column], abs=1e-4)
        for down in (0, 2):
            for right in (0, 2):
                assert is_lit(page, cell(page, "input", row + down, column + right, (12, 12)))
        away = (row + 5) % 12, (column + 6) % 12
        assert not is_lit(page, cell(page, "input", *away, (12, 12)))
    assert len(page.frames_sent) == before


def test_an_input_and_a_weight_tell_what_becomes_of_them(look_at):
    page = look_at("padding=0&size=7&input=random")
    page.mouse.move(*cell(page, "input", 3, 3, (7, 7)))
    assert told(page)[0].startswith("Input · row 3 · column 3: ")
    assert "takes part in 9 of the outputs" in told(page)[1]
    page.mouse.move(*cell(page, "input", 0, 0, (7, 7)))
    assert "takes part in 1 of the outputs" in told(page)[1]
    page.mouse.move(*cell(page, "kernel", 0, 0, (3, 3)))
    assert told(page) == ["Kernel · row 0 · column 0: (−1)", "It multiplies 25 inputs, one for each of 25 outputs."]
    assert is_lit(page, cell(page, "input", 0, 0, (7, 7)))
    assert is_lit(page, cell(page, "input", 4, 4, (7, 7)))
    assert not is_lit(page, cell(page, "input", 6, 6, (7, 7)))


def test_a_changed_weight_gives_torchs_result_at_once_and_is_in_the_link(open_at):
    page = open_at()
    image, kernel = default()
    page.mouse.dblclick(*cell(page, "kernel", 1, 1, (3, 3)))
    expect(page.get_by_role("textbox", name=re.compile("Kernel · row 1 · column 1"))).to_be_focused()
    page.keyboard.type("-1/4")
    page.keyboard.press("Enter")
    kernel = kernel.copy()
    kernel[1, 1] = -0.25
    expected = convolution(image, kernel)
    page.mouse.move(*cell(page, "output", 5, 6, (10, 10)))
    assert number(told(page)[0].split(": ")[1]) == pytest.approx(expected[5, 6], abs=1e-4)
    expect(page.locator(".check")).to_contain_text("conv2d gives the same", timeout=SLOW)
    expect(page).to_have_url(re.compile(r"edited_kernel=4(:|%3A)-0\.25"))
    # Now an input, by keyboard: the cell at the top left of the picture.
    page.locator("[data-panel=input]").focus()
    for key in ("ArrowDown", "ArrowRight", "7"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    image = image.copy()
    image[0, 0] = 7
    expected = convolution(image, kernel)
    expect(page).to_have_url(re.compile(r"edited_input=0(:|%3A)7"), timeout=SLOW)
    expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
    for row, column in [(0, 0), (0, 1), (1, 1), (5, 5)]:
        page.mouse.move(*cell(page, "output", row, column, (10, 10)))
        assert number(told(page)[0].split(": ")[1]) == pytest.approx(expected[row, column], abs=1e-4)
    assert float(page.locator(".check").get_attribute("data-difference")) < 1e-5
    page.get_by_role("button", name="Undo all changed values").click()
    expect(page).not_to_have_url(re.compile("edited"), timeout=SLOW)
    page.mouse.move(*cell(page, "output", 0, 0, (10, 10)))
    expect(page.locator(".sum > div").first).to_contain_text(": 0")


def test_what_is_no_number_is_not_taken(open_at):
    page = open_at()
    # The first click of the two pins the cell, which Python is told.
    with answered(page):
        page.mouse.dblclick(*cell(page, "kernel", 0, 0, (3, 3)))
    before = len(page.frames_sent)
    page.keyboard.type("<b>1e999")
    page.keyboard.press("Enter")
    expect(page.locator(".edit")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Escape")
    expect(page.locator(".edit")).to_be_hidden()
    assert len(page.frames_sent) == before


@pytest.mark.alone
def test_the_window_plays_pauses_and_steps_without_a_message(look_at):
    page = look_at("size=5&padding=0&input=random")
    before = len(page.frames_sent)
    page.get_by_label("Speed").fill("0")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_label("Speed").fill("6")
    expect(page.get_by_role("button", name="Show all")).to_be_disabled(timeout=5000)
    page.get_by_role("button", name=re.compile("^Step ")).last.click()
    assert told(page)[0].startswith("Output · row 0 · column 0")
    for _ in range(4):
        page.get_by_role("button", name=re.compile("^Step ")).last.click()
    assert told(page)[0].startswith("Output · row 1 · column 1")
    page.get_by_role("button", name="Step back").click()
    assert told(page)[0].startswith("Output · row 1 · column 0")
    page.get_by_label("Speed").fill("0")
    page.get_by_role("button", name="Play").click()
    wait_until(page, lambda: told(page)[0].startswith("Output · row 1 · column 1"))
    page.get_by_role("button", name="Pause").click()
    reached = told(page)[0]
    assert reached.startswith("Output · row 1 · column")
    page.wait_for_timeout(1200)
    assert told(page)[0] == reached
    page.get_by_role("button", name="Show all").click()
    page.locator("[data-panel=output]").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    assert told(page)[0].startswith("Output · row 2 · column 1")
    assert len(page.frames_sent) == before


def test_painting_adds_up_to_the_transposed_convolution(look_at):
    page = look_at("kind=ConvTranspose2d&drawn=painting&input=random&size=3&padding=0&weights=box blur")
    step = page.get_by_role("button", name=re.compile("^Step ")).last
    image = np.random.default_rng(0).integers(0, 10, (3, 3)).astype(float)
    kernel = torch.full((1, 1, 3, 3), 1 / 9, dtype=torch.float64)
    for done in range(1, 4):
        step.click()
        partial = np.where(np.arange(9).reshape(3, 3) < done, image, 0)
        expected = functional.conv_transpose2d(torch.tensor(partial)[None, None], kernel, stride=2)[0, 0].numpy()
        assert "paints 9 of the outputs" in told(page)[1]
        for row, column in [(0, 2), (1, 3), (2, 4)]:
            page.mouse.move(*cell(page, "output", row, column, (7, 7)))
            assert number(told(page)[0].split(": ")[1]) == pytest.approx(expected[row, column], abs=1e-4)


def test_a_click_pins_and_escape_lets_go(open_at):
    page = open_at()
    page.mouse.click(*cell(page, "output", 2, 3, (10, 10)))
    page.mouse.move(5, 5)
    expect(page.locator("#at-output")).to_have_attribute("aria-selected", "true")
    assert told(page)[0].startswith("Output · row 2 · column 3")
    page.wait_for_timeout(2500)
    assert told(page)[0].startswith("Output · row 2 · column 3")
    page.keyboard.press("Escape")
    page.locator("[data-panel=output]").blur()
    expect(page.locator(".sum")).to_contain_text("Point at a cell")


@pytest.mark.alone
@pytest.mark.parametrize(
    "query", some(["size=16&padding=4&kernel_size=7&dilation=2", "", "channels=3&filters=4&size=8"])
)
def test_hovering_keeps_the_frame_rate_and_sends_nothing(look_at, query):
    page = look_at(query)
    assert_smooth(page, lambda: sweep(page, ".stage"))


def test_the_browser_adds_up_what_torch_does_in_every_preset(open_at):
    page = open_at()
    pills = page.get_by_test_id("stButtonGroup").first
    for name in some([*PRESETS][1:]):
        title = page.locator("[data-panel=input]").get_attribute("aria-label")
        with answered(page):
            pills.get_by_text(WORDS.label(f"preset.{name}"), exact=True).click()
        expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
        assert float(page.locator(".check").get_attribute("data-difference")) < 1e-5, (name, title)


@pytest.mark.parametrize("query", some([
    "kind=ConvTranspose2d&stride=3&output_padding=2&dilation=2&kernel_size=4&padding=2&channels=4&filters=2&groups=2&bias=true",
    "padding_mode=circular&padding=3&size=6&kernel_size=5",
    "padding_mode=reflect&padding=4&stride=3&dilation=2",
    "padding_mode=replicate&same=true&kernel_size=6&flip=true",
    "kind=ConvTranspose1d&drawn=painting&stride=2&kernel_size=5&weights=random&flip=true",
    "kind=Conv3d&channels=2&filters=2&groups=2&padding=1&padding_mode=circular&weights=random",
]))  # fmt: skip
def test_the_browser_adds_up_what_torch_does(open_at, query):
    page = open_at(query)
    assert float(page.locator(".check").get_attribute("data-difference")) < 1e-5
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_on_a_phone_the_grids_stand_below_each_other(open_at):
    page = open_at(width=390)
    boxes = [page.locator(f"[data-panel={name}]").bounding_box() for name in ("input", "kernel", "output")]
    assert boxes[0]["y"] + boxes[0]["height"] < boxes[1]["y"]
    assert boxes[1]["y"] + boxes[1]["height"] < boxes[2]["y"]
    assert max(box["x"] + box["width"] for box in boxes) <= 390

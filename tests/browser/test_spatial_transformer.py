"""The warp by hand in a real Chromium: its pixels against torch's, and what dragging sends."""

import re
from urllib.parse import parse_qs, urlencode, urlparse

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from torch.nn import functional

from cnnviz import images
from cnnviz.images.square import small_square
from cnnviz.ui.spatial_transformer.by_hand.state import PHOTO, PRESETS, THETA, WORDS
from tests.browser.frames import assert_smooth
from tests.browser.ready import SLOW, answered, next_frames, settle
from tests.conftest import some

DEFAULT = THETA.default
DIGIT = images.sheet("digits")[32][None]
PIXELS = """canvas => ({ size: [canvas.height, canvas.width],
  data: [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data] })"""


@pytest.fixture
def open_at(serve, visit):
    """Return a function (**link) -> Page on which the warp is drawn and torch has answered."""
    return lambda **link: ready(visit(address(serve, link), height=1000))


@pytest.fixture
def look_at(serve, revisit):
    """Return the same function, for tests that tell Python nothing."""
    return lambda **link: ready(revisit(address(serve, link), height=1000))


def address(serve, link: dict[str, str]) -> str:
    return f"{serve('app.py')}/spatial_transformer?{urlencode(link)}"


def ready(page):
    expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
    expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
    settle(page)
    return page


def drawn(page) -> np.ndarray:
    """Return the pixels of the warped image, (h, w, 3)."""
    found = page.locator(".map canvas").evaluate(PIXELS)
    return np.array(found["data"], np.uint8).reshape(*found["size"], 4)[..., :3]


def by_torch(image, theta, size, mode="bilinear", padding="zeros", align_grid=False, align_sample=False) -> np.ndarray:
    """Return the same by torch, as the bytes (h, w, 3) of its values (C, h, w), and the values."""
    batch = torch.tensor(image)[None].double() / 255
    grid = functional.affine_grid(
        torch.tensor(theta, dtype=torch.float64).view(1, 2, 3), [1, len(image), *size], align_corners=align_grid
    )
    values = functional.grid_sample(batch, grid, mode, padding, align_sample)[0].numpy()
    pixels = np.round(255 * values.clip(0, 1)).transpose(1, 2, 0)
    return np.broadcast_to(pixels, (*size, 3)), values


def same(page, expected: np.ndarray) -> bool:
    # One level apart: 127.5 may be rounded either way.
    return bool(np.abs(drawn(page).astype(float) - expected).max() <= 1)


def theta_of(page) -> tuple[float, ...]:
    return tuple(map(float, parse_qs(urlparse(page.url).query)["theta"][0].split(",")))


def corner(page, number: int) -> tuple[float, float]:
    box = page.locator(f'.handle[data-corner="{number}"]').bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, number: int, right: float, down: float, steps: int = 10) -> None:
    x, y = corner(page, number)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=steps)
    page.mouse.up()


THETAS = [(0.83, -0.41, 0.13, 0.37, 1.21, -0.29), (-1.7, 0.6, 0.4, 0.2, 1.9, 0.7)]


# Every mode with every padding, and the four pairs of settings of align_corners in turn; by day a mode each.
PAIRS = ((False, False), (True, True), (True, False), (False, True))
MODES, PADDINGS = ("nearest", "bilinear", "bicubic"), ("zeros", "border", "reflection")
CASES = [(mode, padding, *PAIRS[(i + 3 * j) % 4]) for i, mode in enumerate(MODES) for j, padding in enumerate(PADDINGS)]


@pytest.mark.parametrize(("mode", "padding", "align_grid", "align_sample"), some(CASES, every=4))
def test_the_screen_draws_what_torch_computes(open_at, mode, padding, align_grid, align_sample):
    theta = THETAS[align_grid]
    page = open_at(theta=",".join(map(str, theta)), sampling=mode, outside=padding, align_grid=str(align_grid).lower(),
                   align_sample=str(align_sample).lower(), height="19", width="33")  # fmt: skip
    expected, _ = by_torch(DIGIT, theta, (19, 33), mode, padding, align_grid, align_sample)
    assert same(page, expected)
    assert float(page.locator(".check").get_attribute("data-difference")) < 1e-6


def test_a_photo_is_warped_in_its_colours(open_at):
    page = open_at(image="photo", sampling="bicubic", outside="border", theta="1.2,-0.5,0.2,0.5,1.2,0.3")
    image = small_square(np.asarray(images.gallery_image("chelsea")), PHOTO)
    expected, _ = by_torch(image, (1.2, -0.5, 0.2, 0.5, 1.2, 0.3), (96, 96), "bicubic", "border")
    assert same(page, expected)
    assert float(page.locator(".check").get_attribute("data-difference")) < 1e-6


@pytest.mark.alone
@pytest.mark.parametrize("link", some([{"image": "photo", "sampling": "bicubic", "outside": "reflection"}, {}]))
def test_dragging_keeps_the_frame_rate_and_sends_nothing_until_release(open_at, link):
    page = open_at(**link)
    start = drawn(page)
    x, y = corner(page, 1)
    page.mouse.move(x, y)
    before = len(page.frames_sent)
    page.mouse.down()

    def around() -> None:
        for turn in np.linspace(0, 2 * np.pi, 100):
            page.mouse.move(x - 60 + 60 * np.cos(turn), y + 60 + 60 * np.sin(turn))

    assert_smooth(page, around)
    page.mouse.move(x - 90, y + 20)
    next_frames(page)
    assert np.abs(drawn(page).astype(int) - start).max() > 50
    expect(page.locator(".check")).to_have_text("computed in the browser")
    assert len(page.frames_sent) == before
    shown = drawn(page)
    page.mouse.up()
    expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
    assert float(page.locator(".check").get_attribute("data-difference")) < 1e-6
    assert len(page.frames_sent) > before
    np.testing.assert_array_equal(drawn(page), shown)
    if not link:
        assert same(page, by_torch(DIGIT, theta_of(page), (28, 28))[0])


def test_turning_keeps_the_centre_stretching_the_opposite_corner_and_shearing_the_opposite_side(open_at):
    page = open_at(theta="0.6,0,0.1,0,0.6,-0.1")

    def corners(theta):
        a, b, c, d, e, f = theta
        return [(a * x + b * y + c, d * x + e * y + f) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]

    with answered(page):
        drag(page, 1, 20, 50)
    expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
    a, b, c, d, e, f = turned = theta_of(page)
    assert (c, f) == (0.1, -0.1)
    assert (a, b) == pytest.approx((e, -d), abs=2e-6)
    assert d > 0.1
    for tool, kept in (("Stretch", [3]), ("Shear", [0, 3])):
        page.locator(".choice").get_by_text(tool, exact=True).click()
        before = theta_of(page)
        with answered(page):
            drag(page, 1, -30, -40)
        expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
        after = theta_of(page)
        for number in kept:
            assert corners(after)[number] == pytest.approx(corners(before)[number], abs=5e-6)
        assert corners(after)[1] != pytest.approx(corners(before)[1], abs=0.05)
        if tool == "Stretch":
            assert after[0] * turned[3] == pytest.approx(after[3] * turned[0], abs=1e-5)


def test_the_box_moves_as_a_whole(open_at):
    page = open_at(theta="0.5,0,0,0,0.5,0")
    stage = page.locator(".stage").bounding_box()
    # The image is drawn with a margin: its width is what two units of theta are.
    unit = stage["width"] / (1 + 2 * 0.22) / 2
    x, y = stage["x"] + stage["width"] / 2 + 0.3 * unit, stage["y"] + stage["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 0.4 * unit, y - 0.2 * unit, steps=6)
    with answered(page):
        page.mouse.up()
    expect(page.get_by_label("θ₁₃", exact=True)).not_to_have_value("0.0000", timeout=SLOW)
    assert theta_of(page) == pytest.approx((0.5, 0, 0.4, 0, 0.5, -0.2), abs=0.01)


def test_a_corner_moves_by_arrow_keys_and_python_hears_of_it_once(open_at):
    page = open_at(theta="0.5,0,0,0,0.5,0")
    page.get_by_label("Stretch", exact=True).check()
    handle = page.get_by_role("button", name=re.compile("Bottom right corner"))
    handle.focus()
    before = len(page.frames_sent)
    with answered(page):
        for _ in range(4):
            page.keyboard.down("ArrowRight")
        assert len(page.frames_sent) == before
        expect(handle).to_have_accessible_name(re.compile("x 0.7, y 0.5"))
        page.keyboard.up("ArrowRight")
    expect(page.get_by_label("θ₁₁", exact=True)).to_have_value("0.6000", timeout=SLOW)
    assert theta_of(page) == pytest.approx((0.6, 0, 0.1, 0, 0.5, 0))
    expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)


def cell(page, row: int, column: int, size: int = 28) -> tuple[float, float]:
    box = page.locator(".map canvas").bounding_box()
    return box["x"] + (column + 0.5) * box["width"] / size, box["y"] + (row + 0.5) * box["height"] / size


def test_hovering_tells_a_pixel_and_a_click_pins_it(open_at):
    page = open_at()
    _, values = by_torch(DIGIT, DEFAULT, (28, 28))
    before = len(page.frames_sent)
    for row, column in ((10, 8), (15, 13), (27, 27)):
        page.mouse.move(*cell(page, row, column))
        title = page.locator(".told .title").inner_text()
        value = f"{values[0, row, column]:.4f}".rstrip("0").rstrip(".")
        assert title == f"Output row {row} · column {column}: {value}"
        total = page.locator(".taps .total").inner_text()
        parts, result = total.split(" = ")
        assert result == value
        assert sum(map(float, parts.replace("−", "-").replace("- ", "-").replace(" + ", " ").split())) == pytest.approx(
            float(value), abs=3e-4
        )
    x = page.locator(".told > div").nth(1).inner_text()
    assert "(2·27 + 1)/28 − 1 = 0.9643" in x
    assert len(page.frames_sent) == before
    page.mouse.click(*cell(page, 10, 8))
    expect(page.get_by_text("Row 10, column 8 of the 28×28 output")).to_be_visible(timeout=SLOW)
    page.mouse.move(5, 5)
    expect(page.locator(".told .title")).to_contain_text("row 10 · column 8")


def test_the_arrow_keys_move_over_the_output_and_enter_pins(open_at):
    page = open_at()
    page.get_by_role("grid", name=re.compile("Output")).focus()
    before = len(page.frames_sent)
    for key in ("ArrowLeft", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    expect(page.locator(".told .title")).to_contain_text("row 14 · column 13")
    assert len(page.frames_sent) == before
    page.keyboard.press("Enter")
    expect(page.get_by_text("Row 14, column 13 of the 28×28 output")).to_be_visible(timeout=SLOW)


def test_bicubic_tells_sixteen_neighbours_and_border_where_it_reads(look_at):
    page = look_at(sampling="bicubic", outside="border", theta="1.5,0,0,0,1.5,0", image="checkerboard")
    page.mouse.move(*cell(page, 0, 0, 8))
    assert page.locator(".taps tbody td").count() == 16
    assert "→ (0, 0)" in page.locator(".taps tbody").inner_text()
    _, values = by_torch(
        (255 * (np.indices((8, 8)).sum(axis=0) % 2)[None]).astype(np.uint8), (1.5, 0, 0, 0, 1.5, 0), (8, 8), "bicubic",
        "border",
    )  # fmt: skip
    page.mouse.move(*cell(page, 1, 1, 8))
    result = page.locator(".taps .total .y").inner_text()
    assert float(result.replace("−", "-")) == pytest.approx(values[0, 1, 1], abs=6e-5)


def test_every_preset_agrees_with_torch(open_at):
    page = open_at()
    pills = page.locator(".st-key-spatial_transformer-preset-row")
    for name in some(PRESETS):
        with answered(page):
            pills.get_by_text(WORDS.label(f"preset.{name}"), exact=True).click()
        expect(page.locator(".check")).to_contain_text("gives the same", timeout=SLOW)
        assert float(page.locator(".check").get_attribute("data-difference")) < 1e-6, name

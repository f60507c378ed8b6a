"""The components in a real Chromium: what the pointer and the keyboard see, and what reaches Python."""

import base64
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.access import PHONE, assert_accessible
from tests.browser.frames import assert_smooth, sweep
from tests.browser.ready import answered, settle, wait_until
from tests.conftest import some

APPS = "tests/browser/apps"


@pytest.fixture
def show(serve: Callable[..., str], visit: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function (app, kind=None, width=1280) -> Page on which the component has been drawn."""

    def go(app: str, kind: str | None = None, *, width: int = 1280) -> Any:
        page = visit(serve(f"{APPS}/{app}_app.py"), width=width)
        page.get_by_text("picked: None").wait_for(timeout=60_000)
        if kind is not None:
            settle(page)
            with answered(page):
                page.get_by_text(kind, exact=True).click()
        if app == "tiles":
            page.get_by_role("listbox", name=f"The maps: {kind or 'waves'}").wait_for()
        settle(page)
        return page

    return go


def readout(page: Any) -> str:
    return str(page.locator(".readout").inner_text())


def centre(page: Any, selector: str, across: float = 0.5, down: float = 0.5) -> tuple[float, float]:
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def waves(count: int, side: int) -> np.ndarray:
    """The maps that tiles_app shows."""
    y, x = np.mgrid[:side, :side] / side
    angle = np.arange(count)[:, None, None] * np.pi / count
    return (np.sin(12 * (x * np.cos(angle) + y * np.sin(angle)) + angle) * (1 + angle)).astype(np.float32)


@pytest.mark.alone
@pytest.mark.parametrize(("app", "element"), [("tiles", ".frame"), ("unit", ".map"), ("strip", ".row")])
def test_hover_is_answered_at_frame_rate_without_a_message(show: Callable[..., Any], app: str, element: str) -> None:
    page = show(app)
    page.locator(element).scroll_into_view_if_needed()
    settle(page)
    assert_smooth(page, lambda: sweep(page, element))


def test_the_mosaic_tells_the_value_under_the_pointer(show: Callable[..., Any]) -> None:
    page, maps, seen = show("tiles"), waves(64, 112), set()
    frame = page.locator(".frame").bounding_box()
    for across, down in [(0.1, 0.1), (0.37, 0.52), (0.6, 0.2), (0.81, 0.7), (0.02, 0.95)]:
        x, y = frame["x"] + across * frame["width"], frame["y"] + down * frame["height"]
        page.mouse.move(x, y)
        numbers = re.fullmatch(
            r"channel (\d+) · row (\d+) · column (\d+) · value (−?[\d.]+) · step 2: .+", readout(page)
        )
        assert numbers, readout(page)
        channel, row, column = (int(numbers[i]) for i in (1, 2, 3))
        value = float(numbers[4].replace("−", "-"))
        # Half of one of 251 levels, and half of the last digit that is shown.
        assert abs(value - maps[channel, row, column]) < np.ptp(maps[channel]) / 500 + 0.055
        tile = page.locator(".cursor").bounding_box()
        assert tile["x"] - 3 <= x <= tile["x"] + tile["width"] + 3
        assert abs((x - tile["x"]) / tile["width"] - column / 112) < 0.03
        assert abs((y - tile["y"]) / tile["height"] - row / 112) < 0.03
        seen.add(channel)
    assert len(seen) == 5


def test_a_click_picks_the_channel_in_python(show: Callable[..., Any]) -> None:
    page = show("tiles")
    for across in (0.3, 0.7):
        page.mouse.click(*centre(page, ".frame", across, 0.4))
        channel = re.match(r"channel (\d+)", readout(page))
        assert channel, readout(page)
        page.get_by_text(f"picked: {channel[1]}", exact=True).wait_for()
    assert page.locator(".chosen").evaluate("(mark) => getComputedStyle(mark).opacity") == "1"


def test_the_mosaic_by_keyboard(show: Callable[..., Any]) -> None:
    page = show("tiles", "relu")
    page.locator(".frame").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "End", "Home", "ArrowRight"):
        page.keyboard.press(key)
    assert readout(page).startswith("channel 1 · ")
    assert page.locator(".cursor").get_attribute("aria-label") == "channel 1"
    page.keyboard.press("Enter")
    page.get_by_text("picked: 1", exact=True).wait_for()
    page.keyboard.press("End")
    page.keyboard.press(" ")
    page.get_by_text("picked: 5", exact=True).wait_for()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "frame"


def pixels(page: Any) -> np.ndarray:
    """What the mosaic's canvas shows, (height, width, 4)."""
    script = """(canvas) => { const { width, height } = canvas, context = canvas.getContext("2d");
      const bytes = context.getImageData(0, 0, width, height).data;
      let text = ""; for (let i = 0; i < bytes.length; i += 8192)
        text += String.fromCharCode(...bytes.subarray(i, i + 8192));
      return [btoa(text), height, width]; }"""
    text, height, width = page.locator(".frame canvas").evaluate(script)
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)


def test_order_and_shared_scale_repaint(show: Callable[..., Any]) -> None:
    page = show("tiles", "relu")
    tile = page.locator(".cursor")
    page.mouse.move(*centre(page, ".frame", 0.05, 0.05))
    size = round(tile.bounding_box()["width"])
    own = pixels(page)
    with answered(page):
        page.get_by_text("reverse", exact=True).click()
    page.mouse.move(*centre(page, ".frame", 0.05, 0.05))
    assert readout(page).startswith("channel 5 · ")
    reversed_ = pixels(page)
    np.testing.assert_array_equal(reversed_[:size, :size], own[-size:, -size:])
    with answered(page):
        page.get_by_text("shared", exact=True).click()
    shared = pixels(page)
    # Channel 5 holds the layer's greatest value: a shared scale leaves it alone; channel 0, of amplitude 1, darkens.
    assert np.abs(shared[:size, :size].astype(int) - reversed_[:size, :size]).max() <= 2
    assert shared[-size:, -size:, :2].mean() < 0.8 * reversed_[-size:, -size:, :2].mean()


def test_values_that_are_no_numbers_are_shown_as_such(show: Callable[..., Any]) -> None:
    page = show("tiles", "odd")
    box = page.locator(".frame canvas").bounding_box()
    told = {}
    for across, down in [(0.1, 0.1), (0.4, 0.1), (0.1, 0.4), (0.4, 0.4), (0.9, 0.1), (0.1, 0.9)]:
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
        told[across, down] = readout(page).split("value ")[1]
    assert list(told.values()) == ["NaN", "Infinity", "−Infinity", "0", "2.00", "NaN"]


def test_a_layer_too_large_is_thinned_and_says_so(show: Callable[..., Any]) -> None:
    page = show("tiles", "huge")
    page.mouse.move(*centre(page, ".frame", 0.4, 0.3))
    numbers = re.match(r"channel (\d+) · row (\d+) · column (\d+) · value (\d+)", readout(page))
    assert numbers
    assert numbers[1] == numbers[4]
    assert int(numbers[2]) % 4 == int(numbers[3]) % 4 == 0
    assert "step 4" in readout(page)
    frame = page.locator(".frame")
    before = frame.evaluate("(frame) => frame.scrollTop")
    page.mouse.wheel(0, 2000)
    wait_until(page, lambda: frame.evaluate("(frame) => frame.scrollTop") > before + 1000)
    page.mouse.move(*(c + 1 for c in centre(page, ".frame", 0.4, 0.3)))
    lower = re.match(r"channel (\d+)", readout(page))
    assert lower
    assert int(lower[1]) > int(numbers[1])


def test_the_strip_follows_the_arrow_keys(show: Callable[..., Any]) -> None:
    page = show("strip", "large")
    page.get_by_text("of 415").last.wait_for()
    page.get_by_role("option").first.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("picked: norm1", exact=True).wait_for()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.get_by_text("picked: layer1.1.conv2", exact=True).wait_for()
    page.keyboard.press("End")
    page.get_by_text("picked: fc", exact=True).wait_for()
    settle(page)
    last, row = page.get_by_role("option").last.bounding_box(), page.locator(".row").bounding_box()
    assert row["x"] <= last["x"] < last["x"] + last["width"] <= row["x"] + row["width"]
    assert page.evaluate("window.scrollY + document.querySelector('[data-testid=stMain]').scrollTop") == 0
    page.wait_for_timeout(2500)
    assert page.locator("[aria-selected=true]").get_attribute("data-name") == "fc"


def test_the_strip_narrows_in_the_browser(show: Callable[..., Any]) -> None:
    page = show("strip")
    before = len(page.frames_sent)
    page.get_by_label("Find a layer").type("conv layer3")
    expect(page.get_by_role("option")).to_have_count(4)
    expect(page.locator(".count")).to_have_text("4 of 55 layers")
    assert len(page.frames_sent) == before
    page.get_by_role("option").nth(1).click()
    page.get_by_text("picked: layer3.0.conv2", exact=True).wait_for()
    expect(page.get_by_role("option")).to_have_count(4)


FIELDS = {"first": (112, 224, -3, 7, 2), "middle": (28, 224, -45, 99, 8), "deep": (7, 224, -213, 427, 32),
          "digit": (10, 28, 0, 10, 2)}  # fmt: skip


def test_the_box_is_the_exact_receptive_field(show: Callable[..., Any]) -> None:
    page = show("unit")
    for kind, field in FIELDS.items():
        if kind != "first":
            with answered(page):
                page.get_by_text(kind, exact=True).click()
        assert_exact(page, *field)


def assert_exact(page: Any, side: int, size: int, top: int, field: int, stride: int) -> None:
    """Fail where the box of a unit in a map of `side` rows is not where stride, padding and field of the image say."""
    for row, column in [(0, 0), (side // 2, side - 1), (side - 1, side // 3)]:
        page.mouse.move(*centre(page, ".map canvas", (column + 0.5) / side, (row + 0.5) / side))
        box = page.locator(".box").bounding_box()
        photo, stage = page.locator(".photo").bounding_box(), page.locator(".stage").bounding_box()
        scale, border = photo["width"] / size, 3
        for axis, length, at in (("x", "width", column), ("y", "height", row)):
            start = (box[axis] + border - photo[axis]) / scale
            assert start == pytest.approx(top + at * stride, abs=0.3)
            assert (box[length] - 2 * border) / scale == pytest.approx(field, abs=0.3)
            assert box[axis] + border >= stage[axis] - 0.5
            assert box[axis] + box[length] - border <= stage[axis] + stage[length] + 0.5
        first, last = top + row * stride, top + row * stride + field - 1
        assert f"row {row} · column {column} · value" in readout(page)
        assert f"sees rows {first} to {last}".replace("-", "−") in readout(page)
    assert page.locator(".padding").is_visible() == (top < 0)


def test_a_unit_is_pinned_by_click_and_by_key(show: Callable[..., Any]) -> None:
    page = show("unit", "digit")
    page.mouse.click(*centre(page, ".map canvas", 0.25, 0.75))
    page.get_by_text("picked: (7, 2)", exact=True).wait_for()
    page.mouse.move(1, 1)
    assert readout(page).startswith("row 7 · column 2 · value")
    for key in ("ArrowUp", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert page.locator(".cursor").get_attribute("aria-label").startswith("row 6 · column 4 · value")
    page.keyboard.press("Enter")
    page.get_by_text("picked: (6, 4)", exact=True).wait_for()
    settle(page)
    with answered(page):
        page.get_by_text("whole", exact=True).click()
    page.get_by_text("picked: None", exact=True).wait_for()
    page.mouse.move(*centre(page, ".map canvas"))
    assert readout(page).endswith("sees the whole image")


def test_the_overlay_follows_its_slider_in_the_browser(show: Callable[..., Any]) -> None:
    page = show("unit")
    before = len(page.frames_sent)
    page.get_by_label("Map over the picture").fill("80")
    assert page.locator(".over").evaluate("(over) => getComputedStyle(over).opacity") == "0.8"
    assert len(page.frames_sent) == before


@pytest.mark.parametrize(
    ("app", "kind"),
    some(
        [("tiles", None), ("tiles", "vector"), ("strip", None), ("tiles", "huge"), ("unit", None), ("unit", "whole")],
        every=2,
    ),
)
def test_accessible_and_within_the_width(show: Callable[..., Any], app: str, kind: str | None) -> None:
    assert_accessible(show(app, kind, width=PHONE))


@pytest.mark.alone
def test_painting_a_large_layer_takes_less_than_a_frame(
    show: Callable[..., Any], record_property: Callable[..., None]
) -> None:
    page = show("tiles")
    for name in ("reverse", "shared", "reverse", "shared"):
        with answered(page):
            page.get_by_text(name, exact=True).click()
    spent = page.evaluate("performance.getEntriesByName('cnnviz:tiles').map((entry) => entry.duration)")
    print("painting 64 x 112 x 112:", [round(ms, 1) for ms in spent], "ms")
    record_property("paint_ms", min(spent))
    assert min(spent) < 16

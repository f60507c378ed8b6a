"""The screen design/network in a real browser: typing into the table, its menu, and the link."""

import re
from urllib.parse import quote

import pytest
import torch
from playwright.sync_api import Page, expect
from torch import nn

from tests.browser.access import PHONE, assert_accessible, assert_nothing_jumps
from tests.browser.ready import SLOW, settle
from tests.conftest import some

ROW, HEAD = 35, 36
LENET = f"net={quote('Conv 20 5 p2, ReLU, MaxPool 2, Flatten, Linear 10')}&size=1x28x28"


@pytest.fixture
def screen(serve, visit):
    """Return a function that opens the screen and waits until all of it is there."""

    def go(link: str = "", **options) -> Page:
        page = visit(f"{serve('app.py')}/network?{link}", **options)
        expect(page.get_by_text("Try this").first).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return go


def test_a_librarys_network_comes_without_a_jump_on_a_phone(screen):
    assert_nothing_jumps(screen("net=model:resnet50&size=3x224x224", width=PHONE, height=844, first=True))


def table(page: Page):
    return page.get_by_test_id("stDataFrame").first


def click_cell(page: Page, row: int, *, x: float) -> None:
    """Click into a row (from 0) of the table, `x` pixels from its left edge."""
    canvas = table(page).locator("canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + x, box["y"] + HEAD + ROW * row + ROW / 2)
    page.mouse.down()
    page.mouse.up()


def choose_layer(page: Page, row: int) -> None:
    """Click on a cell, once the table rests: an answer of the server closes a cell that is being typed into."""
    settle(page)
    click_cell(page, row, x=120)
    expect(table(page).locator(f"#glide-cell-1-{row}")).to_have_attribute("aria-selected", "true")


def type_layer(page: Page, row: int, text: str) -> None:
    """Type into a cell."""
    choose_layer(page, row)
    page.keyboard.press("Enter")
    editor = page.locator(".gdg-input")
    expect(editor).to_be_visible()
    editor.fill(text)
    page.keyboard.press("Enter")


def expect_layers(page: Page, *layers: str) -> None:
    """Expect the table's column of layers, which is there for screen readers, and the link to hold these rows."""
    for number, layer in enumerate(layers):
        expect(table(page).locator(f"#glide-cell-1-{number}")).to_have_text(layer, timeout=SLOW)
    expect(table(page).locator(f"#glide-cell-1-{len(layers)}")).to_have_text("", timeout=SLOW)
    expect(page).to_have_url(re.compile(re.escape(quote(", ".join(layers))).replace("%20", r"(?:%20|\+)")))


@pytest.mark.parametrize("link", some([f"{LENET}&other=Conv+8+3", ""]))
def test_no_serious_fault_of_access_and_nothing_wider_than_the_window(screen, link):
    assert_accessible(screen(link, width=PHONE))


def test_a_layer_is_changed_added_and_taken_away_by_typing(screen):
    page = screen(LENET)
    type_layer(page, 0, "Conv 6 5")
    expect_layers(page, "Conv 6 5", "ReLU", "MaxPool 2", "Flatten", "Linear 10")
    expect(page.get_by_text("8,806", exact=True)).to_be_visible()  # 6·25 + 6 + 6·12·12·10 + 10
    type_layer(page, 5, "Softmax")
    expect_layers(page, "Conv 6 5", "ReLU", "MaxPool 2", "Flatten", "Linear 10", "Softmax")
    choose_layer(page, 1)
    page.keyboard.press("Delete")
    expect_layers(page, "Conv 6 5", "MaxPool 2", "Flatten", "Linear 10", "Softmax")


def test_a_layer_that_cannot_work_is_marked_with_its_sentence_and_mended(screen):
    page = screen(LENET)
    type_layer(page, 2, "MaxPool 40")
    expect(page.get_by_role("alert").filter(has_text="Row 3 cannot work")).to_be_visible(timeout=SLOW)
    expect(table(page).locator("#glide-cell-0-2")).to_have_text("✗ 3")
    expect_layers(page, "Conv 20 5 p2", "ReLU", "MaxPool 40", "Flatten", "Linear 10")
    type_layer(page, 2, "MaxPool 2")
    expect(page.get_by_role("alert").filter(has_text="cannot work")).to_have_count(0, timeout=SLOW)


def test_the_menu_of_a_row_moves_it(screen):
    page = screen(LENET)
    click_cell(page, 2, x=36 + 190 + 18)
    page.get_by_role("menuitem").filter(has_text="Move up").click()
    expect_layers(page, "Conv 20 5 p2", "MaxPool 2", "ReLU", "Flatten", "Linear 10")


def test_the_network_opens_in_activations_with_the_weights_of_a_file(screen, tmp_path):
    page = screen(LENET)
    network = nn.Sequential(nn.Conv2d(1, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
    network.append(nn.Linear(20 * 14 * 14, 10))
    torch.save(network.state_dict(), tmp_path / "mine.pth")
    page.locator(".st-key-network-weights input[type=file]").set_input_files(tmp_path / "mine.pth")
    expect(page.get_by_text("4 tensors were matched by order and shape")).to_be_visible(timeout=SLOW)
    page.get_by_role("link", name="Activations").click()
    expect(page.get_by_role("heading", name="Activations")).to_be_visible(timeout=SLOW)
    settle(page)
    expect(page.get_by_role("button", name=re.compile("mine.pth"))).to_be_visible(timeout=SLOW)
    # The same address elsewhere has no file.
    page.reload()
    expect(page.get_by_text("there is none here yet: these are random")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name=re.compile("random weights"))).to_be_visible(timeout=SLOW)


def test_the_files_hold_the_screens_numbers(screen):
    page = screen(LENET)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert len(lines) == 6
    assert lines[1].startswith("conv1,Conv 20 5 p2,1x20x28x28,520,500,20,392000,784000,62720,5x5")

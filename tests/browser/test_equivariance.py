"""The parts Equivariance and Augmentation in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.access import PHONE, assert_accessible
from tests.browser.ready import SLOW, settle

LAST = {"Equivariance": "Rotated by 45°", "Augmentation": "The same in Python"}


@pytest.fixture
def part(serve, visit):
    """Return a function that opens a part and waits until all of it is there."""

    def go(name, link="", **options):
        page = visit(f"{serve('app.py')}/invariance?part={name}{link}", **options)
        expect(page.get_by_text(LAST[name]).first).to_be_visible(timeout=SLOW)
        expect(page.get_by_text("Try this").first).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return go


@pytest.mark.parametrize("name", LAST)
def test_no_serious_fault_of_access_and_nothing_wider_than_the_window(part, name):
    assert_accessible(part(name, width=PHONE))


def test_a_shift_by_a_key_changes_the_numbers_and_the_link(part):
    page = part("Equivariance")
    expect(page.get_by_text("6 of the 6 layers that have positions")).to_be_visible()
    page.get_by_role("slider", name="To the right, pixels").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("2 of the 6 layers that have positions")).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile(r"dx=5"))


def test_turning_the_digit_changes_the_answers_and_the_link(part):
    page = part("Augmentation")
    expect(page.get_by_text(re.compile(r"without augmentation 2 .* with augmentation 7"))).to_be_visible()
    number = page.get_by_role("spinbutton", name="Rotated counter-clockwise, degrees")
    number.fill("0")
    number.press("Enter")
    expect(page.get_by_text(re.compile(r"without augmentation 7 .* with augmentation 7"))).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile(r"turned=0"))


def test_the_table_is_offered(part):
    page = part("Augmentation")
    with page.expect_download() as started:
        page.get_by_role("button", name="The table as CSV").first.click()
    lines = started.value.path().read_text().splitlines()
    assert lines[0] == "degrees,without augmentation,with augmentation"
    assert len(lines) == 32

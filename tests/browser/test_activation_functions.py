"""Activation functions in a real Chromium: the numbers under a dragged x are torch's, and so are the paths' signs."""

import base64
import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from cnnviz.components.activation_curves import _HTML, message
from cnnviz.components.bundle import script
from cnnviz.probes.activation_functions import FUNCTIONS
from cnnviz.probes.two_weights import descend, example_inputs
from tests.browser.access import assert_accessible
from tests.browser.frames import assert_smooth
from tests.browser.ready import SLOW, answered, settle
from tests.conftest import some

NAMES = {"sigmoid": "sigmoid", "gelu": "GELU", "silu": "SiLU", "mish": "Mish"}


@pytest.fixture
def open_at(serve, visit):
    """Return a function (query) -> Page that rests."""

    def go(query: str = "", **options):
        page = visit(f"{serve('app.py')}/activation_functions?{query}", height=800, **options)
        expect(page.get_by_text("Try this")).to_be_visible(timeout=SLOW)
        settle(page)
        return page

    return go


def number(text: str) -> float:
    return float(text.replace("−", "-").removesuffix(" flat"))


def assert_torchs(page, names) -> None:
    """Fail where the table below the curves has other numbers than torch at its x."""
    head, *rows = [
        [cell.strip() for cell in row.locator("th, td").all_inner_texts()]
        for row in page.get_by_role("table", name="Value and slope of each function at x").locator("tr").all()
    ]
    x = torch.tensor([number(head[0].removeprefix("x = "))], requires_grad=True)
    for name, (told, value, slope) in zip(names, rows, strict=True):
        found = FUNCTIONS[name](0.25)(x)
        (wanted,) = torch.autograd.grad(found.sum(), x)
        assert told == NAMES[name]
        assert number(value) == pytest.approx(found.item(), rel=6e-4, abs=1e-6)
        assert number(slope) == pytest.approx(wanted.item(), rel=6e-4, abs=1e-6)
        assert slope.endswith("flat") == (abs(wanted.item()) < 0.05)


def test_dragging_x_tells_torchs_numbers_and_sends_one_message_at_its_end(open_at):
    page = open_at("function=gelu&beside=sigmoid,silu,mish")
    names = ("gelu", "sigmoid", "silu", "mish")
    plane = page.get_by_role("slider", name="x, dragged over the curves")
    box = plane.bounding_box()
    before = len(page.frames_sent)
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 100)
    page.mouse.down()
    for share in (0.1, 0.15, 0.2, 0.35, 0.45, 0.9, 0.6, 0.75):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 120)
        assert_torchs(page, names)
    assert len(page.frames_sent) == before
    with answered(page):
        page.mouse.up()
    x = plane.get_attribute("aria-valuenow")
    expect(page).to_have_url(re.compile(rf"at={re.escape(f'{float(x):g}')}(&|$)"), timeout=SLOW)
    assert_torchs(page, names)


def test_the_keys_move_x_and_leave_it_in_the_link(open_at):
    page = open_at("at=-3")
    plane = page.get_by_role("slider", name="x, dragged over the curves")
    plane.focus()
    for key, x in (("ArrowRight", "-2.90"), ("Shift+ArrowRight", "-2.89"), ("PageUp", "-1.89"), ("End", "6.00")):
        page.keyboard.press(key)
        assert plane.get_attribute("aria-valuenow") == x
        assert_torchs(page, ["sigmoid"])
    expect(page).to_have_url(re.compile("at=6"), timeout=SLOW)


STEPS = """async ([text, html]) => {
  const data = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), told = [];
  const parentElement = document.body.appendChild(document.createElement("div"));
  parentElement.innerHTML = html;
  SCRIPT
  const sends = () => entry({ data, parentElement, setTriggerValue: (name, at) => told.push(at) });
  sends();
  const plane = parentElement.querySelector(".plane");
  plane.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
  sends();
  const kept = plane.getAttribute("aria-valuenow");
  await new Promise((done) => { const look = () => told.length ? done() : setTimeout(look, 20); look(); });
  return [kept, ...told];
}"""


def test_an_answer_that_comes_while_keys_move_x_leaves_it_where_they_have_moved_it(chromium):
    x = np.linspace(-6, 6, 1201)
    data = message(x, x[None], np.ones((1, 1201)), ["identity"], threshold=0.05, at=-3)
    code = STEPS.replace(
        "SCRIPT", script("activation_curves").replace("export default function", "const entry = function")
    )
    page = chromium.new_page()
    assert page.evaluate(code, [base64.b64encode(data).decode(), _HTML]) == ["-2.90", 310]
    page.close()


def test_the_paths_tell_how_often_the_parts_of_a_gradient_were_opposite(open_at):
    page = open_at("part=Zero-centred&at=30")
    inputs = example_inputs("sigmoid", 30, 1)
    paths = [descend(each, rate=1.0, steps=90) for each in (inputs, inputs - inputs.mean(dim=0))]
    step = page.get_by_role("slider", name="Step", exact=True).first
    step.focus()
    for at in (30, 31, 32):
        for path, told in zip(paths, page.locator(".planes .readout").all_inner_texts(), strict=True):
            opposed = sum(a * b < 0 for a, b in path.gradients[:at].tolist())
            assert f"Opposite on {opposed} of {at} steps so far." in told
            x = ", ".join(f"{value:.2f}" for value in path.inputs[path.examples[at]]).replace("-", "−")
            assert f"Example x = ({x})" in told
        page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("part", some(["Network", "Depth", "Zero-centred", "Dying"], every=2))
def test_every_part_can_be_used_by_all(open_at, part):
    assert_accessible(open_at(f"part={part}"))


@pytest.mark.alone
def test_dragging_keeps_the_frame_rate_and_sends_nothing(open_at):
    page = open_at("function=silu&beside=softplus,hardswish,mish")
    box = page.locator(".plane").bounding_box()

    def drag() -> None:
        for at in range(100):
            page.mouse.move(box["x"] + (at * 7 % 100) / 100 * box["width"], box["y"] + 100)

    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    assert_smooth(page, drag)

"""The measures on a network's map: what blocks make of their layers' numbers, the legend, the choice by key alone."""

import base64
import re

import numpy as np
import pytest
import torch
import torchvision.models as tv
from playwright.sync_api import expect

from cnnviz.analysis import analyze
from cnnviz.components.bundle import script
from cnnviz.components.network_map import message
from cnnviz.components.network_map_measures import MEASURES, TIME, ZEROS, Measured
from tests.browser.ready import SLOW, settle

BLOCKS = """(text) => {
  SCRIPT
  const data = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), [meta, arrays] = unpack(data);
  const model = modelOf(meta, arrays);
  return { measures: meta.measures,
    blocks: model.blocks.map(({ first, last, values }) =>
      [first, last, values.map((each) => each === Infinity ? "all" : each)]),
    limits: meta.measures.map((name, at) => limitsOf(name, at, model)),
    shares: meta.measures.map((name, at) => model.byNode.map(({ values }) =>
      shareOf(name, values[at], limitsOf(name, at, model)))) };
}"""


@pytest.fixture(scope="module")
def graph():
    with torch.device("meta"):
        return analyze(tv.googlenet(weights=None, init_weights=False).eval(), (1, 3, 224, 224)).graph


@pytest.fixture(scope="module")
def read(chromium, graph):
    """Return a function: what the script makes of the map with a run's numbers."""
    page = chromium.new_page()
    code = BLOCKS.replace("SCRIPT", script("network_map").replace("export default function", "function entry"))

    def go(measured):
        content = message(graph, key="map", measured=measured, asks=True)[1]
        return page.evaluate(code, base64.b64encode(content).decode())

    yield go
    page.close()


def of_blocks(found, name):
    """Return (first, last, number) of every block."""
    at = found["measures"].index(name)
    return [(first, last, values[at]) for first, last, values in found["blocks"]]


def test_blocks_add_up_take_the_greatest_or_pool(read, graph):
    chance = np.random.default_rng(5)
    layers = [node.layer for node in graph.nodes]
    seconds = {node.name: float(chance.uniform(1e-6, 1e-2)) for node in graph.nodes if node.layer}
    found = read(Measured(TIME, seconds, ""))
    assert len(found["blocks"]) > 40
    for name in ("parameters", "macs", "memory"):
        for first, last, value in of_blocks(found, name):
            assert value == sum(getattr(each, name) for each in layers[first : last + 1] if each)
    for first, last, value in of_blocks(found, "field"):
        fields = [each.receptive_field for each in layers[first : last + 1] if each]
        greatest = "all" if any(each.size is None for each in fields) else max(max(each.size) for each in fields)
        assert value == greatest
    for first, last, value in of_blocks(found, TIME):
        inside = graph.nodes[first : last + 1]
        assert value == pytest.approx(sum(seconds[node.name] for node in inside if node.layer), rel=1e-12)
    # What a Dropout or an Identity took belongs to the layer whose output it hands on.
    name = next(node.name for node in graph.nodes if node.identities)
    identity = next(node for node in graph.nodes if node.name == name).identities[0].name
    more = read(Measured(TIME, {**seconds, identity: 1.0}, ""))
    low, high = more["limits"][more["measures"].index(TIME)]
    assert (low, high) == (pytest.approx(min(seconds.values())), pytest.approx(seconds[name] + 1.0))


def test_zeros_are_pooled_by_outputs(read, graph):
    shares = {node.name: place % 7 / 7 for place, node in enumerate(graph.nodes) if node.layer}
    found = read(Measured(ZEROS, shares, ""))
    for first, last, value in of_blocks(found, ZEROS):
        zeros = counts = 0
        for node in graph.nodes[first : last + 1]:
            if node.layer:
                numbers = int(np.prod(node.size))
                zeros += shares[node.name] * numbers
                counts += numbers
        assert value == pytest.approx(zeros / counts)
    at = found["measures"].index(ZEROS)
    assert found["limits"][at] == [0, 1]
    # A layer without zeros has a colour, the input and the output have none.
    assert found["shares"][at][0] is None
    assert found["shares"][at][-1] is None
    assert found["shares"][at][1:-1] == pytest.approx(list(shares.values()))


def test_the_ends_of_the_colours_are_the_least_layer_and_the_greatest_block(read, graph):
    found = read(None)
    layers = [node.layer for node in graph.nodes if node.layer]
    for name in ("parameters", "macs", "memory"):
        low, high = found["limits"][found["measures"].index(name)]
        at = found["measures"].index(name)
        assert low == min(getattr(each, name) for each in layers if getattr(each, name))
        outermost = max(values[at] for _, _, values in found["blocks"] if values[at] is not None)
        assert high == max(outermost, *(getattr(each, name) for each in layers))
        shares = [share for share in found["shares"][at] if share is not None]
        assert min(shares) == 0
        assert max(shares) <= 1
    sides = [max(each.receptive_field.size) for each in layers if each.receptive_field.size]
    assert found["limits"][MEASURES.index("field")] == [min(sides), max(sides)]
    for name in (TIME, ZEROS):
        assert {*found["shares"][found["measures"].index(name)]} == {None}


def choose(page, name: str) -> None:
    """Choose a measure by key alone: its first letters, in the list that has the focus."""
    page.locator(".measure").focus()
    page.keyboard.press("Home")
    for _ in range(("kind", *MEASURES, TIME, ZEROS).index(name)):
        page.keyboard.press("ArrowDown")


def test_every_measure_is_chosen_by_key_and_stands_in_the_link(serve, visit):
    page = visit(f"{serve('app.py')}/architectures?part=Networks", width=1280, height=900)
    expect(page.locator(".foot .readout")).to_contain_text("Layers:", timeout=SLOW)
    settle(page)
    legend, note, stage = page.locator(".legend"), page.locator(".foot .note"), page.locator(".stage:has(.mini)")
    # LeNet-5: 6 filters of 5x5 with biases and 400 by 120 weights with 120; 84 by 10, and 16 filters of 6x5x5 at 10x10
    # places; 10 numbers of 4 bytes, and 6 maps of 28x28.
    for name, low, high in (
        ("parameters", "156", "48.1 k"),
        ("macs", "840", "240 k"),
        ("memory", "40 B", "18.4 KiB"),
        ("field", "5 px", "16 px"),
    ):
        choose(page, name)
        expect(legend.locator(".low")).to_have_text(low)
        expect(legend.locator(".high")).to_have_text(high)
        expect(note).to_be_hidden()
        expect(page).to_have_url(re.compile(f"heat={name}"), timeout=SLOW)
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save as SVG").click()
        texts = re.findall(r">([^<>]*)</text>", saved.value.path().read_text(encoding="utf-8"))
        # Below the map: what its colours mean.
        title = page.locator(".measure option:checked").inner_text()
        assert texts[-3:] == [title, low, high]
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as PNG").click()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
    choose(page, TIME)
    expect(note).to_contain_text(re.compile(r"Median of \d+ runs on CPU .* batch 1, float32"), timeout=SLOW)
    expect(page).to_have_url(re.compile("heat=time"), timeout=SLOW)
    expect(legend.locator(".high")).to_have_text(re.compile(r"\d (µs|ms|s)$"))
    stage.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".foot .readout")).to_contain_text(re.compile(r"· [\d.]+ (µs|ms) of a run"))
    choose(page, ZEROS)
    expect(note).to_contain_text(re.compile(r"One run of a digit, with random weights: [\d.]+% of all"), timeout=SLOW)
    expect(legend.locator(".low")).to_have_text("0%")
    expect(legend.locator(".high")).to_have_text("100%")
    choose(page, "kind")
    expect(legend).to_be_hidden()
    expect(page).not_to_have_url(re.compile("heat="), timeout=SLOW)
    page.goto(f"{serve('app.py')}/architectures?part=Networks&heat=zeros")
    expect(note).to_contain_text("One run of a digit", timeout=SLOW)
    expect(page.locator(".measure")).to_have_value("5")
